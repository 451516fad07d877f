//! The trace as JSON lines, for programs; people read [`Record::text`].
//!
//! Invariant: a line is a function of the record and the sample rate alone; order of keys and form of numbers never change.

use std::fmt;

use crate::{
    error::ScriptError,
    event::{Event, Field, VoiceValue, short},
    record::{Record, RecordKind},
    scenario::Value,
};

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
        RecordKind::RampEnd { id, what, value } => {
            line.raw("id", id).string("what", what.name());
            if let VoiceValue::NoteExpression(expression) = what {
                line.raw("expression", expression);
            }
            line.raw("value", json_number(*value));
        }
        RecordKind::VoicesCut { id, reason } => {
            line.raw("id", id).string("reason", reason.name());
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
        RecordKind::Saved {
            name,
            section,
            data,
        } => {
            line.string("name", name)
                .optional_string("section", section.as_deref())
                .string("data", data);
        }
        RecordKind::Loaded { name, section } => {
            line.optional_string("name", name.as_deref())
                .optional_string("section", section.as_deref());
        }
        // `slot` is the Processor's slot; this happens on the Controller.
        RecordKind::EntersSlot { slot } | RecordKind::LeavesSlot { slot } => {
            line.raw("slot", slot);
        }
        RecordKind::Modulation { values } => {
            let values: Vec<String> = values.iter().map(|value| json_number(*value)).collect();
            line.raw("values", format!("[{}]", values.join(",")));
        }
        RecordKind::Undone { name, .. } => {
            line.string("name", name);
        }
        RecordKind::Answer { callback, data } => {
            line.string("callback", callback).string("data", data);
        }
        RecordKind::Resume | RecordKind::TaskEnd | RecordKind::Reloaded => {}
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

    /// Nothing if there is none.
    fn optional_string(&mut self, key: &str, value: Option<&str>) -> &mut Object {
        match value {
            Some(value) => self.string(key, value),
            None => self,
        }
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
    use halion_api::Thread;

    use super::*;
    use crate::record::TaskId;

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
