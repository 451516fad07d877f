//! Debugging: completes launch configurations and starts one `halion-script dap` process for each session.

import { basename } from "node:path";
import * as vscode from "vscode";
import { serverSettings } from "./config";
import { chooseProgram, completeLaunch, type Launch, type OpenFile } from "./launch";

/** The debug type of package.json. */
export const DEBUG_TYPE = "halion-script";

/** Answers where the program is, or tells the user why there is none. */
export type FindProgram = () => string | undefined;

export function registerDebug(findProgram: FindProgram): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, {
      resolveDebugConfiguration,
      resolveDebugConfigurationWithSubstitutedVariables,
    }),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      { provideDebugConfigurations },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
      createDebugAdapterDescriptor() {
        const program = findProgram();
        return program === undefined ? undefined : new vscode.DebugAdapterExecutable(program, ["dap"]);
      },
    }),
  );
}

/** Plays the script of the active editor, or the given one. */
export async function playScript(script: vscode.Uri | undefined, options: { noDebug: boolean }): Promise<void> {
  const folder = script && vscode.workspace.getWorkspaceFolder(script);
  const launch: Partial<Launch> = { type: DEBUG_TYPE, request: "launch" };
  if (script?.scheme === "file") {
    launch.program = script.fsPath;
    launch.name = `Play ${basename(script.fsPath)}`;
  }
  await vscode.debug.startDebugging(
    folder ?? vscode.workspace.workspaceFolders?.[0],
    launch as vscode.DebugConfiguration,
    options,
  );
}

function provideDebugConfigurations(): vscode.DebugConfiguration[] {
  return [{ type: DEBUG_TYPE, request: "launch", name: "Play the open script", program: "${file}" }];
}

/** Runs before variables such as `${file}` are replaced; undefined stops the start without a further message. */
async function resolveDebugConfiguration(
  _folder: vscode.WorkspaceFolder | undefined,
  launch: vscode.DebugConfiguration,
): Promise<vscode.DebugConfiguration | undefined> {
  const chosen = chooseProgram(launch, openFile());
  return "problem" in chosen ? tell(chosen) : chosen.launch;
}

async function resolveDebugConfigurationWithSubstitutedVariables(
  folder: vscode.WorkspaceFolder | undefined,
  launch: vscode.DebugConfiguration,
): Promise<vscode.DebugConfiguration | undefined> {
  const path = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
  const complete = completeLaunch(launch as Launch, path, serverSettings(folder).halionScript);
  if ("problem" in complete) return tell(complete);
  return (await isSaved(complete.launch.program ?? "")) ? complete.launch : undefined;
}

/** VS Code saves before it starts a session, unless the user has switched that off: then ask. */
async function isSaved(program: string): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((open) => open.isDirty && open.uri.fsPath === program);
  if (document === undefined) return true;
  const choice = await vscode.window.showWarningMessage(
    `"${basename(program)}" has changes that are not saved, and a script is played from its file.`,
    "Save and Play",
    "Play the Saved File",
  );
  return choice === "Save and Play" ? document.save() : choice !== undefined;
}

async function tell(answer: { problem: string; saveAs?: boolean }): Promise<undefined> {
  const buttons = answer.saveAs ? ["Save As..."] : [];
  const choice = await vscode.window.showErrorMessage(answer.problem, ...buttons);
  if (choice !== undefined) await vscode.commands.executeCommand("workbench.action.files.saveAs");
  return undefined;
}

function openFile(): OpenFile | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return undefined;
  return {
    language: document.languageId,
    title: basename(document.fileName),
    path: document.uri.scheme === "file" ? document.uri.fsPath : undefined,
  };
}
