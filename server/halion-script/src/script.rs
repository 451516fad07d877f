//! From the paths that the user names to findings: loads with `workspace`, asks `ide`, and counts lines and columns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use halion_engine::Source;
use halion_ide::{Checked, Diagnostic, FileId, LineIndex, Rung, SourceFile, TextRange};
use halion_workspace::{
    Loaded, Options, Overlay, Problem, Reason, Survey, find_module, identity, read_text,
};

use crate::args::{ScriptArgs, ScriptKind};
use crate::report::{File, Finding, Notice, NoticeKind, Place, Report, Span, Step, Supply};

/// Checks all scripts among `paths`.
pub fn examine(paths: &[PathBuf], args: &ScriptArgs) -> Report {
    let start = Instant::now();
    let mut survey = survey(paths, args);
    survey
        .problems
        .splice(0..0, missing_libraries(&args.libraries));
    let mut files = Files::default();
    for loaded in &survey.scripts {
        files.add_script(loaded, args.script_kind);
    }
    let elapsed = start.elapsed();
    let unusable = survey.problems.iter().map(unusable);
    let not_found = survey.scripts.iter().flat_map(not_found);
    Report {
        notices: unusable.chain(not_found).chain(files.limits).collect(),
        files: files.files,
        elapsed,
        baseline: None,
    }
}

/// A path that could not be used.
pub fn unusable(problem: &Problem) -> Notice {
    Notice {
        kind: NoticeKind::Unusable,
        path: shown_path(&problem.path),
        text: problem.to_string(),
    }
}

/// Finds all scripts among `paths`, with their texts.
pub fn survey(paths: &[PathBuf], args: &ScriptArgs) -> Survey {
    let mut options = options(args);
    options
        .workspace_dirs
        .extend(paths.iter().filter(|path| path.is_dir()).cloned());
    halion_workspace::survey(paths, &options, &Overlay::default(), &halion_ide::requires)
}

fn not_found(loaded: &Loaded) -> impl Iterator<Item = Notice> {
    loaded.missing.iter().map(|name| {
        let path = shown_path(&loaded.main);
        Notice {
            kind: NoticeKind::ModuleNotFound,
            text: format!(
                "module `{name}` of `{path}` was not found, so its code is not checked; name its folder with --library"
            ),
            path,
        }
    })
}

/// Where modules are searched: after the script's folder the current one, then the libraries.
pub fn options(args: &ScriptArgs) -> Options {
    search_folders(&args.libraries)
}

/// The same for libraries alone.
pub fn search_folders(libraries: &[PathBuf]) -> Options {
    Options {
        workspace_dirs: vec![PathBuf::new()],
        library_dirs: libraries.to_vec(),
    }
}

/// A script or module as the engine takes it.
pub fn source(path: &Path) -> Result<Source, Problem> {
    Ok(Source {
        path: shown_path(path),
        text: read_text(path)?,
    })
}

/// What `require` does in a script that is played.
pub fn modules(
    script: &Path,
    options: &Options,
) -> impl FnMut(&str) -> Result<Source, String> + Send + 'static {
    let folder = script.parent().unwrap_or(Path::new("")).to_path_buf();
    let options = options.clone();
    move |name| match find_module(name, &folder, &options) {
        Some(path) => source(&path).map_err(|problem| problem.to_string()),
        None => Err(
            "no such file beside the script, in the current folder or in a --library folder"
                .to_owned(),
        ),
    }
}

/// A library folder that does not exist is a slip of the pen, which would show as modules that are not found.
pub fn missing_libraries(libraries: &[PathBuf]) -> Vec<Problem> {
    let missing = libraries.iter().filter(|path| !path.is_dir());
    let reason = |path: &Path| {
        if path.exists() {
            Reason::NotAFolder
        } else {
            Reason::Missing
        }
    };
    missing
        .map(|path| Problem::new(path, reason(path)))
        .collect()
}

/// All files of a script that can be read now; at least the script itself.
pub fn files_of(script: &Path, args: &ScriptArgs) -> Vec<PathBuf> {
    match halion_workspace::load_script(
        script,
        &options(args),
        &Overlay::default(),
        &halion_ide::requires,
    ) {
        Ok(loaded) => loaded.paths(),
        Err(_) => vec![script.to_path_buf()],
    }
}

