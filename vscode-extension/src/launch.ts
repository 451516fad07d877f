//! Completes a launch configuration: what F5 plays when launch.json says nothing, or only a part. Imports nothing of VS Code.

import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { expandPath } from "./server";

/** The launch arguments of the adapter, as in package.json; paths are absolute once completed. */
export interface Launch {
  type: string;
  request: string;
  name: string;
  program?: string;
  scenario?: string;
  untilMs?: number;
  stopOnEntry?: boolean;
  noDebug?: boolean;
  restartOnSave?: boolean;
  libraryDirs?: string[];
  filesDir?: string;
  scriptKind?: "auto" | "midi" | "ui";
  [key: string]: unknown;
}

/** What the editor shows when the user starts a run. `path` is undefined for a file that was never saved. */
export interface OpenFile {
  language: string;
  title: string;
  path: string | undefined;
}

/** The settings that a launch configuration falls back to. */
export interface LaunchDefaults {
  libraryDirs: string[];
  scriptKind: "auto" | "midi" | "ui";
}

/** A launch to go on with, or a text for the user; `saveAs` offers to save the untitled file. */
export type LaunchAnswer = { launch: Launch } | { problem: string; saveAs?: boolean };

/** Fills in type, request, name and program for a run without a launch.json. */
export function chooseProgram(launch: Partial<Launch>, open: OpenFile | undefined): LaunchAnswer {
  const complete: Launch = {
    ...launch,
    type: launch.type || "halion-script",
    request: launch.request || "launch",
    name: launch.name || "Play the open script",
  };
  if (complete.program) return { launch: complete };
  if (open === undefined) {
    return { problem: 'Open a Lua script first, or name one as "program" in launch.json: there is nothing to play.' };
  }
  if (open.path === undefined && open.language === "lua") {
    return { problem: `Save "${open.title}" first: a script is played from its file.`, saveAs: true };
  }
  const program = open.language === "lua" ? open.path : scriptBeside(open.path);
  if (program === undefined) {
    return {
      problem: `"${open.title}" is not a Lua script. Open the script to play, or name it as "program" in launch.json.`,
    };
  }
  return { launch: { ...complete, program, name: launch.name || `Play ${basename(program)}` } };
}

/** After VS Code has replaced the variables: makes paths absolute, adds the scenario beside the script, checks that files exist. */
export function completeLaunch(launch: Launch, folder: string | undefined, defaults: LaunchDefaults): LaunchAnswer {
  const program = absolute(launch.program ?? "", folder);
  if (!existsSync(program)) return { problem: `There is no script "${program}". Correct "program" in launch.json.` };
  const complete: Launch = {
    ...launch,
    program,
    libraryDirs: (launch.libraryDirs ?? defaults.libraryDirs).map((dir) => expandPath(dir, folder)),
    scriptKind: launch.scriptKind ?? defaults.scriptKind,
  };
  if (launch.filesDir) complete.filesDir = expandPath(launch.filesDir, folder);
  if (launch.scenario) {
    complete.scenario = absolute(launch.scenario, folder);
    if (!existsSync(complete.scenario)) {
      return { problem: `There is no scenario "${complete.scenario}". Correct "scenario" in launch.json.` };
    }
  } else {
    const beside = join(statSync(program).isDirectory() ? program : dirname(program), "scenario.toml");
    if (existsSync(beside)) complete.scenario = beside;
    else delete complete.scenario;
  }
  return { launch: complete };
}

/** F5 in a sample's README or scenario plays the `script.lua` beside it. */
function scriptBeside(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const script = join(dirname(path), "script.lua");
  return existsSync(script) ? script : undefined;
}

function absolute(path: string, folder: string | undefined): string {
  return isAbsolute(path) || folder === undefined ? path : resolve(folder, path);
}
