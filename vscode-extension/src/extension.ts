//! Wires the language client, the debugger and the commands to VS Code. The first Lua file or debug session activates it.

import * as vscode from "vscode";
import { Client, type ServerState } from "./client";
import { enable, hasOwnServerPath, isHalionWorkspace, SECTION, serverPath } from "./config";
import { playScript, registerDebug } from "./debug";
import { shouldServe } from "./detect";
import { findServer } from "./server";

let client: Client | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("HALion Script", { log: true });
  const server = new Client(output, context.subscriptions);
  client = server;

  const findProgram = (): string | undefined => {
    const location = findServer({
      setting: serverPath(),
      extensionFolder: context.extensionPath,
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      platform: process.platform,
    });
    if (location.found) return location.path;
    output.error(location.problem);
    void offerSettings(location.problem);
    return undefined;
  };

  const startServer = async (): Promise<void> => {
    const program = findProgram();
    if (program === undefined) return;
    try {
      await server.start(program);
    } catch (error) {
      output.error(`"${program} lsp" did not start: ${String(error)}`);
    }
  };

  // With "auto", the first Lua text that looks like HALion starts the server; a missing program is reported once.
  let tried = false;
  let halionFolder = false;
  const consider = async (document: vscode.TextDocument): Promise<void> => {
    if (tried || document.languageId !== "lua" || document.uri.scheme !== "file") return;
    if (!shouldServe(enable(), { text: document.getText(), halionFolder })) return;
    tried = true;
    await startServer();
  };
  const considerAll = async (): Promise<void> => {
    halionFolder = await isHalionWorkspace();
    for (const document of vscode.workspace.textDocuments) await consider(document);
  };
  const reconsider = async (): Promise<void> => {
    await server.stop();
    tried = false;
    await considerAll();
  };

  context.subscriptions.push(
    output,
    registerDebug(findProgram),
    statusItem(server),
    vscode.workspace.onDidOpenTextDocument(consider),
    vscode.workspace.onDidChangeTextDocument((event) => consider(event.document)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const start = [`${SECTION}.enable`, `${SECTION}.server.path`];
      if (start.some((key) => event.affectsConfiguration(key))) void reconsider();
    }),
    vscode.commands.registerCommand("halionScript.runScript", (script?: vscode.Uri) => play(script, true)),
    vscode.commands.registerCommand("halionScript.debugScript", (script?: vscode.Uri) => play(script, false)),
    vscode.commands.registerCommand("halionScript.restartServer", async () => {
      tried = true;
      await startServer();
    }),
    vscode.commands.registerCommand("halionScript.showOutput", () => output.show()),
  );
  await considerAll();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

function play(script: vscode.Uri | undefined, noDebug: boolean): Promise<void> {
  return playScript(script ?? vscode.window.activeTextEditor?.document.uri, { noDebug });
}

async function offerSettings(problem: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(problem, "Open Settings");
  if (choice === undefined) return;
  await vscode.commands.executeCommand(`workbench.action.${settingsPage()}`, { query: `@id:${SECTION}.server.path` });
}

/** The page of the settings that shows the program's path: it belongs to a machine, unless the folder has its own. */
function settingsPage(): string {
  if (hasOwnServerPath()) return "openWorkspaceSettings";
  return vscode.env.remoteName === undefined ? "openSettings2" : "openRemoteSettings";
}

/** The entry under the `{}` of the status bar, and the context key that shows the play buttons. */
function statusItem(server: Client): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("halionScript.server", { language: "lua" });
  item.name = "HALion Script";
  const show = (state: ServerState): void => {
    item.text = state === "running" ? "HALion Script" : `HALion Script: ${state}`;
    item.busy = state === "starting";
    item.command =
      state === "stopped"
        ? { title: "Start", command: "halionScript.restartServer" }
        : { title: "Show Output", command: "halionScript.showOutput" };
    void vscode.commands.executeCommand("setContext", "halionScript.active", state === "running");
  };
  show("stopped");
  return vscode.Disposable.from(item, server.onDidChangeState(show));
}
