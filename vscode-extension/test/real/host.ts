//! Runs inside VS Code's extension host with the whole `vscode` API. Writes what happened as JSON; `host.test.ts` reads it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import type { HostReport } from "./host-report.ts";

/** How long one step may take, in milliseconds. */
const STEP_MS = 20_000;

const report: HostReport = { steps: [], messages: [], trace: "" };
const outputs: string[] = [];
const stops: { reason: string; threadId: number }[] = [];
const ended = new vscode.EventEmitter<void>();
const stopped = new vscode.EventEmitter<void>();

/** VS Code calls this with the module's path from the page's payload. */
export async function run(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  try {
    if (basename(folder) === "plain_lua") await plainLua(folder);
    else await openUrl(folder);
  } finally {
    writeFileSync(process.env.HALION_HOST_REPORT ?? "", JSON.stringify(report));
  }
}

async function step(name: string, action: () => Promise<void>): Promise<void> {
  const start = Date.now();
  let problem: string | undefined;
  try {
    await withDeadline(action(), name);
  } catch (error) {
    problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const ms = Date.now() - start;
  report.steps.push(problem === undefined ? { name, ms } : { name, ms, problem });
}

/** The sample that opens a page on the wrong thread: what the editor shows, then a debug session. */
async function openUrl(folder: string): Promise<void> {
  const uri = vscode.Uri.file(join(folder, "script.lua"));
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  const errors = () =>
    vscode.languages.getDiagnostics(uri).filter((found) => found.severity === vscode.DiagnosticSeverity.Error);
  const calls = [...document.getText().matchAll(/\bopenURL\b(?=\s*\()/g)].map((call) =>
    document.positionAt(call.index),
  );

  await step("the wrong call is the one error, with the way from onNote", async () => {
    await diagnosticsUntil(uri, () => errors().length > 0);
    assert.equal(errors().length, 1);
    const error = errors()[0];
    assert.ok(error);
    assert.equal(document.getText(error.range), "openURL");
    assert.match(error.message, /openURL/);
    const code = typeof error.code === "object" ? error.code.value : error.code;
    assert.equal(code, "wrong-thread");
    assert.ok((error.relatedInformation ?? []).length > 0, "no related information");
    const places = error.relatedInformation?.map((info) => document.lineAt(info.location.range.start.line).text) ?? [];
    assert.ok(
      places.some((text) => text.includes("onNote")),
      places.join("\n"),
    );
  });

  await step("hovering over openURL tells its thread", async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", uri, calls[0]);
    const text = hovers
      .flatMap((hover) => hover.contents.map((part) => (typeof part === "string" ? part : part.value)))
      .join("\n");
    assert.match(text, /openURL/);
    assert.match(text, /Controller/);
  });

  await step("an edit that removes the call clears the error, undo brings it back", async () => {
    const range = errors()[0]?.range;
    assert.ok(range);
    await editor.edit((edit) => edit.replace(range, "print"));
    await diagnosticsUntil(uri, () => errors().length === 0);
    await vscode.commands.executeCommand("undo");
    await diagnosticsUntil(uri, () => errors().length === 1);
  });

  await step("the error moves with the lines above it", async () => {
    const line = errors()[0]?.range.start.line ?? 0;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '-- "\u{1F3B5}" é\n\n'));
    await diagnosticsUntil(uri, () => errors()[0]?.range.start.line === line + 2);
    await vscode.commands.executeCommand("undo");
    await diagnosticsUntil(uri, () => errors()[0]?.range.start.line === line);
  });

  await step("a half-typed line is a second error until it is finished", async () => {
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "local half = (\n"));
    await diagnosticsUntil(uri, () => errors().length === 2);
    await vscode.commands.executeCommand("undo");
    await diagnosticsUntil(uri, () => errors().length === 1);
  });

  await step("the trace setting takes effect at once", async () => {
    const settings = vscode.workspace.getConfiguration("halionScript");
    await settings.update("trace.server", "verbose", vscode.ConfigurationTarget.Global);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "local traced = (\n"));
    await diagnosticsUntil(uri, () => errors().length === 2);
    await settings.update("trace.server", "off", vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand("undo");
    await diagnosticsUntil(uri, () => errors().length === 1);
  });

  await step("a restarted server finds the same", async () => {
    await vscode.commands.executeCommand("halionScript.restartServer");
    await diagnosticsUntil(uri, () => errors().length === 1);
  });

  await step("the file is as it was", async () => {
    await vscode.commands.executeCommand("workbench.action.files.save");
    assert.equal(document.isDirty, false);
  });

  await debugSession(uri, document);
}

