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
