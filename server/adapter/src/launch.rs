//! From the launch configuration to a run: which script, which inputs, where modules come from.
//!
//! The names here are also those of the schema in the extension's package.json; a test compares the two.

use std::path::{Path, PathBuf};

use halion_debugger::{Launch, Scenario, ScenarioError, Source};
use halion_workspace::{Options, find_module, read_bytes, read_text, run_target};
use serde::Deserialize;
use tokio::sync::mpsc::UnboundedSender;

use crate::convert::{absolute, key};
use crate::files::ScriptFiles;
use crate::message::Refusal;

/// The launch configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LaunchArguments {
    /// A script, or a sample folder.
    pub(crate) program: Option<String>,
    /// What is played: a scenario file or a MIDI file.
    pub(crate) scenario: Option<String>,
    /// Where the run ends at the latest, in milliseconds of virtual time.
    pub(crate) until_ms: Option<f64>,
    #[serde(default)]
    pub(crate) stop_on_entry: bool,
    #[serde(default)]
    pub(crate) no_debug: bool,
    /// Play again when a file of the script is saved.
    #[serde(default = "yes")]
    pub(crate) restart_on_save: bool,
    /// Where modules are looked for besides the script's folder.
    #[serde(default)]
    pub(crate) library_dirs: Vec<String>,
    /// The folder for the files that the script reads and writes; without it they are kept in memory.
    pub(crate) files_dir: Option<String>,
    /// Where HALion would run the script.
    #[serde(default)]
    pub(crate) script_kind: ScriptKind,
}

fn yes() -> bool {
    true
}

/// Where HALion would run the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScriptKind {
    #[default]
    Auto,
    Midi,
    Ui,
}

/// The names of the launch configuration, in the order of the schema.
pub const LAUNCH_ARGUMENTS: [&str; 9] = [
    "program",
    "scenario",
    "untilMs",
    "stopOnEntry",
    "noDebug",
    "restartOnSave",
    "libraryDirs",
    "filesDir",
    "scriptKind",
];

/// A launch, and what was read for it.
pub(crate) struct Prepared {
    pub(crate) launch: Launch,
    /// The script's own file, then the scenario's, from the root.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) note: Option<&'static str>,
}

/// Reads everything a run needs. Each required module is announced by its path when the script asks for it.
pub(crate) fn prepare(
    arguments: &LaunchArguments,
    required: UnboundedSender<PathBuf>,
) -> Result<Prepared, Refusal> {
    let user = |problem: halion_workspace::Problem| Refusal::user(problem.to_string());
    let Some(program) = arguments
        .program
        .as_deref()
        .filter(|program| !program.is_empty())
    else {
        return Err(Refusal::user(
            "the launch configuration has no \"program\": name the script to play",
        ));
    };
    let target = run_target(Path::new(program)).map_err(user)?;
    let text = read_text(&target.script).map_err(user)?;
    let named = arguments.scenario.as_ref().map(PathBuf::from);
    let scenario_file = named.or(target.scenario);
    let scenario = scenario_file
        .as_deref()
        .map(read_scenario)
        .transpose()?
        .unwrap_or_default();
    let until = match arguments.until_ms {
        None => None,
        Some(ms) if ms.is_finite() && ms >= 0.0 => {
            Some((ms * scenario.sample_rate / 1000.0).ceil() as i64)
        }
        Some(ms) => {
            return Err(Refusal::user(format!(
                "\"untilMs\" is {ms}, but must be 0 or more milliseconds"
            )));
        }
    };
    let script = absolute(&target.script);
    let path = key(&script);
    let folder = script.parent().map(Path::to_path_buf).unwrap_or_default();
    let options = Options {
        library_dirs: arguments.library_dirs.iter().map(PathBuf::from).collect(),
        ..Options::default()
    };
    let files_dir = arguments.files_dir.as_deref().map(Path::new);
    let launch = Launch {
        script: Source { path, text },
        modules: Box::new(move |name| load_module(name, &folder, &options, &required)),
        files: Box::new(ScriptFiles::new(&target.script, files_dir)),
        scenario,
        until,
        stop_on_entry: arguments.stop_on_entry,
        no_debug: arguments.no_debug,
    };
    let note = (arguments.script_kind == ScriptKind::Ui)
        .then_some("UI scripts are not simulated yet; this one is played as a MIDI script\n");
    Ok(Prepared {
        launch,
        files: std::iter::once(script)
            .chain(scenario_file.as_deref().map(absolute))
            .collect(),
        note,
    })
}

fn read_scenario(path: &Path) -> Result<Scenario, Refusal> {
    let user = |problem: halion_workspace::Problem| Refusal::user(problem.to_string());
    let is_midi = path.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("mid") || extension.eq_ignore_ascii_case("midi")
    });
    let wrong =
        |path: &Path, error: ScenarioError| Refusal::user(format!("{}: {error}", path.display()));
    if is_midi {
        let bytes = read_bytes(path).map_err(user)?;
        return Scenario::from_midi(&bytes).map_err(|error| wrong(path, error));
    }
    let text = read_text(path).map_err(user)?;
    let mut scenario = Scenario::parse(&text).map_err(|error| wrong(path, error))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if let Some(program) = scenario.program.file().map(|file| folder.join(file)) {
        let text = read_text(&program).map_err(user)?;
        let resolved = scenario.program.resolve(&text);
        resolved.map_err(|error| wrong(&program, error))?;
    }
    Ok(scenario)
}

fn load_module(
    name: &str,
    folder: &Path,
    options: &Options,
    required: &UnboundedSender<PathBuf>,
) -> Result<Source, String> {
    let Some(file) = find_module(name, folder, options) else {
        return Err(format!(
            "no file for module '{name}' in the script's folder or the library folders"
        ));
    };
    let text = read_text(&file).map_err(|problem| problem.to_string())?;
    let path = key(&file);
    // Nobody listens any more when the session is over.
    let _ = required.send(absolute(&file));
    Ok(Source { path, text })
}
