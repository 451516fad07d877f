//! The debug adapter under the protocol's own test client, which starts it as any editor would.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { realClients, Script, sample } from "./environment.ts";
import { DapSchema, type Message } from "./schema.ts";
import { within } from "./workbench.ts";

const clients = realClients();
const schema = DapSchema.load(join(clients.extension, "..", "tests"));
/** How long the adapter may take for one answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** A client that keeps every message of the adapter, checks it against the schema, and collects the output. */
class Client {
  readonly dap = new DebugClient(clients.binary, "dap", "halion-script");
  readonly problems: string[] = [];
  readonly said: string[] = [];
  output = "";

  constructor() {
    this.dap.defaultTimeout = ANSWER_MS;
    const raw = this.dap as unknown as { dispatch(body: string): void };
    const dispatch = raw.dispatch.bind(this.dap);
    raw.dispatch = (body) => {
      const message: Message = JSON.parse(body);
      this.said.push(body);
      this.problems.push(...schema.problems(message));
      dispatch(body);
    };
    this.dap.on("output", (event: DebugProtocol.OutputEvent) => {
      this.output += event.body.output;
    });
  }

  /** Runs to a breakpoint in the script and answers the stopped frames. */
  async runTo(program: string, script: Script, line: number): Promise<DebugProtocol.StackFrame[]> {
    await this.dap.hitBreakpoint({ program, restartOnSave: false }, { path: script.path, line });
    return this.frames(2);
  }

  async frames(threadId: number): Promise<DebugProtocol.StackFrame[]> {
    return (await this.dap.stackTraceRequest({ threadId })).body.stackFrames;
  }

  async clearBreakpoints(script: Script): Promise<void> {
    await this.dap.setBreakpointsRequest({ source: { path: script.path }, breakpoints: [] });
  }

  /** Sends a request that lets the script run, and waits for the next stop. */
  async untilStop(request: Promise<unknown>): Promise<DebugProtocol.StoppedEvent["body"]> {
    const [stopped] = await Promise.all([this.dap.waitForEvent("stopped"), request]);
    return stopped.body;
  }

  /** Ends the adapter, also one that does not answer any more. */
  async stop(): Promise<void> {
    const adapter = (this.dap as unknown as { _adapterProcess: ChildProcess | null })._adapterProcess;
    await within(2_000, this.dap.stop(), () => "no answer to disconnect").catch(() => adapter?.kill("SIGKILL"));
  }

  async untilEnd(request: Promise<unknown>): Promise<void> {
    await Promise.all([this.dap.waitForEvent("terminated"), request]);
  }
}

function withAdapter(name: string, action: (client: Client) => Promise<void>): void {
  test(name, async () => {
    const client = new Client();
    await client.dap.start();
    try {
      await within(
        3 * ANSWER_MS,
        action(client),
        () => `the adapter did not answer; it said\n${client.said.join("\n")}`,
      );
      assert.deepEqual(client.problems, []);
    } finally {
      await client.stop();
    }
  });
}

withAdapter(
  "a breakpoint in onNote stops with the note in sight, then HALion's message ends the callback",
  async (client) => {
    const folder = sample(clients, "open_url");
    const script = new Script(join(folder, "script.lua"));
    const line = script.bodyOf("onNote");
    const frames = await client.runTo(folder, script, line);
    assert.match(frames[0]?.name ?? "", /onNote/);
    const { scopes } = (await client.dap.scopesRequest({ frameId: frames[0]?.id ?? 0 })).body;
    const locals = scopes.find((scope) => /local/i.test(scope.name));
    assert.ok(locals, JSON.stringify(scopes));
    const { variables } = (await client.dap.variablesRequest({ variablesReference: locals.variablesReference })).body;
    const event = variables.find((variable) => variable.name === "event");
    assert.ok(event && event.variablesReference > 0, JSON.stringify(variables));
    const fields = (await client.dap.variablesRequest({ variablesReference: event.variablesReference })).body.variables;
    assert.equal(fields.find((field) => field.name === "note")?.value, "60");
    const answer = await client.dap.evaluateRequest({
      expression: "event.note + 1",
      frameId: frames[0]?.id ?? 0,
      context: "watch",
    });
    assert.equal(answer.body.result, "61");
    const stop = await client.untilStop(client.dap.continueRequest({ threadId: 2 }));
    assert.equal(stop.reason, "exception");
    await client.untilEnd(client.dap.continueRequest({ threadId: 2 }));
    assert.match(client.output, /onNote: \d+: Function HALion::openURL is not available in the Processor context\./);
  },
);