/// A path as people and programs read it: without `./` in front, with `/` between folders.
pub fn shown_path(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
        .replacen("//", "/", 1)
}

/// The files of all scripts so far; a module that several scripts load is there once.
#[derive(Default)]
struct Files {
    files: Vec<File>,
    by_identity: BTreeMap<PathBuf, usize>,
    limits: Vec<Notice>,
}

impl Files {
    fn add_script(&mut self, loaded: &Loaded, kind: ScriptKind) {
        let checked = check(loaded, kind);
        let rung = checked.analysis().rung;
        if rung > Rung::Full {
            let path = shown_path(&loaded.main);
            let given_up = rung.describe();
            self.limits.push(Notice {
                kind: NoticeKind::LimitReached,
                text: format!("`{path}` takes more work than a keystroke allows: {given_up}"),
                path,
            });
        }
        let indices: Vec<LineIndex> = checked
            .files()
            .iter()
            .map(|file| LineIndex::new(&file.text))
            .collect();
        let files = loaded.files.iter().zip(checked.files());
        let places: Vec<usize> = files
            .map(|(loaded, file)| self.place_of(&loaded.path, file))
            .collect();
        for diagnostic in checked.diagnostics() {
            let finding = to_finding(diagnostic, &places, &indices);
            let findings = &mut self.files[places[diagnostic.file.idx()]].findings;
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        for place in places {
            self.files[place]
                .findings
                .sort_by_key(|finding| (finding.span.start, finding.span.end));
        }
    }

    fn place_of(&mut self, path: &Path, file: &SourceFile) -> usize {
        *self.by_identity.entry(identity(path)).or_insert_with(|| {
            self.files.push(File {
                path: file.path.clone(),
                text: Arc::clone(&file.text),
                findings: Vec::new(),
            });
            self.files.len() - 1
        })
    }
}

/// Analyses a script.
pub fn check(loaded: &Loaded, kind: ScriptKind) -> Checked {
    let files = loaded
        .files
        .iter()
        .map(|file| (shown_path(&file.path), Arc::from(file.text.as_str())));
    let kind = match kind {
        ScriptKind::Auto => halion_ide::ScriptKind::Auto,
        ScriptKind::Midi => halion_ide::ScriptKind::Midi,
        ScriptKind::Ui => halion_ide::ScriptKind::Ui,
    };
    halion_ide::check(files, &loaded.modules, kind)
}

fn to_finding(diagnostic: &Diagnostic, places: &[usize], indices: &[LineIndex]) -> Finding {
    let span = |file: FileId, range: TextRange| to_span(range, &indices[file.idx()]);
    let steps = diagnostic.chain.iter().map(|step| Step {
        name: step.name.clone(),
        file: places[step.file.idx()],
        span: span(step.file, step.range),
        thread: step.thread.id(),
        why: step.why.as_str(),
        supplied: step
            .supplied_at
            .map(|(file, range)| (places[file.idx()], span(file, range))),
    });
    Finding {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity.into(),
        span: span(diagnostic.file, diagnostic.range),
        message: diagnostic.message.clone(),
        function: diagnostic.function.clone(),
        thread: diagnostic.thread.map(halion_ide::Thread::id),
        chain: steps.collect(),
        supplied: diagnostic.supplied_at.map(|(file, range)| Supply {
            file: places[file.idx()],
            span: span(file, range),
            name: diagnostic.function.clone(),
            what: diagnostic.supply(),
        }),
        also_from: diagnostic.also_from.clone(),
        help: diagnostic.help.clone(),
        runtime_text: diagnostic.runtime_text.clone(),
        in_baseline: false,
    }
}

fn to_span(range: TextRange, index: &LineIndex) -> Span {
    let place = |offset| {
        let (line, column) = index.utf16(offset);
        Place {
            line: line as usize + 1,
            column: column as usize + 1,
        }
    };
    Span {
        range: range.start().into()..range.end().into(),
        start: place(range.start()),
        end: place(range.end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_they_were_named() {
        for (path, shown) in [
            ("./a/b.lua", "a/b.lua"),
            ("a.lua", "a.lua"),
            ("/tmp/a.lua", "/tmp/a.lua"),
            ("../a.lua", "../a.lua"),
        ] {
            assert_eq!(shown_path(Path::new(path)), shown);
        }
    }
}
