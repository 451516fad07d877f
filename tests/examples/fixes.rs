//! Makes every quick fix that is offered for scripts of your own, checks that the finding goes away and none comes, and plays the changed
//! script.
//!
//! `cargo run --release -p tests --example fixes FILES`, with files as `tests::own` reads them and the scenario of the variable
//! `SCENARIO`.

use tests::{fixes, own};

fn main() {
    let scenario = own::scenario();
    let (mut n_scripts, mut n_problems) = (0, 0);
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        for (name, text) in own::cases(&text) {
            let script = own::script(&own::files(text));
            let analysis = halion_analysis::analyze(&script);
            let mut problems = Vec::new();
            fixes::compare(&script, &analysis, &scenario, &mut problems);
            n_scripts += 1;
            n_problems += problems.len();
            for problem in problems {
                println!("{path} {name}: {problem}");
            }
        }
    }
    println!("{n_scripts} scripts, {n_problems} fixes with a problem");
}
