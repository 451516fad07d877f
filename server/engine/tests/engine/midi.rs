//! Standard MIDI Files, in and out.

use halion_engine::{Engine, Record, Scenario, Source, Surroundings, midi_file};
use midly::{
    Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEvent, TrackEventKind,
};
use proptest::prelude::*;
use std::{cell::RefCell, rc::Rc};

type Event = (u32, TrackEventKind<'static>);

fn midi(message: MidiMessage) -> TrackEventKind<'static> {
    let channel = 0.into();
    TrackEventKind::Midi { channel, message }
}

fn on(key: u8, vel: u8) -> TrackEventKind<'static> {
    let (key, vel) = (key.into(), vel.into());
    midi(MidiMessage::NoteOn { key, vel })
}

fn off(key: u8, vel: u8) -> TrackEventKind<'static> {
    let (key, vel) = (key.into(), vel.into());
    midi(MidiMessage::NoteOff { key, vel })
}

fn tempo(us: u32) -> TrackEventKind<'static> {
    TrackEventKind::Meta(MetaMessage::Tempo(us.into()))
}

/// A file of tracks whose events have absolute ticks; 480 of them are a quarter note.
fn file(tracks: &[&[Event]]) -> Vec<u8> {
    let mut file = Smf::new(Header::new(Format::Parallel, Timing::Metrical(480.into())));
    for events in tracks {
        let mut last = 0;
        let mut track = Vec::new();
        for &(tick, kind) in *events {
            let delta = (tick - last).into();
            track.push(TrackEvent { delta, kind });
            last = tick;
        }
        let kind = TrackEventKind::Meta(MetaMessage::EndOfTrack);
        track.push(TrackEvent {
            delta: 480.into(),
            kind,
        });
        file.tracks.push(track);
    }
    let mut bytes = Vec::new();
    file.write(&mut bytes).unwrap();
    bytes
}

