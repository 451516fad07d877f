//! The extension as a user meets it: keys and clicks in a real VS Code. Saves a picture of each state on the way.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { realClients, Script, sample } from "./environment.ts";
import { STEP_MS, Workbench } from "./workbench.ts";

const clients = realClients();
const screenshots = join(clients.output, "screenshots");
let workbench: Workbench;

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  workbench = await Workbench.start({
    ...clients,
    settings: { "workbench.colorTheme": "Default Dark Modern", "window.title": "${rootName}" },
  });
});
after(() => workbench.close());

/** A test with a window on a copy of a sample, maybe with settings of the folder. When it fails, a picture and the logs are kept. */
function inSample(
  name: string,
  title: string,
  action: (page: Page, script: Script) => Promise<void>,
  settings?: Record<string, unknown>,
): void {
  test(title, async () => {
    const folder = workbench.copy(sample(clients, name), name);
    if (settings !== undefined) writeFileSync(join(folder, ".vscode", "settings.json"), JSON.stringify(settings));
    const page = await workbench.open(folder);
    try {
      const file = page.locator(".explorer-folders-view .monaco-list-row", { hasText: "script.lua" });
      await file.dblclick();
      await page.locator(".editor-instance .view-line").first().waitFor();
      await action(page, new Script(join(folder, "script.lua")));
    } catch (error) {
      await workbench.evidence(join(clients.output, `failed-ui-${title.replaceAll(/\W+/g, "-")}`));
      throw error;
    } finally {
      await page.context().close();
    }
  });
}

inSample(
  "message_on_key",
  "message_on_key: squiggle, the way through three functions, the light bulb",
  async (page, script) => {
    await page.locator(".editor-instance .squiggly-error").first().waitFor();
    // VS Code drops its question for the lines above functions when the focus leaves the text.
    await lensAbove(page).waitFor();
    await page.keyboard.press("Control+Shift+M");
    const problems = page.locator(".markers-panel .monaco-list-row");
    await problems.filter({ hasText: "messageBox" }).first().click();
    await page.keyboard.press("ArrowRight");
    for (const step of ["HALion calls onNote", "choose", "tell"]) {
      await problems.filter({ hasText: step }).last().waitFor();
    }
    await goTo(page, script.line(/messageBox/));
    await page.keyboard.press("Home");
    await page.keyboard.press("Control+.");
    const fixes = page.locator(".action-widget .monaco-list-row");
    await fixes.filter({ hasText: "runAsync" }).first().waitFor();
    await picture(page, "squiggle");
    await page.keyboard.press("Escape");
  },
);

inSample(
  "open_url",
  "open_url: squiggle, problem, hover, breakpoint, stop, stack, variables, console",
  async (page, script) => {
    await page.locator(".editor-instance .squiggly-error").first().waitFor();
    // VS Code drops its question for the lines above functions when the focus leaves the text.
    await lensAbove(page).waitFor();

    await page.keyboard.press("Control+Shift+M");
    const problems = page.locator(".markers-panel .monaco-list-row");
    await problems.filter({ hasText: "openURL" }).first().waitFor();
    // The chain is below the entry; the first entry is open from the start, its chain is not.
    await problems.filter({ hasText: "openURL" }).first().click();
    await page.keyboard.press("ArrowRight");
    await problems.filter({ hasText: "onNote" }).first().waitFor();

    await hover(page, "openURL");
    const hovers = page.locator(".monaco-hover:visible");
    await hovers.filter({ hasText: "Controller" }).first().waitFor();
    await hovers.filter({ hasText: "Loading..." }).first().waitFor({ state: "hidden" });
    await picture(page, "hover");
    await page.keyboard.press("Escape");

    const line = script.bodyOf("onNote");
    await goTo(page, line);
    await page.keyboard.press("F9");
    await page.locator(".codicon-debug-breakpoint").first().waitFor();
    await page.keyboard.press("F5");
    await stoppedAt(page, line);
    await page.locator(".debug-call-stack .stack-frame", { hasText: "onNote" }).first().waitFor();
    await page.locator(".debug-variables .monaco-list-row", { hasText: "event" }).first().waitFor();
    await picture(page, "breakpoint");

    // The error stops the script where it is raised, with HALion's words; then the run goes on to its end.
    await page.keyboard.press("F5");
    await page.locator(".exception-widget", { hasText: "HALion::openURL" }).first().waitFor();
    await picture(page, "exception");
    await page.keyboard.press("F5");
    await page.locator(".debug-toolbar").waitFor({ state: "hidden" });
    const console = page.locator(".repl-tree .monaco-list-row");
    await console
      .filter({ hasText: "Function HALion::openURL is not available in the Processor context." })
      .first()
      .waitFor();
    await picture(page, "console");
  },
);

