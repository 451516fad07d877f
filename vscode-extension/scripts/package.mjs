// Makes the VSIX for this system: builds the bundle and the release binary, and puts both into one package.
// --binary PATH takes a finished binary instead of calling cargo; --out PATH names the package.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const workspace = join(root, "..");
const { values } = parseArgs({ options: { binary: { type: "string" }, out: { type: "string" } } });
const name = process.platform === "win32" ? "halion-script.exe" : "halion-script";
const target = `${process.platform}-${process.arch}`;
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const out = resolve(values.out ?? join(root, `halion-script-${target}-${version}.vsix`));

run(process.execPath, [join(root, "scripts", "build.mjs"), "--production"]);
placeBinary(values.binary ? resolve(values.binary) : buildBinary());
run(process.execPath, [
  join(root, "node_modules", "@vscode", "vsce", "vsce"),
  ...["package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"],
  ...["--target", target, "--out", out],
]);

function buildBinary() {
  run("cargo", ["build", "--release", "--package", "halion-script"], workspace);
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], {
    cwd: workspace,
    maxBuffer: 1 << 28,
  });
  return join(JSON.parse(metadata).target_directory, "release", name);
}

function placeBinary(built) {
  const bin = join(root, "bin");
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(bin);
  copyFileSync(built, join(bin, name));
  chmodSync(join(bin, name), 0o755);
  try {
    // Symbols are two thirds of the file and no user reads them; without a `strip` program the package is only larger.
    if (process.platform !== "win32") execFileSync("strip", [join(bin, name)], { stdio: "ignore" });
  } catch {}
}

function run(program, args, cwd = root) {
  execFileSync(program, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
}
