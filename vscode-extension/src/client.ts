//! Starts `halion-script lsp` and keeps it in step with the settings. One server serves the whole window.

import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, type ServerOptions, State } from "vscode-languageclient/node";
import { SECTION, serverSettings, traces } from "./config";
import { explainFeature, peekCallers, registerRulePages } from "./explain";

/** What the user sees of the server's state. */
export type ServerState = "stopped" | "starting" | "running";

/**
 * Owns the server process: `start` launches it, `stop` (also called when the window closes) ends it.
 * The library restarts a crashed server, and gives up with a message after five crashes within three minutes.
 */
export class Client {
  private client: LanguageClient | undefined;
  private readonly trace: TraceChannel;
  private readonly changed = new vscode.EventEmitter<ServerState>();
  readonly onDidChangeState = this.changed.event;

  constructor(
    private readonly output: vscode.LogOutputChannel,
    subscriptions: vscode.Disposable[],
  ) {
    this.trace = new TraceChannel();
    subscriptions.push(
      this.changed,
      this.trace,
      registerRulePages(() => this.client),
      vscode.workspace.onDidChangeConfiguration((event) => this.configure(event)),
    );
  }

  get running(): boolean {
    return this.client !== undefined;
  }

  async start(program: string): Promise<void> {
    await this.stop();
    const executable = { command: program, args: ["lsp"] };
    const server: ServerOptions = { run: executable, debug: executable };
    // The library reads `<id>.trace.server` by itself, so the id is the settings' section.
    const client = new LanguageClient(SECTION, "HALion Script", server, {
      documentSelector: [{ scheme: "file", language: "lua" }],
      initializationOptions: serverSettings(),
      outputChannel: this.output,
      traceOutputChannel: this.trace.channel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      diagnosticCollectionName: "HALion Script",
      middleware: peekCallers(() => this.client),
    });
    client.registerFeature(explainFeature);
    this.client = client;
    client.onDidChangeState((event) => {
      if (this.client === client) this.changed.fire(stateName(event.newState));
    });
    this.output.info(`starting ${program} lsp`);
    await client.start();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.changed.fire("stopped");
    await client?.dispose();
  }

  private configure(event: vscode.ConfigurationChangeEvent): void {
    if (!event.affectsConfiguration(SECTION)) return;
    if (event.affectsConfiguration(`${SECTION}.trace.server`)) this.trace.refresh();
    if (this.client?.state !== State.Running) return;
    void this.client.sendNotification("workspace/didChangeConfiguration", { settings: serverSettings() });
  }
}

function stateName(state: State): ServerState {
  if (state === State.Running) return "running";
  return state === State.Starting ? "starting" : "stopped";
}

/**
 * The library traces only while its channel's log level is Trace, which a user would have to find in another menu.
 * This channel reports that level whenever the setting asks for a trace, and is created when the first line is written.
 */
class TraceChannel implements vscode.Disposable {
  private created: vscode.LogOutputChannel | undefined;
  private readonly levels = new vscode.EventEmitter<vscode.LogLevel>();

  readonly channel: vscode.LogOutputChannel = new Proxy({} as vscode.LogOutputChannel, {
    get: (_, key) => {
      if (key === "logLevel") return this.level();
      if (key === "onDidChangeLogLevel") return this.levels.event;
      if (key === "trace") return (text: string) => this.real().info(text);
      if (key === "dispose") return () => {};
      const value: unknown = Reflect.get(this.real(), key);
      return typeof value === "function" ? value.bind(this.real()) : value;
    },
  });

  refresh(): void {
    this.levels.fire(this.level());
  }

  dispose(): void {
    this.levels.dispose();
    this.created?.dispose();
  }

  private level(): vscode.LogLevel {
    return traces() ? vscode.LogLevel.Trace : vscode.LogLevel.Off;
  }

  private real(): vscode.LogOutputChannel {
    this.created ??= vscode.window.createOutputChannel("HALion Script Trace", { log: true });
    return this.created;
  }
}
