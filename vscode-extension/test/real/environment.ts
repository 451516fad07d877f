//! What `run.ts` hands to the test files: where the package, the programs and the samples are.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Set by `run.ts`; a test file that is started by hand needs them too. */
export interface RealClients {
  /** The extension's folder. */
  extension: string;
  vsix: string;
  /** The program as it was put into the package. */
  binary: string;
  /** The folder of VS Code's server. */
  server: string;
  chromium: string;
  nvim: string;
  /** Where screenshots and logs go. */
  output: string;
}

export function realClients(): RealClients {
  const text = process.env.HALION_REAL_CLIENTS;
  if (text === undefined) throw new Error("start these tests with `npm run test:real`");
  return JSON.parse(text);
}

/** The folder of one of the project's samples. */
export function sample(clients: RealClients, name: string): string {
  return join(clients.extension, "..", "samples", name);
}

/** A script's text with lookups by content, so that a sample may grow without breaking tests. */
export class Script {
  readonly lines: string[];

  constructor(readonly path: string) {
    this.lines = readFileSync(path, "utf8").split(/\r?\n/);
  }

  /** The 1-based number of the first line that matches, at or after `from`. */
  line(pattern: RegExp, from = 1): number {
    const index = this.lines.findIndex((line, idx) => idx + 1 >= from && pattern.test(line));
    if (index < 0) throw new Error(`${this.path} has no line that matches ${pattern}`);
    return index + 1;
  }

  /** The first statement of a function: the first line below its head that is neither empty nor a comment. */
  bodyOf(name: string): number {
    return this.line(/^\s*[^\s-]/, this.line(new RegExp(`\\b${name}\\b\\s*(\\(|=\\s*function)`)) + 1);
  }
}
