//! Scenario files: what they say, and what they must not say.

use halion_engine::{InputKind, Scenario, Value};

fn parse_error(text: &str) -> String {
    Scenario::parse(text).unwrap_err().to_string()
}

#[test]
fn a_whole_scenario() {
    let text = "sample_rate = 48_000\nblock_size = 256\ntempo = 90.5\nseed = 3\n[[input]]\nat_ms = 0\nkind = \"note\"\nnote = 60\nvelocity = 100\nlength_ms = 500\n[[input]]\nat_ms = 250.5\nkind = \"parameter\"\nname = \"a\"\nvalue = true\n";
    let scenario = Scenario::parse(text).unwrap();
    assert_eq!(
        (
            scenario.sample_rate,
            scenario.block_size,
            scenario.tempo,
            scenario.seed
        ),
        (48000.0, 256, 90.5, 3)
    );
    assert_eq!(scenario.inputs[0].kind, InputKind::note(60, 100, 500.0));
    assert_eq!(
        scenario.inputs[1].kind,
        InputKind::Parameter {
            name: "a".to_owned(),
            value: Value::Boolean(true)
        }
    );
    assert_eq!(scenario.inputs[1].at_ms, 250.5);
    assert_eq!(Scenario::parse("").unwrap(), Scenario::silent());
}

#[test]
fn mistakes_are_named_with_their_line() {
    let input = |rest: &str| format!("tempo = 120\n[[input]]\n{rest}");
    let unknown = parse_error(&input("at_ms = 0\nkind = \"nota\""));
    let expected = "line 4: `kind` is \"nota\"; it must be one of note, note_on, note_off, ";
    assert!(unknown.starts_with(expected), "{unknown}");
    assert_eq!(
        parse_error(&input("at_ms = -5\nkind = \"note_off\"\nnote = 60")),
        "line 3: `at_ms` is -5; it must be a number from 0 to 86400000"
    );
    assert_eq!(
        parse_error(&input(
            "at_ms = 0\nkind = \"note_on\"\nnote = 128\nvelocity = 1"
        )),
        "line 5: `note` is 128; it must be a whole number from 0 to 127"
    );
    assert_eq!(
        parse_error(&input("at_ms = 0\nkind = \"note_on\"\nnote = 60")),
        "line 2: `velocity` is missing; it must be a whole number from 0 to 127"
    );
    assert_eq!(
        parse_error(&input("at_ms = 0\nkind = \"tempo\"\nbpm = 90\nnote = 1")),
        "line 6: unknown key `note`; allowed here: at_ms, kind, slot, bpm"
    );
    assert_eq!(
        parse_error(&input("at_ms = 0\nkind = \"transport\"\nplaying = 1")),
        "line 5: `playing` must be true or false"
    );
    assert_eq!(
        parse_error(&input("kind = \"tempo\"\nbpm = 1")),
        "line 2: `at_ms` is missing; it must be a number from 0 to 86400000"
    );
    assert_eq!(
        parse_error("block_size = 0"),
        "line 1: `block_size` is 0; it must be a whole number from 1 to 65536"
    );
    assert_eq!(
        parse_error("tempo = nan"),
        "line 1: `tempo` is NaN; it must be a number from 0 to 1000"
    );
    let unknown = parse_error("speed = 1");
    let expected = "line 1: unknown key `speed`; allowed here: sample_rate, block_size, ";
    assert!(unknown.starts_with(expected), "{unknown}");
    assert_eq!(
        parse_error("\n[input]\nat_ms = 1"),
        "line 2: `input` must be written as [[input]], once for each one"
    );
    assert!(parse_error("tempo = \n").starts_with("line 1: "));
    assert_eq!(
        parse_error("slots = [0, 1.5]"),
        "line 1: `slots` must be a list of whole numbers from 0 to 63"
    );
    let called = |arguments: &str| {
        input(&format!(
            "at_ms = 0\nkind = 'ui_callback'\ncallback = 'onDropGetInfo'\narguments = {arguments}"
        ))
    };
    assert_eq!(
        parse_error(&called("{ viewname = 'v', dragInfo = 'd' }")),
        "line 6: onDropGetInfo has no argument \"dragInfo\"; it has viewname, draginfo"
    );
    assert_eq!(
        parse_error(&called("{ viewname = 'v' }")),
        "line 6: argument draginfo of onDropGetInfo must be a string"
    );
    assert_eq!(
        parse_error("[preset]\ndata = 1\nparameters = [2]"),
        "line 3: `parameters` must be a table"
    );
    assert_eq!(
        parse_error(&called("7")),
        "line 6: `arguments` must be a table"
    );
}

