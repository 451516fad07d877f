//! package.json against what it must agree with: the adapter's launch arguments, the workspace's version, the README, the facts.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CALLBACKS, FUNCTIONS } from "../../src/detect.ts";

// npm runs tests in the extension's folder.
const root = process.cwd();
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const manifest = JSON.parse(read("package.json"));
const launch = manifest.contributes.debuggers[0].configurationAttributes.launch;

test("the launch schema has exactly the adapter's launch arguments", () => {
  const rust = read("..", "server", "adapter", "src", "launch.rs");
  const struct = /struct LaunchArguments \{([^}]*)\}/.exec(rust)?.[1] ?? "";
  const fields = [...struct.matchAll(/^\s*pub(?:\([^)]*\))?\s+(\w+):/gm)].map((field) => camelCase(field[1] ?? ""));
  assert.ok(fields.length > 0, "launch.rs has no struct LaunchArguments");
  assert.deepEqual(Object.keys(launch.properties), fields);
});

test("a launch configuration needs a program and nothing else", () => {
  assert.deepEqual(launch.required, ["program"]);
  for (const name of ["initialConfigurations", "configurationSnippets"]) {
    for (const entry of manifest.contributes.debuggers[0][name]) {
      const configuration = entry.body ?? entry;
      const known = ["type", "request", "name", ...Object.keys(launch.properties)];
      assert.deepEqual(
        Object.keys(configuration).filter((key) => !known.includes(key)),
        [],
      );
      assert.ok(configuration.program);
    }
  }
});

test("the extension has the workspace's version", () => {
  const cargo = read("..", "Cargo.toml");
  const version = /\[workspace\.package\][^[]*?\nversion = "([^"]+)"/.exec(cargo)?.[1];
  assert.equal(manifest.version, version);
  assert.equal(JSON.parse(read("package-lock.json")).version, version);
  assert.match(read("CHANGELOG.md"), new RegExp(`^## ${version?.replaceAll(".", "\\.")}$`, "m"));
});

test("the README names every setting, command and launch argument", () => {
  const readme = read("README.md");
  const titles = manifest.contributes.commands.map((command: { title: string }) => command.title);
  const names = [
    ...Object.keys(manifest.contributes.configuration.properties),
    ...titles,
    ...Object.keys(launch.properties),
  ];
  assert.deepEqual(
    names.filter((name) => !readme.includes(name)),
    [],
  );
});

test("the pictures of both READMEs exist and are small", () => {
  const texts = [read("README.md"), read("..", "README.md")];
  const shown = texts.flatMap((text) => [...text.matchAll(/\bimages\/[\w.-]+/g)].map((picture) => picture[0]));
  assert.deepEqual(
    [...shown, manifest.icon].filter((picture) => !existsSync(join(root, picture))),
    [],
  );
  for (const picture of readdirSync(join(root, "images"))) {
    assert.ok(readFileSync(join(root, "images", picture)).length < 300_000, `${picture} is larger than 300 kB`);
  }
});

test("the lock file names no registry", () => {
  assert.equal(read("package-lock.json").includes('"resolved"'), false);
});

test("the words that tell a HALion script are in the facts about HALion", () => {
  const facts = (file: string) =>
    JSON.parse(read("..", "server", "api", "data", file)).map((entry: { name: string }) => entry.name);
  const callbacks = new Set(facts("callbacks.json"));
  const functions = new Set(facts("functions.json"));
  assert.deepEqual(
    [...CALLBACKS.filter((name) => !callbacks.has(name)), ...FUNCTIONS.filter((name) => !functions.has(name))],
    [],
  );
});

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
