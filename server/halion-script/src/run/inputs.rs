//! What goes into a run: the script, what is played to it, and where the trace goes. Read anew for every run.

use std::fmt;
use std::path::{Path, PathBuf};

use halion_adapter::ScriptFiles;
use halion_engine::{Scenario, Source};
use halion_workspace::{
    Options, Problem, Reason, RunTarget, identity, read_bytes, read_text, run_target,
};

use crate::args::{RunArgs, ScriptKind};
use crate::script::{self, options, shown_path};

/// The files of a run.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The script.
    pub script: PathBuf,
    /// What is played.
    pub music: Music,
    /// What the script is made for, if the command line says so.
    kind: ScriptKind,
    /// Where modules are searched.
    options: Options,
    /// The folder that stands for the disk.
    pub files_dir: Option<PathBuf>,
}

/// What is played to the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Music {
    /// One middle C of 500 ms.
    MiddleC,
    /// A scenario file.
    Scenario(PathBuf),
    /// A standard MIDI file.
    Midi(PathBuf),
}

/// Why a run cannot start: what cannot be read, or a scenario that makes no sense.
#[derive(Debug)]
pub enum Refusal {
    /// A path that cannot be used.
    Path(Problem),
    /// A file that was read and does not hold what it should; the sentence names it.
    Content(String),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Path(problem)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(problem) => problem.fmt(f),
            Self::Content(text) => f.write_str(text),
        }
    }
}

impl Inputs {
    /// Finds the files; none is read yet.
    pub fn find(args: &RunArgs) -> Result<Self, Refusal> {
        let RunTarget { script, scenario } = run_target(&args.script)?;
        let music = match (&args.midi, args.scenario.clone().or(scenario)) {
            (Some(midi), _) => Music::Midi(midi.clone()),
            (None, Some(scenario)) => Music::Scenario(scenario),
            (None, None) => Music::MiddleC,
        };
        let inputs = Self {
            script,
            music,
            kind: args.kind.script_kind,
            options: options(&args.kind),
            files_dir: args.files.clone(),
        };
        if let Some(dir) = args.files.as_ref().filter(|dir| dir.is_file()) {
            return Err(Problem::new(dir, Reason::NotAFolder).into());
        }
        let outputs = [
            ("trace", &args.trace),
            ("timeline", &args.timeline),
            ("midi-out", &args.midi_out),
        ];
        for (option, output) in outputs {
            let Some(output) = output else { continue };
            let is_output = |path: &PathBuf| identity(path) == identity(output);
            if inputs.paths().iter().any(is_output) {
                let output = output.display();
                return Err(Refusal::Content(format!(
                    "--{option} would overwrite `{output}`; name another file behind it"
                )));
            }
        }
        Ok(inputs)
    }

    /// The script and what is played.
    pub fn paths(&self) -> Vec<PathBuf> {
        let music = match &self.music {
            Music::MiddleC => None,
            Music::Scenario(path) | Music::Midi(path) => Some(path.clone()),
        };
        [self.script.clone()].into_iter().chain(music).collect()
    }

    /// Reads the script.
    pub fn source(&self) -> Result<Source, Refusal> {
        script::source(&self.script).map_err(Refusal::Path)
    }

    /// Reads what is played. The command line can make it the scenario of a UI script.
    pub fn scenario(&self) -> Result<Scenario, Refusal> {
        let mut scenario = self.read_scenario()?;
        if self.kind == ScriptKind::Ui {
            scenario.script_kind = halion_engine::ScriptKind::Ui;
        }
        Ok(scenario)
    }

    fn read_scenario(&self) -> Result<Scenario, Refusal> {
        match &self.music {
            Music::MiddleC => Ok(Scenario::default()),
            Music::Scenario(path) => {
                let text = read_text(path)?;
                let mut scenario = Scenario::parse(&text).map_err(|error| {
                    Refusal::Content(format!(
                        "the scenario `{}` cannot be played: {error}",
                        shown_path(path)
                    ))
                })?;
                if let Some(program) = program_file(path, &scenario) {
                    let text = read_text(&program)?;
                    scenario.program.resolve(&text).map_err(|error| {
                        Refusal::Content(format!(
                            "the program tree `{}` cannot be used: {error}",
                            shown_path(&program)
                        ))
                    })?;
                }
                Ok(scenario)
            }
            Music::Midi(path) => {
                let bytes = read_bytes(path)?;
                Scenario::from_midi(&bytes).map_err(|error| {
                    Refusal::Content(format!(
                        "the MIDI file `{}` cannot be played: {error}",
                        shown_path(path)
                    ))
                })
            }
        }
    }

    /// What `require` does during the run.
    pub fn modules(&self) -> impl FnMut(&str) -> Result<Source, String> + Send + 'static {
        script::modules(&self.script, &self.options)
    }

    /// What the script reads and writes.
    pub fn files(&self) -> ScriptFiles {
        ScriptFiles::new(&self.script, self.files_dir.as_deref())
    }

    /// `samples/open_url/script.lua with scenario.toml`.
    pub fn title(&self) -> String {
        let script = shown_path(&self.script);
        match &self.music {
            Music::MiddleC => format!("{script} with one middle C of 500 ms"),
            Music::Scenario(path) | Music::Midi(path) if path.parent() == self.script.parent() => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                format!("{script} with {name}")
            }
            Music::Scenario(path) | Music::Midi(path) => {
                format!("{script} with {}", shown_path(path))
            }
        }
    }
}

/// The file that describes the program tree, if the scenario names one.
fn program_file(scenario_path: &Path, scenario: &Scenario) -> Option<PathBuf> {
    let folder = scenario_path.parent().unwrap_or(Path::new(""));
    scenario.program.file().map(|file| folder.join(file))
}
