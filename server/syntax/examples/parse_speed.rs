//! How fast the parser is: `cargo run --release -p halion-syntax --example parse_speed`. Prints the best of ten runs in MB/s (10^6 bytes)
//! by the wall clock, so other work on the machine shows.

use std::hint::black_box;
use std::time::Instant;

use halion_syntax::parse;

const PIECE: &str = "
-- Plays a delayed note for each one that comes in.
function onNote(event)
  local id = playNote(event.note, event.velocity, -1)
  notes[event.note] = { id = id, at = getTime(), name = \"note \" .. event.note }
  while held[event.note] and count < 12 do
    wait(beat * 250.5)
    if not notes[event.note] then return end
    changeVolume(id, (event.velocity / 127) ^ 2 * depth, false)
    layer:setParameter(\"Level\", math.floor(level + 0.5))
  end
  for index, value in ipairs(this.parent:findLayers(true)) do
    print(index, value.name, #value.list, 0x7F)
  end
end
";
const N_BYTES: usize = 3_000_000;
const N_RUNS: usize = 10;

fn main() {
    let right = PIECE.repeat(N_BYTES / PIECE.len());
    let broken = right.replacen("beat * 250.5)", "beat *", 100);
    measure("right", &right);
    measure("100 holes", &broken);
    measure(
        "one line",
        &right
            .replace("-- Plays a delayed note for each one that comes in.", "")
            .replace('\n', " "),
    );
    measure("1+1+1...", &format!("x = 1{}", "+1".repeat(N_BYTES / 2)));
    measure("a.b.b...", &format!("x = a{}", ".b".repeat(N_BYTES / 2)));
}

fn measure(name: &str, text: &str) {
    let seconds = (0..N_RUNS).map(|_| run(text)).fold(f64::INFINITY, f64::min);
    let megabytes = text.len() as f64 / 1e6;
    println!(
        "{name:<10} {megabytes:.1} MB  {:6.1} MB/s  {} errors",
        megabytes / seconds,
        parse(text).errors().len()
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "to measure is what the example is for"
)]
fn run(text: &str) -> f64 {
    let start = Instant::now();
    black_box(parse(black_box(text)));
    start.elapsed().as_secs_f64()
}
