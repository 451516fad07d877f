//! What happened, as a list of records: the trace. It has two faces, one JSON line and one readable line.
//!
//! Invariant: both texts are a function of the record and the sample rate alone, and stay stable between versions.

use std::fmt;

use halion_api::Thread;

use crate::{
    clock::Samples,
    error::ScriptError,
    event::{Event, Field, short},
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
    /// The script used something that the engine knows but does not simulate yet; said once for each name.
    NotSimulated {
        /// The function, such as `Zone:getWavetable`.
        name: String,
    },
}

/// Who changed a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterChange {
    /// An edit on the user interface, or automation.
    Ui,
    /// `setParameter` or `setParameterNormalized`.
    SetParameter,
    /// An assignment to the global variable.
    Assignment,
}

impl ParameterChange {
    /// The word for it in traces.
    pub fn name(self) -> &'static str {
        match self {
            ParameterChange::Ui => "ui",
            ParameterChange::SetParameter => "setParameter",
            ParameterChange::Assignment => "assignment",
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
            RecordKind::Parameter { .. } => "parameter",
            RecordKind::Element { .. } => "element",
            RecordKind::ElementParameter { .. } => "element_parameter",
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
        write!(f, " {}", self.kind.name())?;
        match &self.kind {
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
            RecordKind::Resume | RecordKind::TaskEnd => Ok(()),
        }
    }
}

/// The record as one line of JSON, without a line end. Key order and number format are stable.
pub fn trace_line(record: &Record, sample_rate: f64) -> String {
    let mut line = Object::new();
    line.raw("sample", record.sample)
        .number("ms", record.sample as f64 * 1000.0 / sample_rate);
    line.raw("block", record.block)
        .string("thread", record.thread.id());
    if let Some(slot) = record.slot {
        line.raw("slot", slot);
    }
    line.raw("task", record.task.0);
    line.string("kind", record.kind.name());
    match &record.kind {
        RecordKind::TaskStart { name, parent } => {
            line.string("name", name);
            match parent {
                Some(parent) => line.raw("parent", parent.0),
                None => line.raw("parent", "null"),
            };
        }
        RecordKind::Suspend { reason } => {
            line.string("reason", reason);
        }
        RecordKind::Print { text } => {
            line.string("text", text);
        }
        RecordKind::Error(error) => error_fields(&mut line, error),
        RecordKind::EventIn(event) | RecordKind::EventOut(event) => {
            line.raw("event", event_object(event));
        }
        RecordKind::Parameter { name, value, by } => {
            line.string("name", name)
                .raw("value", value_json(value))
                .string("by", by.name());
        }
        RecordKind::Element { element, change } => {
            line.string("element", element).string("change", change);
        }
        RecordKind::ElementParameter {
            element,
            name,
            value,
            by,
        } => {
            line.string("element", element)
                .string("name", name)
                .raw("value", value_json(value))
                .string("by", by.name());
        }
        RecordKind::NotSimulated { name } => {
            line.string("name", name);
        }
        RecordKind::Resume | RecordKind::TaskEnd => {}
    }
    line.finish()
}

fn error_fields(line: &mut Object, error: &ScriptError) {
    line.string("message", &error.message)
        .string("path", &error.path)
        .raw("line", error.line);
    line.string("text", &error.text());
    let frames: Vec<String> = error
        .stack
        .iter()
        .map(|frame| {
            let mut object = Object::new();
            object
                .string("function", &frame.function)
                .string("path", &frame.path)
                .raw("line", frame.line);
            object.finish()
        })
        .collect();
    line.raw("stack", format!("[{}]", frames.join(",")));
}

fn event_object(event: &Event) -> String {
    let mut object = Object::new();
    object.string("type", event.name());
    for (name, field) in event.fields() {
        match field {
            Field::Number(value) => object.raw(name, json_number(value)),
            Field::Boolean(value) => object.raw(name, value),
            Field::Bytes(bytes) => object.raw(name, format!("{bytes:?}").replace(' ', "")),
        };
    }
    object.finish()
}

fn value_json(value: &Value) -> String {
    match value {
        Value::Number(number) => json_number(*number),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Text(text) => json_string(text),
    }
}

/// An object under construction; keys come out in the order they went in.
struct Object(String);

impl Object {
    fn new() -> Object {
        Object("{".to_owned())
    }

    fn raw(&mut self, key: &str, value: impl fmt::Display) -> &mut Object {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&format!("\"{key}\":{value}"));
        self
    }

    fn string(&mut self, key: &str, value: &str) -> &mut Object {
        self.raw(key, json_string(value))
    }

    fn number(&mut self, key: &str, value: f64) -> &mut Object {
        self.raw(key, format!("{value:?}"))
    }

    fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// JSON knows neither NaN nor infinity; both become strings.
fn json_number(value: f64) -> String {
    if value.is_finite() {
        short(value)
    } else {
        format!("\"{value}\"")
    }
}

fn json_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_trace_has_its_keys_in_a_stable_order() {
        let kind = RecordKind::Print {
            text: "a \"b\"\n".to_owned(),
        };
        let record = Record {
            sample: 512,
            block: 1,
            thread: Thread::Processor,
            slot: None,
            task: TaskId(3),
            kind,
        };
        let expected = r#"{"sample":512,"ms":11.609977324263038,"block":1,"thread":"processor","task":3,"kind":"print","text":"a \"b\"\n"}"#;
        assert_eq!(trace_line(&record, 44100.0), expected);
        assert_eq!(
            record.text(44100.0),
            "11.61 ms processor #3 print a \"b\"\n"
        );
    }

    #[test]
    fn a_task_says_who_caused_it() {
        let kind = RecordKind::TaskStart {
            name: "notify".to_owned(),
            parent: Some(TaskId(1)),
        };
        let record = Record {
            sample: 0,
            block: 0,
            thread: Thread::Controller,
            slot: None,
            task: TaskId(2),
            kind,
        };
        let expected = r#"{"sample":0,"ms":0.0,"block":0,"thread":"controller","task":2,"kind":"task_start","name":"notify","parent":1}"#;
        assert_eq!(trace_line(&record, 44100.0), expected);
        assert_eq!(
            record.text(44100.0),
            "0 ms controller #2 task_start notify (from #1)"
        );
    }
}
