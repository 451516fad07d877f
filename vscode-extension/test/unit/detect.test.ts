import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { looksLikeHalion, shouldServe } from "../../src/detect.ts";

test("every sample is recognised by its text alone", () => {
  const samples = join(process.cwd(), "..", "samples");
  const scripts = readdirSync(samples)
    .map((name) => join(samples, name, "script.lua"))
    .filter((path) => !looksLikeHalion(readFileSync(path, "utf8")));
  assert.deepEqual(scripts, []);
});

const halion = {
  "a callback": "function onNote(event)\nend",
  "a callback by assignment": "onRelease = function(event) end",
  "a callback after other text": "local a = 1\n\n  function onIdle()\nend",
  "a function": 'local p = defineParameter("a", nil, 1)',
  "a call with a table": "postEvent{ type = 1 }",
  "the script's own object": "print(this.parent.name)",
};
for (const [name, text] of Object.entries(halion)) {
  test(`HALion is recognised by ${name}`, () => assert.ok(looksLikeHalion(text)));
}

const other = {
  nothing: "",
  "a game's callbacks": "function love.load() end\nfunction onLoad() end\nfunction onSave() end",
  "a method of the same name": "function Player:onNote() end\nqueue.runAsync(f)\nqueue:postEvent(e)",
  "a longer name": "function onNoteBook() end\nmyRunAsync(f)\nrunAsyncTask(f)",
  "a name that is only mentioned": "local runAsync = require 'async'",
};
for (const [name, text] of Object.entries(other)) {
  test(`another Lua project is left alone: ${name}`, () => assert.equal(looksLikeHalion(text), false));
}

test("a long line costs no time", () => {
  const start = performance.now();
  looksLikeHalion(`function ${" ".repeat(1_000_000)}`);
  looksLikeHalion("on".repeat(500_000));
  assert.ok(performance.now() - start < 500);
});

test("the setting overrides what the text says", () => {
  const text = "function onNote() end";
  assert.equal(shouldServe("on", { text: "", halionFolder: false }), true);
  assert.equal(shouldServe("off", { text, halionFolder: true }), false);
  assert.equal(shouldServe("auto", { text, halionFolder: false }), true);
  assert.equal(shouldServe("auto", { text: "", halionFolder: true }), true);
  assert.equal(shouldServe("auto", { text: "", halionFolder: false }), false);
});
