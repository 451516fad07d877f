//! Chapter 8: time and tempo.

use crate::support::*;

/// HALion semantics 8.1, 8.5.
#[test]
fn time_stands_still_within_a_task() {
    check_prints(
        "function onNote() local t = getTime() for i = 1, 10000 do end print(t, getTime() - t, getProcessedSamples(), getSamplingRate()) end",
        "10 ms note 60 1",
        "10 ms processor #2 print 10 0 441 44100",
    );
}

/// HALion semantics 8.2, 8.4.
#[test]
fn tempo_and_conversions() {
    check_prints(
        "function onNote() print(getTempo(), getBeatDuration(), getBarDuration(), getTimeSignature()) print(beat2ms(2), ms2beat(250), ms2samples(1), samples2ms(441)) end",
        "0 ms note 60 1",
        "0 ms processor #2 print 120 500 2000 4 4
        0 ms processor #2 print 1000 0.5 44.1 10",
    );
}

/// HALion semantics 8.3: -1 while stopped.
#[test]
fn the_song_position_follows_transport_and_tempo() {
    check_prints(
        "function onNote() print(isPlaying(), getBeatTime(), getMsTime(), getBeatTimeInBar()) end",
        "0 ms note 60 1\n1000 ms transport playing=true\n2000 ms note 60 1\n2000 ms tempo bpm=60\n5000 ms note 60 1",
        "0 ms processor #2 print false -1 -1 -1
        2000 ms processor #3 print true 2 1000 2
        5000 ms processor #4 print true 5 4000 1",
    );
}

/// HALion semantics 8.2, 8.3, 8.4, 4.2: a host that tells no tempo; `waitBeat` assumes 120 beats per minute.
#[test]
fn a_host_without_tempo() {
    check_prints(
        "function onNote() print(getTempo(), getBeatDuration(), getBarDuration(), getTimeSignature()) print(beat2ms(1), ms2beat(1), getBeatTime(), getBeatTimeInBar(), getMsTime(), isPlaying()) waitBeat(1) print(getTime(), getMsTime()) end",
        "tempo = 0\ntime_signature = 'none'\n0 ms transport playing=true\n0 ms note 60 1",
        "0 ms processor #2 print -1 -1 -1 -1 -1
        0 ms processor #2 print -1 -1 -1 -1 0 true
        500 ms processor #2 print 500 500",
    );
    check_prints(
        "function onNote() print(getTempo(), getBarDuration()) end",
        "0 ms note 60 1\n10 ms tempo bpm=0\n20 ms note 60 1\n30 ms tempo bpm=60\n40 ms time_signature signature='3/8'\n50 ms note 60 1",
        "0 ms processor #2 print 120 2000
        20 ms processor #3 print -1 -1
        50 ms processor #4 print 60 1500",
    );
}

/// HALion semantics 8.3: tempo and time signature follow the maps of the song, from where it starts, and bars begin with their
/// signature.
#[test]
fn the_song_follows_its_maps() {
    let maps = "[[tempo_map]]\nat_beats = 4\nbpm = 60\n[[tempo_map]]\nat_beats = 6\nbpm = 240\n[[time_signature_map]]\nat_beats = 4\nsignature = '3/4'\n";
    let script = "function onNote() print(getTempo(), getTimeSignature()) print(getBeatTime(), getMsTime(), getBeatTimeInBar(), getBarDuration()) end";
    check_prints(
        script,
        &format!(
            "{maps}0 ms transport playing=true\n1500 ms note 60 1\n2000 ms note 60 1\n3500 ms note 60 1\n5000 ms note 60 1"
        ),
        "1500 ms processor #2 print 120 4 4
        1500 ms processor #2 print 3 1500 3 2000
        2000 ms processor #3 print 60 3 4
        2000 ms processor #3 print 4 2000 0 3000
        3500 ms processor #4 print 60 3 4
        3500 ms processor #4 print 5.5 3500 1.5 3000
        5000 ms processor #5 print 240 3 4
        5000 ms processor #5 print 10 5000 0 750",
    );
    check_prints(
        script,
        &format!(
            "{maps}0 ms transport playing=true at_beats=5\n500 ms note 60 1\n1500 ms transport playing=false at_beats=0\n1600 ms note 60 1\n1700 ms transport playing=true\n1700 ms note 60 1"
        ),
        "500 ms processor #2 print 60 3 4
        500 ms processor #2 print 5.5 3500 1.5 3000
        1600 ms processor #3 print 120 4 4
        1600 ms processor #3 print -1 -1 -1 2000
        1700 ms processor #4 print 120 4 4
        1700 ms processor #4 print 0 0 0 2000",
    );
}

/// HALion semantics 8.2: what the host says is there when the events of the same sample arrive, and is part of the trace.
#[test]
fn changes_of_the_song_are_events() {
    let trace = run(
        "",
        "[[tempo_map]]\nat_beats = 1\nbpm = 60\n[[time_signature_map]]\nat_beats = 1\nsignature = '6/8'\n0 ms transport playing=true\n500 ms controller number=1 value=1",
    );
    let lines: Vec<String> = trace
        .text()
        .lines()
        .filter(|line| line.contains("event_in"))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        lines,
        [
            "0 ms processor event_in transport playing=true",
            "500 ms processor event_in tempo bpm=60",
            "500 ms processor event_in time_signature numerator=6 denominator=8",
            "500 ms processor event_in controller number=1 value=1",
        ]
    );
}

/// HALion semantics 8.4: conversions are not rounded, and NaN and infinities go through.
#[test]
fn conversions_are_not_rounded() {
    check_prints(
        "function onInit() print(ms2samples(0.01), samples2ms(1), beat2ms(1/3), ms2beat(-1)) print(ms2samples(1/0), samples2ms(0/0) ~= samples2ms(0/0)) end",
        "",
        "0 ms processor #2 print 0.441 0.022675736961451 166.66666666667 -0.002
        0 ms processor #2 print inf true",
    );
}

/// HALion semantics 8.6: the surroundings answer on the Processor; the product's version on both threads.
#[test]
fn the_surroundings_have_names() {
    check_prints(
        "print(getProductVersion()) print(pcall(getHostName)) function onInit() print(getProductName(), getProductVersion(), getScriptVersion(), getHostName(), type(getHostVersion())) end",
        "",
        "0 ms controller #1 print 7.1.0
        0 ms controller #1 print false Function HALion::getHostName is not available in the Controller context.
        0 ms processor #2 print HALion 7.1.0 7.1.0 halion-script string",
    );
}
