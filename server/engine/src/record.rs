//! What happened, as a list of records with a readable line each; `trace` has the JSON line.
//!
//! Invariant: the text is a function of the record and the sample rate alone, and stays stable between versions.

use std::fmt;

use halion_api::Thread;

use crate::{
    clock::Samples,
    error::ScriptError,
    event::{Event, VoiceValue, short},
    scenario::Value,
};

/// A task's number, from 1 in the order of their start; 0 stands for no task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u32);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When, in samples from the start of the script.
    pub sample: Samples,
    /// The audio block it belongs to, from 0; a Controller step belongs to the block that follows it.
    pub block: u64,
    /// The thread it happened on.
    pub thread: Thread,
    /// The slot it happened in, if the program sits in several and it happened on the Processor.
    pub slot: Option<u32>,
    /// The task that did it; 0 if none did.
    pub task: TaskId,
    /// What happened.
    pub kind: RecordKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordKind {
    /// A task begins.
    TaskStart {
        /// The callback or function, `<main>` for global statements, `<anonymous>` for unnamed functions.
        name: String,
        /// The task that caused it.
        parent: Option<TaskId>,
    },
    /// A task pauses.
    Suspend {
        /// The call that paused it, such as `wait 10 ms`.
        reason: String,
    },
    /// A paused task goes on.
    Resume,
    /// A task is done.
    TaskEnd,
    /// The script wrote to the output pane.
    Print {
        /// The text, without the line end that `print` adds.
        text: String,
    },
    /// A script error; the task it happened in is dead.
    Error(Box<ScriptError>),
    /// An event reached the script module.
    EventIn(Event),
    /// An event left the script module.
    EventOut(Event),
    /// A value of a note's voices that was on its way has arrived.
    RampEnd {
        /// Note id.
        id: i64,
        /// What moved.
        what: VoiceValue,
        /// Where it stands now.
        value: f64,
    },
    /// The voices of a note end at once, without a note-off.
    VoicesCut {
        /// Note id.
        id: i64,
        /// Why.
        reason: CutReason,
    },
    /// A script parameter got another value.
    Parameter {
        /// The parameter's name.
        name: String,
        /// Its value now.
        value: Value,
        /// Who changed it.
        by: ParameterChange,
    },
    /// The program tree changed.
    Element {
        /// Class and name, such as `Layer "Strings"`.
        element: String,
        /// What happened to it, such as `appended to Program "Orchestra"`.
        change: String,
    },
    /// A parameter or a field of an element got another value.
    ElementParameter {
        /// Class and name of the element.
        element: String,
        /// The parameter's name, or the field's.
        name: String,
        /// Its value now.
        value: Value,
        /// Who changed it.
        by: ParameterChange,
    },
    /// The program or a section of the script is saved.
    Saved {
        /// The name it is kept under.
        name: String,
        /// The section of a sub-preset.
        section: Option<String>,
        /// What `onSave` or `onSaveSubPreset` returned, as Lua would write it.
        data: String,
    },
    /// The program or a section of the script comes back.
    Loaded {
        /// The name it was kept under; `None` for data that come with the scenario.
        name: Option<String>,
        /// The section of a sub-preset.
        section: Option<String>,
    },
    /// The script is reset.
    Reloaded,
    /// The program enters a slot.
    EntersSlot {
        /// Its index.
        slot: u32,
    },
    /// The program leaves a slot.
    LeavesSlot {
        /// Its index.
        slot: u32,
    },
    /// The modulation outputs got other values.
    Modulation {
        /// One for each output, in the order of `defineModulation`.
        values: Vec<f64>,
    },
    /// An edit is undone or made again; the parameters follow.
    Undone {
        /// The name of the undo block.
        name: String,
        /// Made again?
        again: bool,
    },
    /// What a callback of the user interface returned.
    Answer {
        /// The callback.
        callback: String,
        /// What it returned, as Lua would write it.
        data: String,
    },
    /// The script used something that the engine knows but does not simulate yet; said once for each name.
    NotSimulated {
        /// The function, such as `Zone:getWavetable`.
        name: String,
    },
}

/// Who changed a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterChange {
    /// An edit on the user interface.
    Ui,
    /// The host's automation.
    Automation,
    /// A quick control.
    QuickControl,
    /// `setParameter` or `setParameterNormalized`.
    SetParameter,
    /// An assignment to the global variable.
    Assignment,
    /// The value that was saved, when the script starts.
    Restored,
    /// An edit is undone.
    Undo,
    /// An edit is made again.
    Redo,
}

/// Why the voices of a note end at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutReason {
    /// A `fade` that kills has arrived.
    Fade,
    /// Another note needs them: there are no more.
    Stolen,
    /// Another note begins in a program with Mono.
    Mono,
}

impl CutReason {
    /// The word for it in traces.
    pub fn name(self) -> &'static str {
        match self {
            CutReason::Fade => "fade",
            CutReason::Stolen => "stolen",
            CutReason::Mono => "mono",
        }
    }
}

