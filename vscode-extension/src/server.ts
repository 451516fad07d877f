//! Finds the `halion-script` program. Imports nothing of VS Code, so it is tested under plain node.

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** Where the program is, or a text for the user that says why there is none. */
export type ServerLocation = { found: true; path: string } | { found: false; problem: string };

/** What the search depends on; `folder` is the workspace folder that relative paths start at. */
export interface ServerQuery {
  setting: string;
  extensionFolder: string;
  folder: string | undefined;
  platform: NodeJS.Platform;
}

/** The setting `halionScript.server.path` wins; else the program inside the extension is used. */
export function findServer(query: ServerQuery): ServerLocation {
  const setting = query.setting.trim();
  if (setting !== "") {
    const path = expandPath(setting, query.folder);
    return isProgram(path)
      ? { found: true, path }
      : {
          found: false,
          problem: `The setting halionScript.server.path names "${path}", which is not a program that can be started.`,
        };
  }
  const name = query.platform === "win32" ? "halion-script.exe" : "halion-script";
  const bundled = join(query.extensionFolder, "bin", name);
  return isProgram(bundled)
    ? { found: true, path: bundled }
    : {
        found: false,
        problem: `This build of the extension holds no ${name} for your system. Build it with "cargo build --release" and name it in the setting halionScript.server.path.`,
      };
}

/** Expands `~` and `${workspaceFolder}`; a relative path starts at the workspace folder. */
export function expandPath(path: string, folder: string | undefined): string {
  const base = folder ?? homedir();
  const expanded = path.replaceAll("${workspaceFolder}", base).replace(/^~(?=$|[\\/])/, homedir());
  return isAbsolute(expanded) ? expanded : resolve(base, expanded);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
