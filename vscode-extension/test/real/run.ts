//! Runs the real-client tests: provides what they drive, packages the extension, then starts node's test runner.
//! `--vsix PATH` takes a finished package, `--screenshots` also refreshes the README's pictures, a further word picks one test file.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { RealClients } from "./environment.ts";
import { ensureProgram, ensureWorkbench } from "./setup.ts";

/** The screenshots that READMEs show. */
const PICTURES = ["squiggle.png", "debug.png"];

const { values, positionals } = parseArgs({
  options: { vsix: { type: "string" }, screenshots: { type: "boolean", default: false } },
  allowPositionals: true,
});
const here = dirname(fileURLToPath(import.meta.url));
const extension = join(here, "..", "..");
const output = join(extension, "out", "real-clients");
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

const server = timed("VS Code's server", () => ensureWorkbench(join(extension, ".cache")));
const chromium = timed("Chromium", () => ensureProgram(["chromium", "chromium-browser", "google-chrome"], "chromium"));
const nvim = timed("Neovim", () => ensureProgram(["nvim"], "neovim"));
const missing = [
  chromium === undefined ? "Chromium (package chromium)" : "",
  nvim === undefined ? "Neovim (package neovim)" : "",
];
const loud = missing.filter((name) => name !== "").join(" and ");
if (loud !== "") {
  console.error(
    `\nMISSING: ${loud}. Install it, or run this as root where apt-get works; the tests that need it cannot run.\n`,
  );
  if (process.env.CI) process.exit(1);
}

const vsix = timed("package", () => (values.vsix ? resolve(values.vsix) : makePackage()));
const clients: RealClients = {
  extension,
  vsix,
  binary: join(extension, "bin", "halion-script"),
  server,
  chromium: chromium ?? "",
  nvim: nvim ?? "",
  output,
};

const wanted = readdirSync(here)
  .filter((file) => file.endsWith(".test.mjs") && positionals.every((word) => file.includes(word)))
  .filter(
    (file) =>
      (chromium !== undefined || !/^(host|ui)/.test(file)) && (nvim !== undefined || !file.startsWith("neovim")),
  )
  .map((file) => join(here, file));
// One at a time: a workbench takes a core for itself, and times would say nothing.
const tests = spawnSync(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...wanted], {
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, HALION_REAL_CLIENTS: JSON.stringify(clients) },
});
if (loud !== "") console.error(`\nNOT RUN for want of ${loud}: some real-client tests.\n`);
if (tests.status === 0 && values.screenshots) {
  for (const name of PICTURES) cpSync(join(output, "screenshots", name), join(extension, "images", name));
}
process.exit(tests.status ?? 1);

function makePackage(): string {
  const out = join(extension, "out", "halion-script.vsix");
  execFileSync(process.execPath, [join(extension, "scripts", "package.mjs"), "--out", out], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  return out;
}

function timed<T>(what: string, action: () => T): T {
  const start = performance.now();
  const answer = action();
  console.log(`${what}: ready after ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return answer;
}
