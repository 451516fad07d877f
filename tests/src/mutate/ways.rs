//! Reads `ways.lua` and `silent_ways.lua`: the means by which one function gets to call another.

use std::sync::LazyLock;

use super::Side;

/// One way from a caller to a callee.
#[derive(Debug)]
pub struct Way {
    /// What a report calls it.
    pub name: &'static str,
    /// Modules it needs: name and text.
    pub modules: Vec<(&'static str, String)>,
    /// Text that stands before the call, in global statements.
    pub declaration: String,
    /// An expression that calls the callee when it is called.
    pub call: &'static str,
    /// The side it must be called on; none for either.
    pub from: Option<Side>,
    /// The side the callee runs on; none for the same.
    pub to: Option<Side>,
    /// Whether the callee may suspend itself below it.
    pub may_wait: bool,
    /// Whether ways behind it may start tasks.
    pub may_hop: bool,
}

/// Ways that lead to the callee.
pub static WAYS: LazyLock<Vec<Way>> = LazyLock::new(|| read(include_str!("ways.lua")));

/// Ways that lead nowhere.
pub static SILENT_WAYS: LazyLock<Vec<Way>> =
    LazyLock::new(|| read(include_str!("silent_ways.lua")));

fn read(text: &'static str) -> Vec<Way> {
    text.split("-- way: ").skip(1).map(read_one).collect()
}

fn read_one(text: &'static str) -> Way {
    let (head, body) = text.split_once('\n').expect("a way has a body");
    let (name, marks) = head.split_once(" [").unwrap_or((head, ""));
    let marks = marks.trim_end_matches(']');
    let mut way = Way {
        name,
        modules: Vec::new(),
        declaration: String::new(),
        call: "",
        from: None,
        to: None,
        may_wait: true,
        may_hop: true,
    };
    for mark in marks.split(", ") {
        match mark.split_once('>') {
            Some((from, to)) => {
                way.from = side(from);
                way.to = side(to);
            }
            None => {
                way.may_wait &= mark != "no wait";
                way.may_hop &= mark != "no hop";
            }
        }
    }
    let mut in_module = false;
    for line in body.lines() {
        if let Some(module) = line.strip_prefix("-- file: ") {
            way.modules.push((module, String::new()));
            in_module = true;
        } else if line == "-- main:" {
            in_module = false;
        } else if let Some(call) = line.strip_prefix("-- call: ") {
            way.call = call;
            break;
        } else {
            let last = way.modules.last_mut().filter(|_| in_module);
            let text = last.map_or(&mut way.declaration, |(_, text)| text);
            text.push_str(line);
            text.push('\n');
        }
    }
    assert!(!way.call.is_empty(), "{name}: a way ends with its call");
    way
}

fn side(letter: &str) -> Option<Side> {
    match letter {
        "C" => Some(Side::Controller),
        "P" => Some(Side::Processor),
        _ => None,
    }
}
