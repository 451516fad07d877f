//! The extension in a real VS Code, asked through VS Code's own API (the suite is `host.ts`).

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type RealClients, realClients, sample } from "./environment.ts";
import type { HostReport } from "./host-report.ts";
import { DapSchema } from "./schema.ts";
import { STEP_MS, Workbench, within } from "./workbench.ts";

const clients = realClients();
const suite = join(dirname(fileURLToPath(import.meta.url)), "host.js");

test("the sample open_url in the extension host", async (context) => {
  const report = await inHost(clients, (workbench) => {
    const folder = workbench.copy(sample(clients, "open_url"), "open_url");
    rmSync(join(folder, ".vscode"), { recursive: true, force: true });
    return folder;
  });
  await show(context, report);
  await context.test("the trace has what was typed while it was on, and no more", () => {
    assert.match(report.trace, /textDocument\/didChange.*local traced/s);
    assert.equal(report.trace.includes("local half"), false);
  });
  await context.test("every debug message fits the protocol's schema", () => {
    const schema = DapSchema.load(join(clients.extension, "..", "tests"));
    assert.ok(report.messages.length > 20, `only ${report.messages.length} messages`);
    assert.deepEqual(
      report.messages.flatMap((message) => schema.problems(message)),
      [],
    );
  });
});

test("a folder of another Lua project in the extension host", async (context) => {
  const report = await inHost(clients, (workbench) => {
    const folder = join(workbench.folder, "work", "plain_lua");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "init.lua"), "local value = = 1\n");
    return folder;
  });
  await show(context, report);
});

/** Starts a workbench on the folder, runs the suite there and answers its report. */
async function inHost(clients: RealClients, makeFolder: (workbench: Workbench) => string): Promise<HostReport> {
  const reportPath = join(clients.output, `host-${process.pid}-${Date.now()}.json`);
  const workbench = await Workbench.start({ ...clients, environment: { HALION_HOST_REPORT: reportPath } });
  try {
    const lines: string[] = [];
    let exit: (code: number) => void = () => {};
    const exited = new Promise<number>((resolve) => {
      exit = resolve;
    });
    // VS Code runs a suite only beside an extension under development: that is the installed package itself.
    const payload: [string, string][] = [
      ["extensionDevelopmentPath", workbench.remote(workbench.installed())],
      ["extensionTestsPath", workbench.remote(suite)],
    ];
    await workbench.open(makeFolder(workbench), payload, async (page) => {
      await page.exposeFunction("codeAutomationLog", (_type: string, parts: unknown[]) =>
        lines.push(parts.map(String).join(" ")),
      );
      await page.exposeFunction("codeAutomationExit", (code: number) => exit(code));
    });
    const code = await within(4 * STEP_MS, exited, () => `the extension host did not end\n${lines.join("\n")}`);
    assert.equal(code, 0, lines.join("\n"));
    const report: HostReport = JSON.parse(readFileSync(reportPath, "utf8"));
    return { ...report, trace: workbench.logs("HALion Script Trace.log") };
  } catch (error) {
    await workbench.evidence(join(clients.output, "failed-host"));
    throw error;
  } finally {
    await workbench.close();
  }
}

/** Each step of the report as a test of its own. */
async function show(context: TestContext, report: HostReport): Promise<void> {
  assert.ok(report.steps.length > 0, "the suite ran no step");
  for (const step of report.steps) {
    await context.test(`${step.name} (${step.ms} ms)`, () => {
      if (step.problem !== undefined) throw Object.assign(new Error(step.name), { stack: step.problem });
    });
  }
}
