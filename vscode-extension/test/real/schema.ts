//! Checks debug messages against the protocol's schema in `tests/schema`, in both directions.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";

/** A message of the debug adapter protocol. */
export interface Message {
  type: "request" | "response" | "event";
  command?: string;
  event?: string;
  success?: boolean;
  [key: string]: unknown;
}

export class DapSchema {
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

  private constructor(private readonly definitions: Set<string>) {}

  /** Reads the schema file of the project's `tests` folder. */
  static load(tests: string): DapSchema {
    const folder = join(tests, "schema");
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
      const schema = JSON.parse(readFileSync(join(folder, name), "utf8"));
      if (schema.definitions?.StoppedEvent === undefined) continue;
      delete schema.$schema;
      const loaded = new DapSchema(new Set(Object.keys(schema.definitions)));
      loaded.ajv.addSchema(schema, "dap");
      return loaded;
    }
    throw new Error(`no schema of the debug adapter protocol in ${folder}`);
  }

  /** What is wrong with a message; empty for a valid one. */
  problems(message: Message): string[] {
    const name = definitionOf(message);
    if (!this.definitions.has(name)) return [`the protocol has no ${name}`];
    const validate = this.ajv.getSchema(`dap#/definitions/${name}`);
    if (validate === undefined) return [`the schema cannot be read at ${name}`];
    if (validate(message)) return [];
    return (validate.errors ?? []).map(
      (error) => `${name}${error.instancePath} ${error.message}: ${JSON.stringify(message)}`,
    );
  }
}

function definitionOf(message: Message): string {
  const name = message.event ?? message.command ?? "";
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  if (message.type === "event") return `${title}Event`;
  if (message.type === "request") return `${title}Request`;
  return message.success === false ? "ErrorResponse" : `${title}Response`;
}
