//! `docs/scenario.md` says what the reader of scenarios says: the part below the marker is generated (`UPDATE=1` rewrites it).
#![expect(
    clippy::disallowed_methods,
    reason = "the test stands outside the engine and reads the page"
)]

use halion_engine::{Scenario, scenario_reference};

const MARKER: &str = "<!-- generated from the reader's tables: UPDATE=1 cargo test -p halion-engine scenario_page -->\n";

#[test]
fn the_page_lists_every_key_and_kind() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scenario.md");
    let page = std::fs::read_to_string(path).expect("docs/scenario.md is there");
    let (by_hand, generated) = page.split_once(MARKER).expect("it has the marker");
    let expected = format!("\n{}", scenario_reference());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{by_hand}{MARKER}{expected}")).expect("it can be written");
    } else {
        assert!(
            generated == expected,
            "docs/scenario.md is out of date; run the command of its marker"
        );
    }
}

#[test]
fn its_examples_can_be_played() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scenario.md");
    let page = std::fs::read_to_string(path).expect("docs/scenario.md is there");
    let mut n_examples = 0;
    for block in page.split("```toml\n").skip(1) {
        let example = block.split("```").next().unwrap_or_default();
        assert!(Scenario::parse(example).is_ok(), "{example}");
        n_examples += 1;
    }
    assert!(n_examples > 0);
}