async function debugSession(uri: vscode.Uri, document: vscode.TextDocument): Promise<void> {
  const lines = document.getText().split("\n");
  const head = lines.findIndex((line) => /\bonNote\b\s*\(/.test(line));
  const line = lines.findIndex((text, idx) => idx > head && /^\s*[^\s-]/.test(text));
  trackMessages();
  let session: vscode.DebugSession | undefined;
  const request = <T>(command: string, body?: unknown): Promise<T> => {
    assert.ok(session, "no debug session");
    return Promise.resolve(session.customRequest(command, body));
  };

  await step("F5 without a launch.json stops at the breakpoint", async () => {
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line, 0)))]);
    const stop = once(stopped.event);
    await vscode.commands.executeCommand("workbench.action.debug.start");
    await stop;
    session = vscode.debug.activeDebugSession;
    assert.equal(session?.type, "halion-script");
    assert.equal(stops.at(-1)?.reason, "breakpoint");
  });

  let frameId = 0;
  await step("the threads are Controller and Processor, and onNote is on top of the stack", async () => {
    const { threads } = await request<{ threads: { id: number; name: string }[] }>("threads");
    assert.deepEqual(
      threads.slice(0, 2).map((thread) => [thread.id, thread.name]),
      [
        [1, "Controller"],
        [2, "Processor"],
      ],
    );
    const threadId = stops.at(-1)?.threadId;
    assert.equal(threadId, 2);
    const { stackFrames } = await request<{
      stackFrames: { id: number; name: string; line: number; source: { path: string } }[];
    }>("stackTrace", { threadId });
    const top = stackFrames[0];
    assert.ok(top);
    assert.match(top.name, /onNote/);
    assert.equal(top.line, line + 1);
    // A path of the adapter reaches this side as an address of the machine that the window is connected to.
    assert.ok(top.source.path.endsWith(uri.fsPath), top.source.path);
    frameId = top.id;
  });

  await step("the note is among the locals and can be evaluated", async () => {
    const { scopes } = await request<{ scopes: { name: string; variablesReference: number }[] }>("scopes", { frameId });
    const locals = scopes.find((scope) => /local/i.test(scope.name));
    assert.ok(locals, JSON.stringify(scopes));
    const { variables } = await request<{ variables: { name: string; value: string }[] }>("variables", {
      variablesReference: locals.variablesReference,
    });
    const parameter = /\(\s*(\w+)/.exec(lines[head] ?? "")?.[1] ?? "event";
    assert.ok(
      variables.some((variable) => variable.name === parameter),
      JSON.stringify(variables),
    );
    const answer = await request<{ result: string }>("evaluate", {
      expression: `${parameter}.note`,
      frameId,
      context: "watch",
    });
    assert.match(answer.result, /^\d+$/);
  });

  await step("after continuing, the error stops the script where it is raised", async () => {
    const stop = once(stopped.event);
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.commands.executeCommand("workbench.action.debug.continue");
    await stop;
    assert.equal(stops.at(-1)?.reason, "exception");
  });

  await step("after that, HALion's own message is shown and the run ends", async () => {
    const end = once(ended.event);
    await vscode.commands.executeCommand("workbench.action.debug.continue");
    await end;
    const text = outputs.join("");
    assert.match(text, /Function HALion::openURL is not available in the Processor context\./);
  });
}

/** A folder of another Lua project: the extension must not touch it. */
async function plainLua(folder: string): Promise<void> {
  const uri = vscode.Uri.file(join(folder, "init.lua"));
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  await step("a plain Lua file with a mistake is left alone", async () => {
    const extension = vscode.extensions.getExtension("halion-script.halion-script");
    await extension?.activate();
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });
  await step("typing a HALion callback into it starts the check", async () => {
    await editor.edit((edit) =>
      edit.insert(document.lineAt(document.lineCount - 1).range.end, "\nfunction onNote(event)\nend\n"),
    );
    await diagnosticsUntil(uri, () => vscode.languages.getDiagnostics(uri).length > 0);
  });
  await step("with the extension switched off the marks go away", async () => {
    await vscode.workspace
      .getConfiguration("halionScript")
      .update("enable", "off", vscode.ConfigurationTarget.Workspace);
    await diagnosticsUntil(uri, () => vscode.languages.getDiagnostics(uri).length === 0);
  });
}

function trackMessages(): void {
  vscode.debug.registerDebugAdapterTrackerFactory("halion-script", {
    createDebugAdapterTracker: () => ({
      onWillReceiveMessage: (message) => report.messages.push(message),
      onDidSendMessage: (message) => {
        report.messages.push(message);
        if (message.event === "output") outputs.push(message.body.output);
        if (message.event === "stopped") {
          stops.push(message.body);
          stopped.fire();
        }
      },
    }),
  });
  vscode.debug.onDidTerminateDebugSession(() => ended.fire());
}

async function diagnosticsUntil(uri: vscode.Uri, done: () => boolean): Promise<void> {
  if (done()) return;
  await new Promise<void>((resolve) => {
    const listener = vscode.languages.onDidChangeDiagnostics((change) => {
      if (!change.uris.some((changed) => changed.toString() === uri.toString()) || !done()) return;
      listener.dispose();
      resolve();
    });
  });
}

function once(event: vscode.Event<void>): Promise<void> {
  return new Promise((resolve) => {
    const listener = event(() => {
      listener.dispose();
      resolve();
    });
  });
}

async function withDeadline(action: Promise<void>, name: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${name}" took longer than ${STEP_MS} ms`)), STEP_MS);
  });
  await Promise.race([action, deadline]);
  clearTimeout(timer);
}
