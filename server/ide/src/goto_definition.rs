//! Where a name was declared: locals, functions of the script in all its files, globals, modules.

use std::ops::Range;

use halion_analysis::FileId;
use halion_syntax::{SyntaxKind, SyntaxToken, TextSize};

use crate::names::{Meaning, meaning, name_at, names_in};
use crate::place::is_chunk;
use crate::{Snapshot, names};

/// A place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub file: FileId,
    /// The bytes of the name; empty at the start of a module.
    pub range: Range<usize>,
}

/// The declarations that the name, or the module name in `require "..."`, at byte `offset` of `file` may mean.
#[must_use]
pub fn goto_definition(snapshot: &Snapshot, file: FileId, offset: usize) -> Vec<Target> {
    let Some(offset) = TextSize::try_from(offset).ok() else {
        return Vec::new();
    };
    let Some(parse) = snapshot.file(file).map(crate::File::parse) else {
        return Vec::new();
    };
    if let Some(module) = module_at(snapshot, file, offset) {
        return vec![Target {
            file: module,
            range: 0..0,
        }];
    }
    let Some(token) = name_at(parse, offset) else {
        return Vec::new();
    };
    match meaning(&token) {
        Some(Meaning::Local(_, declaration)) => vec![target(file, &declaration)],
        Some(Meaning::Global) => global(snapshot, token.text()),
        Some(Meaning::Field(_) | Meaning::Method(_) | Meaning::FunctionPath) => {
            member(snapshot, &token)
        }
        Some(Meaning::ImplicitSelf | Meaning::Key) | None => Vec::new(),
    }
}

fn module_at(snapshot: &Snapshot, file: FileId, offset: TextSize) -> Option<FileId> {
    let file = snapshot.file(file)?;
    let required = halion_analysis::required_names(file.text(), file.parse());
    let name = required
        .into_iter()
        .find(|required| required.range.contains_inclusive(offset))?
        .name;
    snapshot.script().modules.get(&name).copied()
}

/// The functions stored in a global; if there are none, what else is first stored in it.
fn global(snapshot: &Snapshot, name: &str) -> Vec<Target> {
    let functions = snapshot
        .analysis()
        .functions
        .iter()
        .filter(|function| !is_chunk(function) && function.name == name);
    let tokens = functions.filter_map(|function| {
        let token = name_at(
            snapshot.file(function.file)?.parse(),
            function.name_range.start(),
        )?;
        (meaning(&token) == Some(Meaning::Global)).then(|| target(function.file, &token))
    });
    let functions: Vec<Target> = tokens.collect();
    if !functions.is_empty() {
        return functions;
    }
    let files = snapshot.files().iter().zip(0..);
    let first = files.filter_map(|(source, idx)| {
        let statements = source
            .parse()
            .syntax()
            .descendants()
            .filter(|node| node.kind() == SyntaxKind::AssignStat);
        let mut targets = statements.flat_map(|statement| {
            let sign = statement
                .children_with_tokens()
                .find(|element| element.kind() == SyntaxKind::Eq);
            let end = sign.map_or(statement.text_range().end(), |sign| {
                sign.text_range().start()
            });
            statement.children().filter(move |node| {
                node.kind() == SyntaxKind::NameExpr && node.text_range().end() <= end
            })
        });
        let mut names = targets.by_ref().filter_map(|node| names_in(&node).next());
        let token =
            names.find(|token| token.text() == name && meaning(token) == Some(Meaning::Global))?;
        Some(target(FileId(idx), &token))
    });
    first.take(1).collect()
}

/// The functions declared by the same path; if there are none, those whose path ends with the same name.
fn member(snapshot: &Snapshot, token: &SyntaxToken) -> Vec<Target> {
    let path = names::path(token);
    let functions = || {
        snapshot
            .analysis()
            .functions
            .iter()
            .filter(|function| !is_chunk(function))
    };
    let to_target = |function: &halion_analysis::FunctionInfo| {
        let range: Range<usize> = function.name_range.into();
        Target {
            file: function.file,
            range: range.end - last(&function.name).len().min(range.len())..range.end,
        }
    };
    let exact: Vec<Target> = functions()
        .filter(|function| function.name.replace(':', ".") == path)
        .map(to_target)
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    let is_member = |name: &str| name.contains(['.', ':']);
    functions()
        .filter(|function| is_member(&function.name) && last(&function.name) == token.text())
        .map(to_target)
        .collect()
}

fn last(path: &str) -> &str {
    path.rsplit(['.', ':']).next().unwrap_or(path)
}

fn target(file: FileId, token: &SyntaxToken) -> Target {
    Target {
        file,
        range: token.text_range().into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use halion_analysis::ScriptKind;

    use super::*;
    use crate::File;

    /// Targets as `file:line text`, lines from 1; the cursor `$0` is in the first file, the second is the module `m`.
    fn check(text: &str, module: &str, expected: &[&str]) {
        let offset = text.find("$0").unwrap();
        let texts = [text.replace("$0", ""), module.to_owned()];
        let files = texts
            .iter()
            .zip(["main", "m"])
            .map(|(text, path)| File::new(path.into(), text.as_str().into()));
        let modules = BTreeMap::from([("m".to_owned(), 1)]);
        let snapshot = Snapshot::new(files.collect(), &modules, ScriptKind::Auto);
        let targets = goto_definition(&snapshot, FileId(0), offset);
        let shown = targets.iter().map(|target| {
            let file = snapshot.file(target.file).unwrap();
            let line = file.text()[..target.range.start].matches('\n').count() + 1;
            format!(
                "{}:{line} {}",
                file.path(),
                &file.text()[target.range.clone()]
            )
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn locals_and_parameters_lead_to_their_declaration() {
        check("local a = 1\nprint($0a)", "", &["main:1 a"]);
        check("function f(b)\nreturn $0b end", "", &["main:1 b"]);
    }

    #[test]
    fn functions_are_found_in_other_files() {
        check(
            "require \"m\"\ngo$0()",
            "x = 1\nfunction go() end",
            &["m:2 go"],
        );
        check(
            "local m = require \"m\"\nm.go$0()",
            "local t = {}\nfunction t.go() end\nreturn t",
            &["m:2 go"],
        );
        check(
            "V = {}\nfunction V:stop() end\nlocal v = V\nv:st$0op()",
            "",
            &["main:2 stop"],
        );
    }

    #[test]
    fn a_global_leads_to_its_first_assignment() {
        check(
            "a, size = 1, 2\nsize = 3\nprint($0size)",
            "",
            &["main:1 size"],
        );
    }

    #[test]
    fn a_module_name_leads_to_the_module() {
        check("local m = require \"$0m\"", "return {}", &["m:1 "]);
    }

    #[test]
    fn what_halion_declares_leads_nowhere() {
        check("open$0URL(1)", "", &[]);
        check("print(unknown$0)", "", &[]);
    }
}