inSample(
  "open_url_async",
  "open_url_async: no error, F10 over runAsync lands on the next line",
  async (page, script) => {
    const line = script.line(/^\s*runAsync\s*\(/);
    await stopOnce(page, line);
    await page.keyboard.press("F10");
    await stoppedAt(page, script.line(/^\s*[^\s-]/, line + 1));
    await page.locator(".debug-call-stack .stack-frame", { hasText: "onNote" }).first().waitFor();
    await picture(page, "step-over");
    assert.equal(await page.locator(".editor-instance .squiggly-error").count(), 0);
    await page.keyboard.press("Shift+F5");
    await page.locator(".debug-toolbar").waitFor({ state: "hidden" });
  },
);

inSample(
  "open_url_async",
  "open_url_async: F11 into runAsync shows the function with its waiting caller",
  async (page, script) => {
    await stopOnce(page, script.line(/^\s*runAsync\s*\(/));
    await page.keyboard.press("F11");
    await stoppedAt(page, script.bodyOf("showHelp"));
    const frames = page.locator(".debug-call-stack .stack-frame");
    await frames.filter({ hasText: "showHelp" }).first().waitFor();
    await frames.filter({ hasText: "onNote" }).first().waitFor();
    // VS Code asks for the top frame first and for the others a moment later.
    await page.locator(".debug-variables .monaco-list-row", { hasText: "note =" }).first().waitFor();
    const more = page.locator(".debug-call-stack .monaco-list-row", { hasText: "Load More Stack Frames" });
    await more.waitFor({ state: "hidden", timeout: 3_000 }).catch(() => more.click());
    await picture(page, "debug");
    await page.keyboard.press("Shift+F5");
    await page.locator(".debug-toolbar").waitFor({ state: "hidden" });
  },
);

inSample(
  "open_url",
  "open_url: the line above onNote shows the way to it, the rule's name leads to its page",
  async (page) => {
    const lens = lensAbove(page);
    await eventually("a list of callers", async () => {
      await lens.click();
      await page.locator(".peekview-widget .ref-tree .monaco-list-row").first().waitFor({ timeout: 3_000 });
    });
    await picture(page, "lens");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Shift+M");
    const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "openURL" }).first();
    await problem
      .locator("a", { hasText: "wrong-thread" })
      .first()
      .click({ modifiers: ["Control"] });
    await page.locator(".tab", { hasText: "wrong-thread.md" }).waitFor();
    const preview = page.frameLocator("iframe.webview.ready").first().frameLocator("#active-frame");
    await preview.locator("h1", { hasText: "wrong-thread" }).waitFor();
    await picture(page, "rule-page");
  },
);

inSample(
  "open_url",
  "a server path that names nothing is told, with a button that leads to the setting",
  async (page) => {
    const toast = page.locator(".notification-toast", { hasText: "/gone/halion-script" });
    await toast.waitFor();
    await toast.locator(".monaco-button", { hasText: "Open Settings" }).click();
    await page.locator(".settings-editor .setting-item-label", { hasText: "Path" }).first().waitFor();
    await picture(page, "no-server");
  },
  { "halionScript.server.path": "/gone/halion-script" },
);

