//! What the server has to tell on request: who calls a function, and the page of a rule.

import * as vscode from "vscode";
import { type ExecuteCommandMiddleware, LanguageClient, type StaticFeature } from "vscode-languageclient/node";

/** Commands of the server; the client library registers them under these names. */
const SHOW_CALLERS = "halionScript.showCallers";
const RULE_PAGE = "halionScript.rulePage";

/** The scheme of rule pages: `halion-script-rule:/wrong-thread.md`. */
const RULE_SCHEME = "halion-script-rule";

type Callers = Parameters<LanguageClient["protocol2CodeConverter"]["asLocation"]>[0][];

/** Tells the server what this editor shows by itself. */
export const explainFeature: StaticFeature = {
  fillClientCapabilities(capabilities) {
    capabilities.experimental = {
      ...(capabilities.experimental as object | undefined),
      halionScript: { callers: true, rulePages: true },
    };
  },
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

/** A click on the line above a function shows the steps that lead to it beside the function. */
export function peekCallers(client: () => LanguageClient | undefined): ExecuteCommandMiddleware {
  return {
    async executeCommand(command, args, next) {
      const answer: unknown = await next(command, args);
      const converter = client()?.protocol2CodeConverter;
      if (command !== SHOW_CALLERS || converter === undefined || !hasLocations(answer)) return answer;
      const locations = answer.locations.map((location) => converter.asLocation(location));
      const [uri, position] = args as [string, Parameters<typeof converter.asPosition>[0]];
      const place = converter.asPosition(position);
      await vscode.commands.executeCommand("editor.action.showReferences", vscode.Uri.parse(uri), place, locations);
      return answer;
    },
  };
}

function hasLocations(answer: unknown): answer is { locations: Callers } {
  return typeof answer === "object" && answer !== null && Array.isArray((answer as { locations?: unknown }).locations);
}

/** The code of a finding is a link to the page of its rule, which opens as a preview. */
export function registerRulePages(client: () => LanguageClient | undefined): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(RULE_SCHEME, {
    provideTextDocumentContent: async (uri) => {
      const code = uri.path.replace(/^\//, "").replace(/\.md$/, "");
      const page: unknown = await client()?.sendRequest("workspace/executeCommand", {
        command: RULE_PAGE,
        arguments: [code],
      });
      return typeof page === "string" ? page : `# ${code}\n\nThe language server is not running.\n`;
    },
  });
}
