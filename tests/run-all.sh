#!/usr/bin/env bash
# Runs every test there is: Rust, the extension, and the real clients (VS Code, Neovim, a debug client).
# Needs Rust, Node 20 and a C compiler. Installs the rest: Debian packages where it may, npm packages into this folder.
# Each part runs even if one before it failed; the last line is "N passed, N failed", and the exit code is 1 if any failed.
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."
extension=vscode-extension
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}

passed=0
failed=0
summary=""

# part NAME COMMAND...: runs the command and notes how it went.
part() {
  local name=$1 start=$SECONDS verdict
  shift
  printf '\n=== %s: %s\n' "$name" "$*"
  if "$@"; then
    passed=$((passed + 1))
    verdict="ok    "
  else
    failed=$((failed + 1))
    verdict="FAILED"
  fi
  summary+=$(printf '%s %5d s  %s' "$verdict" $((SECONDS - start)) "$name")$'\n'
}

# The programs that the tests drive; Debian's names, as "program:package".
tools() {
  local missing=() pair
  for pair in luac5.2:lua5.2 chromium:chromium nvim:neovim cc:gcc; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
      echo "MISSING: ${missing[*]} (Debian package names). Install them, or run this as root where apt-get works."
      return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update -qq &&
      apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || return 1
  fi
  cargo --version && node --version && npm --version
}

# The debug protocol's schema in tests/schema is what the official declarations say.
schema() {
  npm ci --prefix tests/schema && npm run --silent --prefix tests/schema check
}

real_clients() {
  local package
  package=$(ls "$PWD/$extension"/halion-script-*.vsix) || return 1
  npm run --silent --prefix "$extension" test:real -- --vsix "$package"
}

# The tests have built the program already; building the package alone would compile it again with other features.
package() {
  rm -f "$extension"/*.vsix
  npm run --silent --prefix "$extension" package -- --binary "${CARGO_TARGET_DIR:-$PWD/target}/release/halion-script"
}

# Everything is built with the release profile, so that the tests and the packaged program share one build.
part "tools" tools
part "Rust: format" cargo fmt --all --check
part "Rust: lints" cargo clippy --release --workspace --all-targets --locked -- -D warnings
part "Rust: tests" cargo test --release --workspace --locked --no-fail-fast
part "protocol schema" schema
part "extension: install" npm ci --prefix "$extension"
part "extension: types" npm run --silent --prefix "$extension" check
part "extension: lints" npm run --silent --prefix "$extension" lint
part "extension: tests" npm test --silent --prefix "$extension"
part "extension: package" package
part "real clients" real_clients

printf '\n=== summary\n%s\n%d passed, %d failed\n' "$summary" "$passed" "$failed"
[ "$failed" -eq 0 ]
