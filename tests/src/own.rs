//! Scripts of your own, as the examples read them.
//!
//! A file may hold several scripts, each behind a line `-- case: name`; a line `-- file: name.lua` opens a module of the script.

use std::collections::BTreeMap;

use halion_analysis::{FileId, Script, ScriptKind, SourceFile};
use halion_engine::Scenario;

use crate::mutate;

/// Names and texts of the scripts in a file; one without a name if it has no cases.
pub fn cases(text: &str) -> Vec<(&str, &str)> {
    let cases: Vec<_> = text
        .split("-- case: ")
        .skip(1)
        .map(|case| case.split_once('\n').unwrap_or((case, "")))
        .collect();
    if cases.is_empty() {
        vec![("", text)]
    } else {
        cases
    }
}

/// Paths and texts of a script, the main file first.
pub fn files(text: &str) -> Vec<(String, String)> {
    let mut parts = text.split("-- file: ");
    let main = ("script.lua", parts.next().unwrap_or_default());
    let modules = parts.filter_map(|part| part.split_once('\n'));
    let files = std::iter::once(main).chain(modules);
    files
        .map(|(path, text)| (path.trim().to_owned(), text.to_owned()))
        .collect()
}

/// The script of these files.
pub fn script(files: &[(String, String)]) -> Script {
    let mut script = Script {
        files: Vec::new(),
        modules: BTreeMap::new(),
        kind: ScriptKind::Auto,
    };
    for (path, text) in files {
        let file = FileId(u32::try_from(script.files.len()).expect("few files"));
        let module = path.trim_end_matches(".lua").replace('/', ".");
        script.modules.insert(module, file);
        script.files.push(SourceFile {
            path: path.clone(),
            text: text.as_str().into(),
            parse: halion_syntax::parse(text),
        });
    }
    script
}

/// What the file says that the variable `SCENARIO` names; the mutation test's without it.
pub fn scenario() -> Scenario {
    let other =
        std::env::var("SCENARIO").map(|path| std::fs::read_to_string(path).expect("a file"));
    let scenario = other.as_deref().unwrap_or(mutate::SCENARIO);
    Scenario::parse(scenario).expect("the scenario is well-formed")
}
