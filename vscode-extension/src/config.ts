//! Reads the settings below `halionScript.` and finds out whether the workspace holds HALion scripts.

import * as vscode from "vscode";
import { expandPath } from "./server";

/** The section that all settings share. */
export const SECTION = "halionScript";

/** When Lua files are treated as HALion scripts. */
export type Enable = "auto" | "on" | "off";

/** What the language server is told, at the start and after each change. */
export interface ServerSettings {
  halionScript: { scriptKind: "auto" | "midi" | "ui"; libraryDirs: string[]; codeLens: boolean };
}

export function enable(): Enable {
  return section().get<Enable>("enable", "auto");
}

export function serverPath(): string {
  return section().get<string>("server.path", "");
}

/** Whether the workspace's own settings name the program. */
export function hasOwnServerPath(): boolean {
  return section().inspect("server.path")?.workspaceValue !== undefined;
}

/** Library folders are absolute here; relative ones start at the given folder, else at the first workspace folder. */
export function serverSettings(folder = vscode.workspace.workspaceFolders?.[0]): ServerSettings {
  const settings = section(folder?.uri);
  return {
    halionScript: {
      scriptKind: settings.get("scriptKind", "auto"),
      libraryDirs: settings.get<string[]>("libraryDirs", []).map((dir) => expandPath(dir, folder?.uri.fsPath)),
      codeLens: settings.get("codeLens", true),
    },
  };
}

export function traces(): boolean {
  return section().get<string>("trace.server", "off") !== "off";
}

/** Whether the folders say by themselves that they hold HALion scripts: a scenario, a launch configuration, settings of ours. */
export async function isHalionWorkspace(): Promise<boolean> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  for (const folder of folders) {
    const launches = vscode.workspace
      .getConfiguration("launch", folder.uri)
      .get<{ type?: string }[]>("configurations", []);
    if (launches.some((launch) => launch.type === "halion-script")) return true;
    const settings = section(folder.uri);
    if (["scriptKind", "libraryDirs"].some((key) => settings.inspect(key)?.workspaceValue !== undefined)) return true;
    if (["scriptKind", "libraryDirs"].some((key) => settings.inspect(key)?.workspaceFolderValue !== undefined))
      return true;
  }
  return (
    folders.length > 0 && (await vscode.workspace.findFiles("**/scenario.toml", "**/node_modules/**", 1)).length > 0
  );
}

function section(scope?: vscode.Uri): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration(SECTION, scope);
}