#[test]
fn midi_files_become_inputs() {
    use midly::{
        Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEvent,
        TrackEventKind,
    };
    let event = |delta: u32, kind| TrackEvent {
        delta: delta.into(),
        kind,
    };
    let midi = |message| TrackEventKind::Midi {
        channel: 0.into(),
        message,
    };
    let tempo = |us: u32| TrackEventKind::Meta(MetaMessage::Tempo(us.into()));
    let notes = vec![
        event(
            0,
            midi(MidiMessage::NoteOn {
                key: 60.into(),
                vel: 100.into(),
            }),
        ),
        event(
            480,
            midi(MidiMessage::NoteOn {
                key: 60.into(),
                vel: 0.into(),
            }),
        ),
        event(
            480,
            midi(MidiMessage::Controller {
                controller: 64.into(),
                value: 127.into(),
            }),
        ),
        event(
            0,
            midi(MidiMessage::PitchBend {
                bend: PitchBend::from_f64(-1.0),
            }),
        ),
        event(0, midi(MidiMessage::ChannelAftertouch { vel: 9.into() })),
    ];
    let tempi = vec![event(0, tempo(500_000)), event(480, tempo(1_000_000))];
    let mut smf = Smf::new(Header::new(Format::Parallel, Timing::Metrical(480.into())));
    smf.tracks = vec![tempi, notes];
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes).unwrap();
    let scenario = Scenario::from_midi(&bytes).unwrap();
    assert_eq!(scenario.tempo, 120.0);
    let inputs: Vec<String> = scenario
        .inputs
        .iter()
        .map(|input| format!("{} {:?}", input.at_ms, input.kind))
        .collect();
    assert_eq!(
        inputs,
        [
            "0 Transport { playing: true, at_beats: None }",
            "0 NoteOn { note: 60, velocity: 100, tuning: 0.0 }",
            "500 NoteOff { note: 60, velocity: 0 }",
            "1500 Controller { number: 64, value: 127 }",
            "1500 PitchBend { bend: -1.0 }",
            "1500 AfterTouch { value: 9 }",
        ]
    );
    assert!(
        Scenario::from_midi(b"not midi")
            .unwrap_err()
            .to_string()
            .starts_with("not a Standard MIDI File")
    );
    assert!(
        Scenario::from_midi(&bytes[..20]).is_ok() || Scenario::from_midi(&bytes[..20]).is_err()
    );
}

/// A key or a velocity with a fraction would be cut off in silence.
#[test]
fn whole_numbers_are_asked_for() {
    assert_eq!(
        parse_error("[[input]]\nat_ms = 0\nkind = \"note_on\"\nnote = 60.5\nvelocity = 1"),
        "line 4: `note` is 60.5; it must be a whole number from 0 to 127"
    );
    assert_eq!(
        parse_error("block_size = 1.5"),
        "line 1: `block_size` is 1.5; it must be a whole number from 1 to 65536"
    );
    assert_eq!(
        parse_error("[[input]]\nat_ms = 0\nkind = \"parameter\"\nname = \"a\"\nvalue = nan"),
        "line 5: `value` must be a number, true, false or a text in quotes"
    );
}
