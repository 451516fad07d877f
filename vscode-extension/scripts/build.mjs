// Bundles the extension into dist/, and with --tests the tests into out/.
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const flags = new Set(process.argv.slice(2));
const shared = { absWorkingDir: root, bundle: true, platform: "node", target: "node20", logLevel: "warning" };

const extension = {
  ...shared,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  format: "cjs",
  external: ["vscode"],
  minify: flags.has("--production"),
  sourcemap: flags.has("--production") ? false : "linked",
};

if (flags.has("--watch")) {
  await (await context(extension)).watch();
} else {
  await build(extension);
  if (flags.has("--tests")) await buildTests();
}

async function buildTests() {
  rmSync(join(root, "out"), { recursive: true, force: true });
  const sources = (folder) =>
    readdirSync(join(root, "test", folder))
      .filter((file) => file.endsWith(".ts") && file !== "host.ts")
      .map((file) => `test/${folder}/${file}`);
  const tests = {
    ...shared,
    outExtension: { ".js": ".mjs" },
    format: "esm",
    packages: "external",
    sourcemap: "inline",
  };
  await build({ ...tests, entryPoints: sources("unit"), outdir: "out/unit" });
  await build({ ...tests, entryPoints: sources("real"), outdir: "out/real" });
  // The suite that runs inside VS Code's extension host is loaded with require().
  await build({
    ...shared,
    entryPoints: ["test/real/host.ts"],
    outfile: "out/real/host.js",
    format: "cjs",
    external: ["vscode"],
  });
}