impl ParameterChange {
    /// The word for it in traces.
    pub fn name(self) -> &'static str {
        match self {
            ParameterChange::Ui => "ui",
            ParameterChange::Automation => "automation",
            ParameterChange::QuickControl => "quick control",
            ParameterChange::SetParameter => "setParameter",
            ParameterChange::Assignment => "assignment",
            ParameterChange::Restored => "restored",
            ParameterChange::Undo => "undo",
            ParameterChange::Redo => "redo",
        }
    }
}

impl RecordKind {
    /// The word for it in traces.
    pub fn name(&self) -> &'static str {
        match self {
            RecordKind::TaskStart { .. } => "task_start",
            RecordKind::Suspend { .. } => "suspend",
            RecordKind::Resume => "resume",
            RecordKind::TaskEnd => "task_end",
            RecordKind::Print { .. } => "print",
            RecordKind::Error(_) => "error",
            RecordKind::EventIn(_) => "event_in",
            RecordKind::EventOut(_) => "event_out",
            RecordKind::RampEnd { .. } => "ramp_end",
            RecordKind::VoicesCut { .. } => "voices_cut",
            RecordKind::Parameter { .. } => "parameter",
            RecordKind::Element { .. } => "element",
            RecordKind::ElementParameter { .. } => "element_parameter",
            RecordKind::Saved { .. } => "saved",
            RecordKind::Loaded { .. } => "loaded",
            RecordKind::Reloaded => "reloaded",
            RecordKind::EntersSlot { .. } => "enters_slot",
            RecordKind::LeavesSlot { .. } => "leaves_slot",
            RecordKind::Modulation { .. } => "modulation",
            RecordKind::Undone { again: false, .. } => "undo",
            RecordKind::Undone { again: true, .. } => "redo",
            RecordKind::Answer { .. } => "answer",
            RecordKind::NotSimulated { .. } => "not_simulated",
        }
    }
}

impl Record {
    /// The record as one line to read: `11.61 ms processor #3 task_start onNote`.
    pub fn text(&self, sample_rate: f64) -> String {
        let ms = self.sample as f64 * 1000.0 / sample_rate;
        let ms = short((ms * 1000.0).round() / 1000.0);
        format!("{ms} ms {self}")
    }
}

impl fmt::Display for Record {
    /// The record without its time: `processor #3 task_start onNote`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.thread.id())?;
        if let Some(slot) = self.slot {
            write!(f, " slot {slot}")?;
        }
        if self.task.0 > 0 {
            write!(f, " #{}", self.task.0)?;
        }
        write!(f, " {}", self.kind)
    }
}

impl fmt::Display for RecordKind {
    /// The kind and its details: `task_start onNote`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            RecordKind::TaskStart {
                name,
                parent: Some(parent),
            } => write!(f, " {name} (from #{})", parent.0),
            RecordKind::TaskStart { name, parent: None } | RecordKind::NotSimulated { name } => {
                write!(f, " {name}")
            }
            RecordKind::Suspend { reason } => write!(f, " {reason}"),
            RecordKind::Print { text } => write!(f, " {text}"),
            RecordKind::Error(error) => write!(f, " {}", error.text()),
            RecordKind::EventIn(event) | RecordKind::EventOut(event) => write!(f, " {event}"),
            RecordKind::RampEnd { id, what, value } => {
                write!(f, " {} id={id}", what.name())?;
                if let VoiceValue::NoteExpression(expression) = what {
                    write!(f, " expression={expression}")?;
                }
                write!(f, " value={}", short(*value))
            }
            RecordKind::VoicesCut { id, reason } => write!(f, " id={id} ({})", reason.name()),
            RecordKind::Parameter { name, value, by } => {
                write!(f, " {name} = {value} ({})", by.name())
            }
            RecordKind::Element { element, change } => write!(f, " {element} {change}"),
            RecordKind::ElementParameter {
                element,
                name,
                value,
                by,
            } => write!(f, " {element} {name} = {value} ({})", by.name()),
            RecordKind::Saved {
                name,
                section,
                data,
            } => write!(f, " {name}{}: {data}", of_section(section)),
            RecordKind::Loaded { name, section } => {
                let name = name.as_deref().unwrap_or("from the scenario");
                write!(f, " {name}{}", of_section(section))
            }
            RecordKind::EntersSlot { slot } | RecordKind::LeavesSlot { slot } => {
                write!(f, " {slot}")
            }
            RecordKind::Modulation { values } => values
                .iter()
                .try_for_each(|value| write!(f, " {}", short(*value))),
            RecordKind::Undone { name, .. } => write!(f, " {name}"),
            RecordKind::Answer { callback, data } => write!(f, " {callback}: {data}"),
            RecordKind::Resume | RecordKind::TaskEnd | RecordKind::Reloaded => Ok(()),
        }
    }
}

/// ` (section A)`.
fn of_section(section: &Option<String>) -> String {
    section
        .as_ref()
        .map(|section| format!(" (section {section})"))
        .unwrap_or_default()
}
