//! A real VS Code: its server in a folder of its own, and a headless Chromium that shows it. Both end with `close`.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { cleanEnvironment } from "./setup.ts";

/** How long one step in the workbench may take, in milliseconds; a loaded two-core machine needs up to 20 s for the first. */
export const STEP_MS = 45_000;

const USER_SETTINGS = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "window.commandCenter": false,
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "editor.scrollBeyondLastLine": false,
  "editor.stickyScroll.enabled": false,
  "editor.hover.delay": 100,
  "debug.internalConsoleOptions": "openOnSessionStart",
};

export interface WorkbenchOptions {
  /** The folder of VS Code's server. */
  server: string;
  vsix: string;
  chromium: string;
  settings?: Record<string, unknown>;
  environment?: Record<string, string>;
}

export class Workbench {
  private nCopies = 0;

  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly browser: Browser,
  ) {}

  /** Installs the VSIX into a fresh profile and starts the server and the browser. */
  static async start(options: WorkbenchOptions): Promise<Workbench> {
    const folder = mkdtempSync(join(tmpdir(), "halion-vscode-"));
    const at = (...names: string[]) => join(folder, ...names);
    for (const name of ["tmp", "server", "user/User", "extensions"]) mkdirSync(at(name), { recursive: true });
    writeFileSync(
      at("user/User/settings.json"),
      JSON.stringify({ ...USER_SETTINGS, ...options.settings }, undefined, 2),
    );
    const environment = {
      ...cleanEnvironment(),
      ...options.environment,
      HOME: folder,
      TMPDIR: at("tmp"),
      EXTENSIONS_GALLERY: "{}",
    };
    const folders = [
      "--server-data-dir",
      at("server"),
      "--user-data-dir",
      at("user"),
      "--extensions-dir",
      at("extensions"),
    ];
    const main = join(options.server, "out", "server-main.js");
    execFileSync(process.execPath, [main, ...folders, "--install-extension", options.vsix], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "ignore", "inherit"],
    });

    const port = await freePort();
    const log = openSync(at("server.log"), "a");
    const flags = ["--without-connection-token", "--accept-server-license-terms", "--disable-telemetry"];
    const started = spawn(
      process.execPath,
      [main, "--host", "127.0.0.1", "--port", String(port), ...flags, "--enable-smoke-test-driver", ...folders],
      { cwd: folder, env: environment, detached: true, stdio: ["ignore", log, log] },
    );
    closeSync(log);
    try {
      await answers(`http://127.0.0.1:${port}/version`, started, at("server.log"));
      const browser = await chromium.launch({
        executablePath: options.chromium,
        headless: true,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
      });
      return new Workbench(folder, port, started, browser);
    } catch (error) {
      endGroup(started);
      throw error;
    }
  }

  /** Copies a folder into the run's own, so that a test can edit it, and answers the copy's path. */
  copy(source: string, name: string): string {
    this.nCopies += 1;
    const to = join(this.folder, "work", String(this.nCopies), name);
    cpSync(source, to, { recursive: true });
    return to;
  }

  /** A window on a folder. `payload` is VS Code's list of extra options; `prepare` runs before the page loads. */
  async open(folder: string, payload: [string, string][] = [], prepare?: (page: Page) => Promise<void>): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 } });
    // A page must reach nothing but this server.
    await context.route(
      (url) => url.hostname !== "127.0.0.1",
      (route) => route.abort(),
    );
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_MS);
    await prepare?.(page);
    const query = new URLSearchParams({ folder });
    if (payload.length > 0) query.set("payload", JSON.stringify(payload));
    await page.goto(`http://127.0.0.1:${this.port}/?${query}`);
    return page;
  }

  /** The folder into which the VSIX was installed. */
  installed(): string {
    const name = readdirSync(join(this.folder, "extensions")).find((entry) => entry.startsWith("halion-script."));
    if (name === undefined) throw new Error("the extension is not installed");
    return join(this.folder, "extensions", name);
  }

  /** The address under which VS Code's payload names a file of this machine. */
  remote(path: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${path}`;
  }

  /** The text of every log file of this name. */
  logs(name: string): string {
    const folder = join(this.folder, "user", "logs");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => basename(file) === name);
    return files.map((file) => readFileSync(join(folder, file), "utf8")).join("");
  }

  /** Saves a picture of every window and VS Code's logs into a folder, for whoever looks into a failed test. */
  async evidence(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const pages = this.browser.contexts().flatMap((context) => context.pages());
    for (const [idx, page] of pages.entries()) await page.screenshot({ path: join(folder, `window-${idx}.png`) });
    for (const logs of ["server.log", "user/logs", "server/data/logs"]) {
      if (existsSync(join(this.folder, logs))) cpSync(join(this.folder, logs), join(folder, logs), { recursive: true });
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    await endGroup(this.process);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function answers(url: string, process: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + STEP_MS;
  while (Date.now() < deadline) {
    if (process.exitCode !== null) throw new Error(`VS Code's server ended:\n${readFileSync(log, "utf8")}`);
    const reply = await fetch(url).catch(() => undefined);
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`VS Code's server did not answer:\n${readFileSync(log, "utf8")}`);
}

/** Ends the server with its extension hosts, which are in its process group. */
async function endGroup(process: ChildProcess): Promise<void> {
  if (process.pid === undefined || process.exitCode !== null) return;
  const ended = new Promise((resolve) => process.once("exit", resolve));
  globalThis.process.kill(-process.pid, "SIGKILL");
  await ended;
}

/** Waits for an answer, but not longer than the given milliseconds. */
export async function within<T>(ms: number, answer: Promise<T>, problem: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<T>((_, reject) => {
    timer = setTimeout(() => reject(new Error(problem())), ms);
  });
  return Promise.race([answer, deadline]).finally(() => clearTimeout(timer));
}
