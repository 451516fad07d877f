//! The events that a test can ask for, and their fields: a slip in a name would make an expectation of nothing come true for ever.

/// Each kind that a script sends on, as in traces, with all the fields it can show.
const KINDS: [(&str, &[&str]); 16] = [
    (
        "note_on",
        &["id", "note", "velocity", "tuning", "volume", "pan"],
    ),
    ("note_off", &["id", "note", "velocity", "tuning"]),
    ("note_retrigger", &["id", "note", "velocity", "tuning"]),
    ("controller", &["number", "value"]),
    ("pitch_bend", &["bend"]),
    ("after_touch", &["value"]),
    ("poly_after_touch", &["note", "value"]),
    ("note_expression", &["id", "expression", "value"]),
    ("program_change", &["program"]),
    ("data", &["bytes"]),
    ("trigger_pad", &["pad"]),
    ("change_volume", &["id", "from", "to", "ramp_ms", "kill"]),
    ("change_pan", &["id", "from", "to", "ramp_ms", "kill"]),
    ("change_tune", &["id", "from", "to", "ramp_ms", "kill"]),
    ("fade", &["id", "from", "to", "ramp_ms", "kill"]),
    (
        "change_note_expression",
        &["id", "expression", "from", "to", "ramp_ms", "kill"],
    ),
];

/// The fields of a kind of event; the error names what there is instead.
pub(crate) fn fields_of(kind: &str) -> Result<&'static [&'static str], String> {
    let found = KINDS.iter().find(|(name, _)| *name == kind);
    found.map(|(_, fields)| *fields).ok_or_else(|| {
        let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        format!(
            "a script sends no event `{kind}`; there are {}",
            known.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use halion_engine::{Event, VoiceValue};

    use super::*;

    #[test]
    fn every_field_that_an_event_shows_can_be_asked_for() {
        let note_on = Event::NoteOn {
            id: 1,
            note: 60.0,
            velocity: 100.0,
            tuning: 1.0,
            volume: 0.5,
            pan: 0.5,
        };
        let change = |what| Event::Change {
            id: 1,
            what,
            from: 0.0,
            to: 1.0,
            ramp_ms: 10.0,
            kill: true,
        };
        let events = [
            note_on,
            Event::Controller {
                number: 1,
                value: 2.0,
            },
            Event::PitchBend { bend: 0.5 },
            Event::AfterTouch { value: 1.0 },
            Event::ProgramChange { program: 1.0 },
            Event::TriggerPad { pad: 1 },
            change(VoiceValue::Volume),
            change(VoiceValue::Pan),
            change(VoiceValue::Tune),
            change(VoiceValue::Fade),
            change(VoiceValue::NoteExpression(1)),
        ];
        for event in &events {
            let fields: Vec<&str> = event.fields().into_iter().map(|(name, _)| name).collect();
            assert_eq!(fields_of(event.name()), Ok(&*fields), "{event}");
        }
    }
}
