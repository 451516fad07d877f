//! The language server in a real Neovim; the steps are in `neovim.lua`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { realClients, sample } from "./environment.ts";

const clients = realClients();

test("the sample open_url in Neovim", async (context) => {
  const report = join(clients.output, "neovim.jsonl");
  const suite = join(clients.extension, "test", "real", "neovim.lua");
  const run = spawnSync(clients.nvim, ["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", `luafile ${suite}`], {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    timeout: 180_000,
    env: {
      ...process.env,
      XDG_STATE_HOME: join(clients.output, "nvim"),
      XDG_CACHE_HOME: join(clients.output, "nvim"),
      HALION_NVIM_REPORT: report,
      HALION_NVIM_SERVER: clients.binary,
      HALION_NVIM_SCRIPT: join(sample(clients, "open_url"), "script.lua"),
    },
  });
  const steps: { name: string; problem?: string }[] = readFileSync(report, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  assert.equal(steps.length, 7, `only ${steps.length} steps\n${run.stdout}${run.stderr}`);
  for (const step of steps) {
    await context.test(step.name, () => assert.equal(step.problem ?? "", ""));
  }
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
});
