//! The parser and the real `luac5.2 -p` take and refuse the same files: our scripts, changed token by token. Invariant: the cases
//! follow from the seed; `LUAC_CASES` and `LUAC_SEED` in the environment change how many and which.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};
use halion_syntax::{SyntaxKind, parse};

#[path = "luac_cases.rs"]
mod luac_cases;

use luac_cases::{FIXED, Random, jumps, limits, mutate};

const CORPUS: &[&str] = &[
    include_str!("luac_corpus/expressions.lua"),
    include_str!("luac_corpus/labels.lua"),
    include_str!("luac_corpus/literals.lua"),
    include_str!("luac_corpus/midi.lua"),
    include_str!("luac_corpus/statements.lua"),
];
const N_CASES: usize = 1500;
const SEED: u64 = 52;
const PROGRAM: &str = "luac5.2";
const INSTALL: &str = "install it with: apt-get install lua5.2";

fn main() -> Result<()> {
    if !is_installed()? {
        if env::var("CI").is_ok_and(|value| value == "true") {
            bail!("{PROGRAM} is missing, and CI skips nothing: {INSTALL}");
        }
        println!("not compared: {PROGRAM} is missing; {INSTALL}");
        return Ok(());
    }
    let cases = cases()?;
    let (first, second) = cases.split_at(cases.len() / 2);
    let disagreements = thread::scope(|scope| {
        let other = scope.spawn(|| compare(second));
        let mut found = compare(first)?;
        found.append(
            &mut other
                .join()
                .map_err(|_| anyhow::anyhow!("a comparing thread panicked"))??,
        );
        anyhow::Ok(found)
    })?;
    let n_right = cases
        .iter()
        .filter(|case| parse(case).errors().is_empty())
        .count();
    println!(
        "{} cases ({n_right} right) compared with {PROGRAM}, {} disagreements",
        cases.len(),
        disagreements.len()
    );
    if disagreements.is_empty() {
        return Ok(());
    }
    bail!(
        "the parser and {PROGRAM} disagree:\n{}",
        disagreements.join("\n")
    )
}

fn is_installed() -> Result<bool> {
    match Command::new(PROGRAM)
        .arg("-v")
        .stdout(Stdio::null())
        .status()
    {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).context("failed to start luac5.2"),
    }
}

/// The scripts themselves, the fixed cases, as many changed scripts as asked for, and a third of that of made-up jumps.
fn cases() -> Result<Vec<String>> {
    let mut scripts: Vec<String> = CORPUS.iter().map(|text| (*text).to_owned()).collect();
    scripts.extend(samples()?);
    let mut cases = scripts.clone();
    cases.extend(FIXED.iter().map(|text| (*text).to_owned()));
    cases.extend(limits());
    let n_mutations = number("LUAC_CASES", N_CASES as u64)? as usize;
    let mut random = Random::new(number("LUAC_SEED", SEED)?);
    let tokens: Vec<Vec<String>> = scripts.iter().map(|text| tokens(text)).collect();
    cases.extend(
        (0..n_mutations).map(|index| mutate(&tokens[index % tokens.len()], &tokens, &mut random)),
    );
    cases.extend((0..n_mutations / 3).map(|_| jumps(&mut random)));
    Ok(cases)
}

fn number(name: &str, default: u64) -> Result<u64> {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .with_context(|| format!("{name} is not a number: {text}")),
        Err(_) => Ok(default),
    }
}

/// The scripts in `samples`, in the order of their paths.
fn samples() -> Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let mut paths = Vec::new();
    for entry in ignore::Walk::new(root) {
        let path = entry.context("failed to list the samples")?.into_path();
        if path.extension().is_some_and(|extension| extension == "lua") {
            paths.push(path);
        }
    }
    paths.sort();
    paths
        .iter()
        .map(|path| {
            fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
        })
        .collect()
}

/// A script cut into tokens, blanks and comments included.
fn tokens(text: &str) -> Vec<String> {
    let elements = parse(text).syntax().descendants_with_tokens();
    let tokens = elements.filter_map(|element| element.into_token());
    tokens
        .filter(|token| token.kind() != SyntaxKind::ByteOrderMark)
        .map(|token| token.text().to_owned())
        .collect()
}

fn compare(cases: &[String]) -> Result<Vec<String>> {
    let mut disagreements = Vec::new();
    for case in cases {
        let complaint = luac(case)?;
        let parse = parse(case);
        assert_eq!(parse.syntax().text().to_string(), *case, "text is lost");
        if complaint.is_empty() == parse.errors().is_empty() {
            continue;
        }
        let shown: String = case.chars().take(4000).collect();
        disagreements.push(format!(
            "luac: {complaint:?}, parser: {:?}, seen in\n{shown}\n",
            parse.errors()
        ));
    }
    Ok(disagreements)
}

/// What `luac5.2 -p` says of a file; nothing if it takes it.
fn luac(text: &str) -> Result<String> {
    let mut command = Command::new(PROGRAM);
    command
        .args(["-p", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().context("failed to start luac5.2")?;
    let mut input = child.stdin.take().context("luac5.2 has no input")?;
    // An early error makes luac close its input.
    match input.write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(error).context("failed to write to luac5.2");
        }
        _ => drop(input),
    }
    let output = child
        .wait_with_output()
        .context("failed to wait for luac5.2")?;
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() != complaint.is_empty() {
        bail!(
            "luac5.2 ended with {} and said {complaint:?}",
            output.status
        );
    }
    Ok(complaint)
}
