//! Makes scripts with one planted call, reached from a callback by a chosen chain of indirections, and clean twins of such scripts.
//!
//! Every script is made from a seed, so a failing one can be made again. Nothing here judges a script: the engine says what is
//! wrong with it, and the analysis is compared with that.

mod entries;
mod ways;

use std::fmt::Write as _;

use halion_analysis::{FileId, Script, ScriptKind, SourceFile};

pub use entries::SCENARIO;
use entries::{ENTRIES, Entry};
use ways::{SILENT_WAYS, WAYS, Way};

/// The most ways between a callback and the planted call.
const MAX_WAYS: usize = 5;

/// A thread, as the ways are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The Controller.
    Controller,
    /// The Processor.
    Processor,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Side::Controller => "Controller",
            Side::Processor => "Processor",
        }
    }

    fn other(self) -> Side {
        match self {
            Side::Controller => Side::Processor,
            Side::Processor => Side::Controller,
        }
    }
}

/// A small generator of pseudo-random numbers (SplitMix64), so that a seed is the whole input.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Equal seeds give equal throws.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end - 1`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// One of `choices`.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// A made script.
#[derive(Debug, Clone)]
pub struct Planted {
    /// The seed that makes it again.
    pub seed: u64,
    /// Whether one of the ways leads nowhere.
    pub silent: bool,
    /// Paths and texts, the main chunk first.
    pub files: Vec<(String, String)>,
    /// Names of the ways that lead to the planted call, outermost first.
    pub ways: Vec<&'static str>,
    /// The callback it starts from.
    pub entry: &'static str,
}

impl Planted {
    /// As the analysis takes it.
    pub fn script(&self) -> Script {
        let mut script = Script {
            files: Vec::new(),
            modules: Default::default(),
            kind: ScriptKind::Auto,
        };
        for (idx, (path, text)) in self.files.iter().enumerate() {
            let file = FileId(u32::try_from(idx).expect("few files"));
            script
                .modules
                .insert(path.trim_end_matches(".lua").to_owned(), file);
            script.files.push(SourceFile {
                path: path.clone(),
                text: text.as_str().into(),
                parse: halion_syntax::parse(text),
            });
        }
        script
    }
}

/// Calls that only the Controller may make, with arguments that HALion accepts.
const CONTROLLER_CALLS: &[(&str, &str)] = &[
    ("openURL", "\"https://example.com\""),
    ("messageBox", "\"Hello\""),
    ("savePreset", "\"a.vstpreset\", this.program"),
    ("addLayerPassword", "\"secret\""),
    ("loadPreset", "\"a.vstpreset\""),
    ("this.program:setName", "\"Name\""),
];

/// Calls that only the Processor may make.
const PROCESSOR_CALLS: &[(&str, &str)] = &[
    ("playNote", "60, 100, 50"),
    ("controlChange", "7, 100"),
    ("pitchBend", "0"),
    ("getTempo", ""),
    ("isPlaying", ""),
    ("afterTouch", "3"),
];

/// How many ways there are, those that lead nowhere apart.
pub fn n_ways() -> (usize, usize) {
    (WAYS.len(), SILENT_WAYS.len())
}

/// Makes the script of `seed`; `silent` plants one way that leads nowhere. The first seeds take each way by itself.
pub fn plant(seed: u64, silent: bool) -> Planted {
    let mut dice = Dice::new(seed);
    let entry = dice.pick(ENTRIES);
    let all: &[Way] = if silent { &SILENT_WAYS } else { &WAYS };
    let alone = usize::try_from(seed).ok().and_then(|seed| all.get(seed));
    match alone {
        Some(way) => {
            let entry = start(&mut dice, way.from).unwrap_or(entry);
            build(&mut dice, seed, silent, entry, &[(way, side_of(entry))])
        }
        None => {
            let ways = chain(&mut dice, entry, silent);
            build(&mut dice, seed, silent, entry, &ways)
        }
    }
}

fn side_of(entry: &Entry) -> Side {
    match entry.processor {
        true => Side::Processor,
        false => Side::Controller,
    }
}

/// An entry on this side; `None` if any will do.
fn start(dice: &mut Dice, side: Option<Side>) -> Option<&'static Entry> {
    let side = side?;
    loop {
        let entry = dice.pick(ENTRIES);
        if side_of(entry) == side {
            return Some(entry);
        }
    }
}

