// Derives dap.schema.json from the official type declarations of the Debug Adapter Protocol (npm package
// @vscode/debugprotocol, which ships no JSON schema), through the TypeScript compiler.
//
//   npm ci && npm run derive    writes dap.schema.json
//   npm run check               fails when the committed file is not what the declarations say
//
// Every interface becomes one closed object: a property that the protocol does not know is an error, so that a
// misspelt optional property cannot hide. Left open are the arguments the protocol itself leaves to the adapter.
// The declarations say `number` throughout where the protocol means an integer; `percentage` is the one fraction.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const packagePath = createRequire(import.meta.url).resolve("@vscode/debugprotocol/package.json");
const declarations = join(dirname(packagePath), "lib/debugProtocol.d.ts");
const { version } = JSON.parse(readFileSync(packagePath, "utf8"));
const target = join(here, "dap.schema.json");

const OPEN = new Set([
  "ProtocolMessage", "Request", "Response", "Event",
  "LaunchRequestArguments", "AttachRequestArguments", "RestartArguments",
]);
const FRACTIONS = new Set(["percentage"]);

const program = ts.createProgram([declarations], { strict: true, noLib: false });
const checker = program.getTypeChecker();
const file = program.getSourceFile(declarations);
const definitions = {};

ts.forEachChild(file, (node) => {
  if (!ts.isModuleDeclaration(node)) return;
  for (const member of node.body.statements) {
    if (ts.isInterfaceDeclaration(member)) definitions[member.name.text] = interfaceSchema(member);
    if (ts.isTypeAliasDeclaration(member)) definitions[member.name.text] = nodeSchema(member.type, member.name.text);
  }
});

const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $comment: `derived from @vscode/debugprotocol ${version} by derive.mjs; do not edit`,
  definitions: Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1))),
};
const text = JSON.stringify(schema, null, 1) + "\n";
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("dap.schema.json differs from the declarations; run `npm run derive` and read the difference");
    process.exit(1);
  }
  console.log(`dap.schema.json is what @vscode/debugprotocol ${version} says (${Object.keys(definitions).length} definitions)`);
} else {
  writeFileSync(target, text);
}

/** One interface with everything it inherits; `// command: 'next'` in its text fixes that property's value. */
function interfaceSchema(declaration) {
  const schema = objectSchema(checker.getTypeAtLocation(declaration).getProperties());
  for (const base of chain(declaration).reverse()) {
    for (const [, name, value] of base.getFullText(file).matchAll(/^\s*\/\/ (type|command|event): '([^']*)';/gm)) {
      schema.properties[name] = { const: value };
    }
  }
  if (!OPEN.has(declaration.name.text)) schema.additionalProperties = false;
  return schema;
}

/** The declaration and its bases, nearest first. */
function chain(declaration) {
  const result = [declaration];
  for (const clause of declaration.heritageClauses ?? []) {
    for (const base of clause.types) {
      result.push(...chain(checker.getTypeAtLocation(base).symbol.declarations[0]));
    }
  }
  return result;
}

function objectSchema(properties) {
  const schema = { type: "object", properties: {}, required: [] };
  for (const property of properties) {
    const declaration = property.declarations[0];
    schema.properties[property.name] = nodeSchema(declaration.type, property.name);
    if (!declaration.questionToken) schema.required.push(property.name);
  }
  if (schema.required.length === 0) delete schema.required;
  return schema;
}

/** The schema of one written type; `name` is the property it belongs to. */
function nodeSchema(node, name) {
  switch (node.kind) {
    case ts.SyntaxKind.AnyKeyword: return {};
    case ts.SyntaxKind.StringKeyword: return { type: "string" };
    case ts.SyntaxKind.BooleanKeyword: return { type: "boolean" };
    case ts.SyntaxKind.NumberKeyword: return { type: FRACTIONS.has(name) ? "number" : "integer" };
    case ts.SyntaxKind.ParenthesizedType: return nodeSchema(node.type, name);
    case ts.SyntaxKind.ArrayType: return { type: "array", items: nodeSchema(node.elementType, name) };
    case ts.SyntaxKind.TypeReference: return { $ref: `#/definitions/${node.typeName.text}` };
    case ts.SyntaxKind.LiteralType:
      return node.literal.kind === ts.SyntaxKind.NullKeyword ? { type: "null" } : { const: node.literal.text };
    case ts.SyntaxKind.UnionType: {
      const parts = node.types.map((part) => nodeSchema(part, name));
      // 'a' | 'b' | string lists known values of an open set: any string is right.
      if (parts.some((part) => part.type === "string")) return anyOf(parts.filter((part) => part.const === undefined));
      if (parts.every((part) => part.const !== undefined)) return { enum: parts.map((part) => part.const) };
      return anyOf(parts);
    }
    case ts.SyntaxKind.TypeLiteral: {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      if (index) return { type: "object", additionalProperties: nodeSchema(index.type, name) };
      return { ...objectSchema(checker.getTypeAtLocation(node).getProperties()), additionalProperties: false };
    }
    default: throw new Error(`no rule for ${ts.SyntaxKind[node.kind]} in ${node.getText(file)}`);
  }
}

function anyOf(parts) {
  return parts.length === 1 ? parts[0] : { anyOf: parts };
}
