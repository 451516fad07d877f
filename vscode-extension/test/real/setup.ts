//! Provides the programs that the real-client tests drive: a VS Code server in a cached folder, Chromium and Neovim.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** VS Code 1.100.3 as its server is published in the registry; it needs no download of its own and runs on node 20. */
const CODE_SERVER = {
  version: "4.100.3",
  integrity: "sha512-q/Fh2DOxCRNhC/WiG/6sAhSKnj7ZACTVBaeeZ+rWjol//0FCbl/qg1ln5ecZ99jYcfqMxZZAyWcN+YBIo0DgpA==",
};

/** A terminal library and a search program that arrive built, in the place of two that would be compiled or downloaded. */
const PTY = "node-pty@npm:@lydell/node-pty@1.1.0";
const RIPGREP = { name: `@vscode/ripgrep-linux-${process.arch}`, version: "1.18.0" };

/** Two native modules are replaced, so that nothing has to be compiled. */
const STUBS: Record<string, string> = {
  "native-watchdog": "exports.start = () => {};\n",
  "@vscode/spdlog": `
const fs = require("node:fs");
const path = require("node:path");
function logger(name, file) {
  let raw = false, level = 0;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const write = (label) => (text) => fs.appendFileSync(file, raw ? String(text) : new Date().toISOString() + " [" + label + "] " + text + "\\n");
  const log = { getLevel: () => level, setLevel: (to) => { level = to; }, setPattern() {}, clearFormatters() { raw = true; }, flush() {}, drop() {} };
  for (const label of ["trace", "debug", "info", "warn", "error", "critical"]) log[label] = write(label);
  return log;
}
exports.createRotatingLogger = exports.createAsyncRotatingLogger = async (name, file) => logger(name, file);
exports.setLevel = exports.setFlushOn = exports.shutdown = () => {};
`,
};

/** The environment without npm's own variables, which would steer the npm started here. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const unwanted = /^(npm_|NODE_OPTIONS$|ELECTRON_RUN_AS_NODE$|CODE_SERVER_PARENT_PID$|VSCODE_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));
}

/** The folder of VS Code's server, installed on the first call. About 15 s, 42 MB to download, 270 MB on disk. */
export function ensureWorkbench(cache: string): string {
  const done = join(cache, `code-server-${CODE_SERVER.version}`);
  const server = join(done, "lib", "vscode");
  if (existsSync(done)) return server;
  const work = `${done}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  console.log(`installing VS Code's server into ${done}`);

  const archive = pack(`code-server@${CODE_SERVER.version}`, work);
  const digest = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (digest !== CODE_SERVER.integrity) throw new Error(`code-server ${CODE_SERVER.version} has the digest ${digest}`);
  const wanted = ["package/lib/vscode", "package/LICENSE", "package/package.json"];
  run("tar", ["xzf", archive, "--strip-components=1", ...wanted], work);
  rmSync(archive);

  const vscode = join(work, "lib", "vscode");
  // `npm ci` refuses this shrinkwrap (it lacks an entry); it still pins every other version.
  run("npm", ["install", "--omit=dev", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", PTY], vscode);
  for (const [name, text] of Object.entries(STUBS)) {
    const folder = join(vscode, "node_modules", name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "0.0.0", main: "index.js" }));
    writeFileSync(join(folder, "index.js"), text);
  }
  const ripgrep = pack(`${RIPGREP.name}@${RIPGREP.version}`, vscode);
  mkdirSync(join(vscode, "node_modules", "@vscode", "ripgrep", "bin"), { recursive: true });
  run("tar", ["xzf", ripgrep, "-C", "node_modules/@vscode/ripgrep", "--strip-components=1", "package/bin/rg"], vscode);
  rmSync(ripgrep);
  symlinkSync("node_modules", join(vscode, "node_modules.asar"));
  renameSync(work, done);
  return server;
}

/** A program from Debian: looked up in PATH, installed with apt-get where that is possible. */
export function ensureProgram(names: string[], debianPackage: string): string | undefined {
  const found = inPath(names);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && inPath(["apt-get"]) !== undefined) {
    console.log(`installing ${debianPackage} with apt-get`);
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = { stdio: ["ignore", "ignore", "inherit"] as ["ignore", "ignore", "inherit"], env: environment };
    execFileSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", "update", "-qq"], options);
    const install = ["install", "-y", "-qq", "--no-install-recommends", debianPackage];
    execFileSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...install], options);
  }
  return inPath(names);
}

function inPath(names: string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** Downloads a package's archive into the folder and answers its path. */
function pack(what: string, folder: string): string {
  const out = execFileSync("npm", ["pack", "--silent", what], {
    cwd: folder,
    env: cleanEnvironment(),
    encoding: "utf8",
  });
  const name = out.trim().split("\n").at(-1) ?? "";
  return join(folder, name);
}

function run(program: string, args: string[], cwd: string): void {
  execFileSync(program, args, { cwd, env: cleanEnvironment(), stdio: ["ignore", "ignore", "inherit"] });
}