inSample("open_url", "F5 in a file that was never saved asks to save it", async (page) => {
  // A double click beside the tabs makes a new file.
  await page
    .locator(".tabs-container")
    .first()
    .dblclick({ position: { x: 500, y: 15 } });
  await page.locator(".tab", { hasText: "Untitled-1" }).waitFor();
  await command(page, "Change Language Mode");
  await page.locator(".quick-input-widget:visible input[type=text]").fill("lua");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "(lua)" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".statusbar-item", { hasText: /^Lua$/ }).waitFor();
  await command(page, "HALion Script: Debug Script");
  // VS Code itself asks where to save first; the message comes when that is turned down.
  await page.locator(".quick-input-widget:visible", { hasText: "Save As" }).waitFor();
  await page.keyboard.press("Escape");
  const toast = page.locator(".notification-toast", { hasText: "Untitled-1" });
  await toast.locator(".monaco-button", { hasText: "Save As..." }).waitFor();
  await picture(page, "untitled");
});

/** Runs a command by its title in the palette. */
async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget:visible input[type=text]").fill(`>${title}`);
  // Not by Enter: the palette may list a similar command first.
  await page
    .locator(".quick-input-list .monaco-list-row", { hasText: new RegExp(`^${title}`) })
    .first()
    .click();
}

/** Runs to a line, then takes the breakpoint away, so that a second note does not stop there again. */
async function stopOnce(page: Page, line: number): Promise<void> {
  await breakAt(page, line);
  await page.keyboard.press("F5");
  await stoppedAt(page, line);
  await page.keyboard.press("F9");
  await page.locator(".codicon-debug-breakpoint").first().waitFor({ state: "hidden" });
}

/** Sets a breakpoint; VS Code takes F9 only once it has heard of the debugger, so the key may have to be pressed again. */
async function breakAt(page: Page, line: number): Promise<void> {
  await goTo(page, line);
  await eventually("the breakpoint", async () => {
    await page.keyboard.press("F9");
    await page.locator(".codicon-debug-breakpoint").first().waitFor({ timeout: 3_000 });
  });
}

/** Moves the cursor by the keyboard: a click would be swallowed by an open hover. */
async function goTo(page: Page, line: number): Promise<void> {
  await page.keyboard.press("Control+1");
  await page.keyboard.press("Control+G");
  const input = page.locator(".quick-input-widget:visible input[type=text]");
  await input.fill(`:${line}:1`);
  await page.keyboard.press("Enter");
  await input.waitFor({ state: "hidden" });
}

/** Waits until the debugger shows this line as the next one to run. */
async function stoppedAt(page: Page, line: number): Promise<void> {
  await page.locator(".debug-top-stack-frame-line").first().waitFor();
  await page.locator(".statusbar-item", { hasText: new RegExp(`^Ln ${line}, Col`) }).waitFor();
}

/** Hovers over a word. A hover right after a layout change can be missed, so it is tried again from outside the word. */
async function hover(page: Page, word: string): Promise<void> {
  const text = page.locator(".editor-instance .view-line span span", { hasText: new RegExp(`^\\s*${word}`) }).first();
  await eventually(`a hover over ${word}`, async () => {
    await page.mouse.move(900, 20);
    await text.hover();
    await page.locator(".monaco-hover:visible").first().waitFor({ timeout: 3_000 });
  });
}

/** The line above a function that runs on the Processor. */
function lensAbove(page: Page): Locator {
  return page.locator(".editor-instance .codelens-decoration a", { hasText: "Processor" }).first();
}

/** Tries again until it works or a step's time is up. */
async function eventually(what: string, action: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + STEP_MS;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`no ${what}`, { cause: error });
    }
  }
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`), animations: "disabled", caret: "hide" });
}