/// Ways from the entry inwards, each with the side it is called on.
fn chain(dice: &mut Dice, entry: &Entry, silent: bool) -> Vec<(&'static Way, Side)> {
    let mut side = side_of(entry);
    let (mut may_wait, mut may_hop) = (true, true);
    let mut ways = Vec::new();
    let n_ways = dice.below(MAX_WAYS + 1).max(usize::from(silent));
    let silent_at = if silent {
        Some(dice.below(n_ways))
    } else {
        None
    };
    for idx in 0..n_ways {
        let choices: &[Way] = if silent_at == Some(idx) {
            &SILENT_WAYS
        } else {
            &WAYS
        };
        let way = loop {
            let way = dice.pick(choices);
            let leaves = way.from == Some(Side::Processor) && way.to == Some(Side::Controller);
            let is_hop = way.from.is_some();
            if way.from.is_none_or(|from| from == side)
                && (may_wait || !leaves)
                && (may_hop || !is_hop)
            {
                break way;
            }
        };
        ways.push((way, side));
        side = way.to.unwrap_or(side);
        may_hop &= way.may_hop;
        // A hop starts a task of its own, which can wait.
        may_wait = way.to.is_some() || (may_wait && way.may_wait);
    }
    ways
}

fn build(
    dice: &mut Dice,
    seed: u64,
    silent: bool,
    entry: &Entry,
    ways: &[(&'static Way, Side)],
) -> Planted {
    let last_side = ways
        .last()
        .map_or(side_of(entry), |(way, side)| way.to.unwrap_or(*side));
    let mut planted = Planted {
        seed,
        silent,
        files: Vec::new(),
        ways: ways.iter().map(|(way, _)| way.name).collect(),
        entry: entry.name,
    };
    let mut text = String::new();
    let mut callee = base(dice, last_side, &mut text, &mut planted.files);
    for (idx, (way, side)) in ways.iter().rev().enumerate() {
        let number = format!("{}", idx + 1);
        let fill = |text: &str| {
            rename(text, &number)
                .replace("ELSEWHERE", side.other().name())
                .replace("HERE", side.name())
        };
        filler(dice, &mut text);
        let _ = writeln!(text, "{}", put(&fill(&way.declaration), &callee));
        for (module, text) in &way.modules {
            planted
                .files
                .push((format!("{}.lua", fill(module)), fill(text)));
        }
        callee = put(&fill(way.call), &callee);
    }
    let _ = writeln!(text, "local last = {callee}\n");
    filler(dice, &mut text);
    text.push_str(&entry.text.replace("CALL", "last()"));
    planted.files.insert(0, ("script.lua".to_owned(), text));
    planted
}

/// An expression for a function that makes the planted call when it is called.
fn base(
    dice: &mut Dice,
    side: Side,
    text: &mut String,
    files: &mut Vec<(String, String)>,
) -> String {
    let calls = match side {
        Side::Processor => CONTROLLER_CALLS,
        Side::Controller => PROCESSOR_CALLS,
    };
    let (function, arguments) = *dice.pick(calls);
    let call = format!("{function}({arguments})");
    match dice.below(6) {
        0 => {
            text.push_str(&format!("local function planted()\n  {call}\nend\n"));
            "planted".to_owned()
        }
        1 if !function.contains(':') => {
            text.push_str(&format!("local planted = {function}\n"));
            format!("function()\n  planted({arguments})\nend")
        }
        2 => {
            let module = format!("return function()\n  {call}\nend\n");
            files.push(("planted.lua".to_owned(), module));
            text.push_str("local planted = require(\"planted\")\n");
            "planted".to_owned()
        }
        _ => format!("function()\n  {call}\nend"),
    }
}

/// Puts the callee's expression in place of the lone `F`.
fn put(text: &str, callee: &str) -> String {
    let mut result = String::new();
    let mut previous = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let alone = character == 'F'
            && !previous.is_alphanumeric()
            && !characters.peek().is_some_and(|next| next.is_alphanumeric());
        if alone {
            result.push_str(callee)
        } else {
            result.push(character)
        }
        previous = character;
    }
    result
}

/// Gives the names of a way, which end in `N`, a number of their own.
fn rename(text: &str, number: &str) -> String {
    let mut result = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let ends_name = character == 'N'
            && !characters
                .peek()
                .is_some_and(|next| next.is_alphanumeric() || *next == '_');
        if ends_name {
            result.push_str(number)
        } else {
            result.push(character)
        }
    }
    result
}

/// Harmless code between the interesting parts, so that scripts look less alike.
fn filler(dice: &mut Dice, text: &mut String) {
    const FILLERS: &[&str] = &[
        "",
        "local scale = { 0, 2, 4, 5, 7, 9, 11 }\n",
        "local function clamp(value, low, high)\n  return math.max(low, math.min(high, value))\nend\nprint(clamp(3, 0, 2))\n",
        "held = {}\nlocal function count()\n  local n = 0\n  for _ in pairs(held) do n = n + 1 end\n  return n\nend\nprint(count())\n",
        "local names = { \"C\", \"D\", \"E\" }\nlocal joined = table.concat(names, \", \")\nprint(joined:lower())\n",
        "local state = setmetatable({}, { __index = function(_, key) return #key end })\nprint(state.hello)\n",
    ];
    let filler: &str = dice.pick::<&str>(FILLERS);
    text.push_str(filler);
}
