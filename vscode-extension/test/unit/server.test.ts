import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { expandPath, findServer } from "../../src/server.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "halion-server-"));
  mkdirSync(join(folder, "bin"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  chmodSync(path, 0o755);
  return path;
}

const find = (setting: string, platform: NodeJS.Platform = "linux") =>
  findServer({ setting, extensionFolder: folder, folder, platform });

test("the program inside the extension is found", () => {
  const path = program("bin/halion-script");
  assert.deepEqual(find("  "), { found: true, path });
});

test("on Windows it ends with .exe", () => {
  const path = program("bin/halion-script.exe");
  assert.deepEqual(find("", "win32"), { found: true, path });
});

test("the setting wins over the program inside", () => {
  program("bin/halion-script");
  const path = program("mine");
  assert.deepEqual(find(path), { found: true, path });
  assert.deepEqual(find("mine"), { found: true, path });
  assert.deepEqual(find("${workspaceFolder}/mine"), { found: true, path });
});

test("a setting that names nothing is told by its name, and the program inside is not used instead", () => {
  program("bin/halion-script");
  const answer = find("gone/halion-script");
  assert.ok(!answer.found);
  assert.match(answer.problem, /halionScript\.server\.path/);
  assert.match(answer.problem, /gone.halion-script/);
});

test("a folder and a text file are no programs", () => {
  assert.equal(find(folder).found, false);
  writeFileSync(join(folder, "text"), "");
  chmodSync(join(folder, "text"), 0o644);
  assert.equal(find("text").found, false);
});

test("a package without a program says what to do", () => {
  const answer = find("");
  assert.ok(!answer.found);
  assert.match(answer.problem, /cargo build --release/);
});

test("paths start at the workspace folder or at home", () => {
  assert.equal(expandPath("~/lib", folder), join(homedir(), "lib"));
  assert.equal(expandPath("lib", folder), join(folder, "lib"));
  assert.equal(expandPath("lib", undefined), join(homedir(), "lib"));
  assert.equal(expandPath("/lib~", folder), "/lib~");
});