withAdapter("stepping over runAsync lands on the next line, after the Controller's part is done", async (client) => {
  const folder = sample(clients, "open_url_async");
  const script = new Script(join(folder, "script.lua"));
  const line = script.line(/^\s*runAsync\s*\(/);
  await client.runTo(folder, script, line);
  await client.clearBreakpoints(script);
  assert.equal(client.output.includes("opening the help"), false);
  const stop = await client.untilStop(client.dap.nextRequest({ threadId: 2 }));
  assert.deepEqual([stop.reason, stop.threadId], ["step", 2]);
  assert.equal((await client.frames(2))[0]?.line, line + 1);
  assert.match(client.output, /opening the help for key/);
  await client.untilEnd(client.dap.continueRequest({ threadId: 2 }));
});

withAdapter(
  "stepping into runAsync stops on the Controller, above its waiting caller; stepping out goes back",
  async (client) => {
    const folder = sample(clients, "open_url_async");
    const script = new Script(join(folder, "script.lua"));
    await client.runTo(folder, script, script.line(/^\s*runAsync\s*\(/));
    await client.clearBreakpoints(script);
    const stop = await client.untilStop(client.dap.stepInRequest({ threadId: 2 }));
    assert.equal(stop.threadId, 1);
    const frames = await client.frames(1);
    assert.match(frames[0]?.name ?? "", /showHelp/);
    assert.equal(frames[0]?.line, script.bodyOf("showHelp"));
    const label = frames.findIndex((frame) => frame.presentationHint === "label");
    assert.ok(label > 0, JSON.stringify(frames));
    assert.ok(frames.findIndex((frame) => /onNote/.test(frame.name)) > label, JSON.stringify(frames));
    await client.untilEnd(client.dap.continueRequest({ threadId: 1 }));
  },
);

withAdapter("without debugging the sample runs through, and its prints arrive in order", async (client) => {
  const program = join(sample(clients, "open_url_async"), "script.lua");
  await Promise.all([
    client.dap.configurationSequence(),
    client.dap.launch({ program, noDebug: true }),
    client.dap.waitForEvent("terminated"),
  ]);
  const [first, second] = [client.output.indexOf("opening the help for key"), client.output.indexOf("is open")];
  assert.ok(first >= 0 && second > first, client.output);
});

withAdapter("terminate ends a run that is stopped", async (client) => {
  const folder = sample(clients, "fade_parameter");
  const script = new Script(join(folder, "script.lua"));
  await client.runTo(folder, script, script.bodyOf("onNote"));
  await client.untilEnd(client.dap.terminateRequest());
});

withAdapter("a script that does not exist is refused with its name, and the adapter still answers", async (client) => {
  await client.dap.initializeRequest();
  const launch = client.dap.launchRequest({
    program: join(tmpdir(), "no-such-script.lua"),
  } as DebugProtocol.LaunchRequestArguments);
  await assert.rejects(launch, /no-such-script\.lua/);
  assert.ok((await client.dap.threadsRequest()).success);
});

withAdapter("saving the script starts it again with the same note", async (client) => {
  const folder = mkdtempSync(join(tmpdir(), "halion-restart-"));
  try {
    const path = join(folder, "script.lua");
    const text = (word: string) => `function onNote(event)\n  print("${word}", event.note)\n  postEvent(event)\nend\n`;
    writeFileSync(path, text("before"));
    const script = new Script(path);
    await client.dap.hitBreakpoint({ program: path, restartOnSave: true }, { path, line: 3 });
    assert.match(client.output, /before/);
    await client.untilStop(Promise.resolve(writeFileSync(path, text("after"))));
    assert.match(client.output, /after/);
    assert.equal((await client.frames(2))[0]?.line, script.line(/postEvent/));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