/// What a file says: quarter notes and events, without the ends of its tracks.
fn content(bytes: &[u8]) -> Vec<String> {
    let file = Smf::parse(bytes).unwrap();
    let Timing::Metrical(division) = file.header.timing else {
        panic!("quarter notes are expected");
    };
    let mut events = Vec::new();
    for track in &file.tracks {
        let mut tick = 0;
        for event in track {
            tick += event.delta.as_int();
            if event.kind != TrackEventKind::Meta(MetaMessage::EndOfTrack) {
                let beats = f64::from(tick) / f64::from(division.as_int());
                events.push((beats, format!("{beats} {:?}", event.kind)));
            }
        }
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    events.into_iter().map(|(_, text)| text).collect()
}

fn play(script: &str, scenario: &Scenario) -> Vec<Record> {
    let records = Rc::new(RefCell::new(Vec::new()));
    let observed = records.clone();
    let observer = move |record: &Record| observed.borrow_mut().push(record.clone());
    let source = Source {
        path: "script.lua".to_owned(),
        text: script.to_owned(),
    };
    let mut engine = Engine::new(
        source,
        Surroundings::none(),
        scenario.clone(),
        Box::new(observer),
    )
    .unwrap();
    engine.run(Some(60 * 44100));
    drop(engine);
    records.take()
}

const PASS: &str = "local function pass(e) postEvent(e) end
    onNote, onRelease, onController, onPitchBend, onAfterTouch, onData, onUnhandledEvent = pass, pass, pass, pass, pass, pass, pass";

/// What comes in and is passed on goes out again: every kind of message, over three tempi, to the tick.
#[test]
fn a_passed_file_comes_out_again() {
    let signature = TrackEventKind::Meta(MetaMessage::TimeSignature(6, 3, 24, 8));
    let conductor = [
        (0, tempo(500_000)),
        (0, signature),
        (480, tempo(1_000_000)),
        (500, tempo(333_333)),
    ];
    let bend = MidiMessage::PitchBend {
        bend: PitchBend::from_int(-8191),
    };
    let player = [
        (0, on(60, 100)),
        (7, on(60, 1)),
        (8, off(60, 64)),
        (240, midi(bend)),
        (
            241,
            midi(MidiMessage::ChannelAftertouch { vel: 127.into() }),
        ),
        (
            242,
            midi(MidiMessage::Aftertouch {
                key: 60.into(),
                vel: 9.into(),
            }),
        ),
        (
            479,
            midi(MidiMessage::Controller {
                controller: 64.into(),
                value: 127.into(),
            }),
        ),
        (480, TrackEventKind::SysEx(&[0x7E, 0x7F, 0x09, 0x01, 0xF7])),
        (501, midi(MidiMessage::ProgramChange { program: 12.into() })),
        (777, off(60, 0)),
        (3333, on(0, 127)),
        (4801, off(0, 127)),
    ];
    let bytes = file(&[&conductor, &player]);
    let scenario = Scenario::from_midi(&bytes).unwrap();
    for script in [PASS, ""] {
        let records = play(script, &scenario);
        assert_eq!(content(&midi_file(&records, &scenario)), content(&bytes));
    }
}

/// What the script plays itself goes out; a note whose voices are cut or that hangs ends; what MIDI does not know is left out.
#[test]
fn a_script_writes_its_own_notes() {
    let script = "function onNote(e) local a = playNote(72, 0, 0) playNote(73.4, 100, 10) playNote(74, 1, 0) fade(a, nil, 0, 500, true) controlChange(131, 1) playTriggerPad(1) changePan(a, 1) end function onRelease() end";
    let scenario =
        Scenario::parse("[[input]]\nat_ms=0\nkind='note'\nnote=60\nvelocity=1\nlength_ms=1000")
            .unwrap();
    let records = play(script, &scenario);
    let expected = [
        "0 Meta(Tempo(u24(500000)))",
        "0 Meta(TimeSignature(4, 2, 24, 8))",
        "0 Midi { channel: u4(0), message: NoteOn { key: u7(72), vel: u7(1) } }",
        "0 Midi { channel: u4(0), message: NoteOn { key: u7(73), vel: u7(100) } }",
        "0 Midi { channel: u4(0), message: NoteOn { key: u7(74), vel: u7(1) } }",
        "0.019791666666666666 Midi { channel: u4(0), message: NoteOff { key: u7(73), vel: u7(0) } }",
        "1 Midi { channel: u4(0), message: NoteOff { key: u7(72), vel: u7(0) } }",
        "2 Midi { channel: u4(0), message: NoteOff { key: u7(74), vel: u7(0) } }",
    ];
    assert_eq!(content(&midi_file(&records, &scenario)), expected);
}

/// A note that is cut by another ends in the file, once, and begins again when it is retriggered.
#[test]
fn retriggered_notes_begin_again() {
    let note = |at: u32, key: u8, length: u32| {
        format!("[[input]]\nat_ms={at}\nkind='note'\nnote={key}\nvelocity=1\nlength_ms={length}\n")
    };
    let text = format!(
        "voice_mode='mono_retrigger'\n{}{}",
        note(0, 60, 2000),
        note(500, 64, 500)
    );
    let scenario = Scenario::parse(&text).unwrap();
    let messages: Vec<String> = content(&midi_file(&play("", &scenario), &scenario))
        .into_iter()
        .skip(2)
        .map(|line| line.replace("Midi { channel: u4(0), message: ", ""))
        .collect();
    assert_eq!(
        messages,
        [
            "0 NoteOn { key: u7(60), vel: u7(1) } }",
            "1 NoteOff { key: u7(60), vel: u7(0) } }",
            "1 NoteOn { key: u7(64), vel: u7(1) } }",
            "2 NoteOff { key: u7(64), vel: u7(0) } }",
            "2 NoteOn { key: u7(60), vel: u7(1) } }",
            "4 NoteOff { key: u7(60), vel: u7(0) } }",
        ]
    );
}

/// Notes that a file leaves open end with it, and a note-on of velocity 0 is a note-off.
#[test]
fn notes_without_an_end_are_closed() {
    let bytes = file(&[&[(0, on(60, 1)), (0, on(61, 1)), (240, on(61, 0))]]);
    let scenario = Scenario::from_midi(&bytes).unwrap();
    let inputs: Vec<String> = scenario.inputs[1..]
        .iter()
        .map(|input| format!("{} {:?}", input.at_ms, input.kind))
        .collect();
    assert_eq!(
        inputs,
        [
            "0 NoteOn { note: 60, velocity: 1, tuning: 0.0 }",
            "0 NoteOn { note: 61, velocity: 1, tuning: 0.0 }",
            "250 NoteOff { note: 61, velocity: 0 }",
            "750 NoteOff { note: 60, velocity: 0 }",
        ]
    );
}

#[test]
fn a_file_that_cannot_be_played_says_why() {
    let error = |bytes: &[u8]| Scenario::from_midi(bytes).unwrap_err().to_string();
    assert!(error(b"not midi").starts_with("not a Standard MIDI File: "));
    assert!(error(b"").starts_with("not a Standard MIDI File: "));
    let mut songs = Smf::new(Header::new(Format::Sequential, Timing::Metrical(96.into())));
    songs.tracks = vec![Vec::new(), Vec::new()];
    let mut bytes = Vec::new();
    songs.write(&mut bytes).unwrap();
    assert!(error(&bytes).contains("format 2"));
    let late: Vec<Event> = (1..=4).map(|n| (n * 0x0FFF_FFFF / 4, on(60, 1))).collect();
    let days = file(&[&[(0, tempo(16_777_215))], &late]);
    assert_eq!(error(&days), "the MIDI file lasts longer than a day");
}

proptest! {
    /// Any bytes give a scenario or an error; and a scenario can be played.
    #[test]
    fn damaged_files_are_survived(at in 0usize..200, byte: u8, cut in 0usize..200) {
        let mut bytes = file(&[
            &[(0, tempo(500_000)), (10, tempo(1))],
            &[(0, on(60, 1)), (5, TrackEventKind::SysEx(&[1, 0xF7])), (9, off(60, 1))],
        ]);
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(bytes.len() - cut % bytes.len());
        let _ = Scenario::from_midi(&bytes);
    }

    /// No bytes at all are too strange.
    #[test]
    fn noise_is_survived(bytes: Vec<u8>) {
        let _ = Scenario::from_midi(&bytes);
        let header = [&b"MThd\0\0\0\x06\0\x01\0\x01\0\x60MTrk\0\0\0\x20"[..], &bytes].concat();
        let _ = Scenario::from_midi(&header);
    }
}
