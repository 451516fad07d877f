import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { chooseProgram, completeLaunch, type Launch, type LaunchAnswer } from "../../src/launch.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "halion-launch-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => {
  writeFileSync(join(folder, name), "");
  return join(folder, name);
};
const defaults = { libraryDirs: ["/lib"], scriptKind: "midi" as const };
const launch = (more: Partial<Launch>): Launch => ({ type: "halion-script", request: "launch", name: "x", ...more });

function good(answer: LaunchAnswer): Launch {
  assert.ok("launch" in answer, JSON.stringify(answer));
  return answer.launch;
}

function bad(answer: LaunchAnswer): { problem: string; saveAs?: boolean } {
  assert.ok("problem" in answer, JSON.stringify(answer));
  return answer;
}

test("F5 without a launch.json plays the open script", () => {
  const answer = good(chooseProgram({}, { language: "lua", title: "a.lua", path: "/x/a.lua" }));
  assert.deepEqual(answer, { type: "halion-script", request: "launch", name: "Play a.lua", program: "/x/a.lua" });
});

test("a program in the configuration is kept", () => {
  const answer = good(chooseProgram(launch({ program: "${file}" }), undefined));
  assert.equal(answer.program, "${file}");
});

test("a file that was never saved is offered to be saved", () => {
  const answer = bad(chooseProgram({}, { language: "lua", title: "Untitled-1", path: undefined }));
  assert.equal(answer.saveAs, true);
  assert.match(answer.problem, /Untitled-1/);
});

test("F5 in a sample's other file plays the script beside it", () => {
  const open = { language: "markdown", title: "README.md", path: file("README.md") };
  assert.match(bad(chooseProgram({}, open)).problem, /README\.md/);
  const script = file("script.lua");
  assert.equal(good(chooseProgram({}, open)).program, script);
});

test("with no editor open the user is told to open a script", () => {
  assert.match(bad(chooseProgram({}, undefined)).problem, /Open a Lua script/);
});

test("the folder for files starts at the workspace folder", () => {
  const program = file("a.lua");
  const answer = good(completeLaunch(launch({ program, filesDir: "disk" }), folder, defaults));
  assert.equal(answer.filesDir, join(folder, "disk"));
});

test("the scenario beside a script is used unless another is named", () => {
  const program = file("a.lua");
  assert.equal("scenario" in good(completeLaunch(launch({ program }), folder, defaults)), false);
  const beside = file("scenario.toml");
  assert.equal(good(completeLaunch(launch({ program }), folder, defaults)).scenario, beside);
  assert.equal(good(completeLaunch(launch({ program: folder }), folder, defaults)).scenario, beside);
  const other = file("song.mid");
  assert.equal(good(completeLaunch(launch({ program, scenario: "song.mid" }), folder, defaults)).scenario, other);
});

test("relative paths start at the workspace folder", () => {
  const program = file("a.lua");
  mkdirSync(join(folder, "modules"));
  const answer = good(completeLaunch(launch({ program: "a.lua", libraryDirs: ["modules"] }), folder, defaults));
  assert.equal(answer.program, program);
  assert.deepEqual(answer.libraryDirs, [join(folder, "modules")]);
});

test("settings fill in what the configuration leaves out", () => {
  const program = file("a.lua");
  const answer = good(completeLaunch(launch({ program }), folder, defaults));
  assert.deepEqual([answer.libraryDirs, answer.scriptKind], [["/lib"], "midi"]);
  const own = good(completeLaunch(launch({ program, libraryDirs: [], scriptKind: "ui" }), folder, defaults));
  assert.deepEqual([own.libraryDirs, own.scriptKind], [[], "ui"]);
});

test("a script or scenario that is not there is named", () => {
  assert.match(bad(completeLaunch(launch({ program: "gone.lua" }), folder, defaults)).problem, /gone\.lua/);
  const program = file("a.lua");
  assert.match(bad(completeLaunch(launch({ program, scenario: "gone.toml" }), folder, defaults)).problem, /gone\.toml/);
});
