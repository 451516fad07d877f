//! Makes scripts with one planted call on a known line, reached from a known callback by a chosen chain of indirections, and the
//! clean twin of each.
//!
//! Every script is made from a seed, so a failing one can be made again. Nothing here judges a script: the engine says what is
//! wrong with it, and the analysis is compared with that.

use std::fmt::Write as _;

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
    /// The whole text.
    pub text: String,
    /// The line of the planted call, from 1.
    pub line: usize,
    /// The planted function, `openURL` or `playNote` or the like.
    pub function: &'static str,
    /// Names of the ways that lead to it, outermost first.
    pub ways: Vec<&'static str>,
    /// The callback it starts from.
    pub entry: &'static str,
}

/// Calls that only the Controller may make, with arguments that HALion accepts.
const CONTROLLER_CALLS: &[(&str, &str)] = &[
    ("openURL", "\"https://example.com\""),
    ("messageBox", "\"Hello\""),
    ("savePreset", "\"a.vstpreset\", this.program"),
    ("addLayerPassword", "\"secret\""),
    ("loadPreset", "\"a.vstpreset\""),
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

/// Where a chain starts: a name, whether it runs on the Processor, and the text around the call.
struct Entry {
    name: &'static str,
    processor: bool,
    text: &'static str,
}

const ENTRIES: &[Entry] = &[
    Entry {
        name: "onNote",
        processor: true,
        text: "function onNote(event)\n  postEvent(event)\n  CALL\nend\n",
    },
    Entry {
        name: "onRelease",
        processor: true,
        text: "function onRelease(event)\n  CALL\n  postEvent(event)\nend\n",
    },
    Entry {
        name: "onInit",
        processor: true,
        text: "function onInit()\n  CALL\nend\n",
    },
    Entry {
        name: "spawn",
        processor: true,
        text: "function onNote(event)\n  spawn(function() CALL end)\nend\n",
    },
    Entry {
        name: "runSync",
        processor: true,
        text: "function onLoadIntoSlot()\n  runSync(function() CALL end)\nend\n",
    },
    Entry {
        name: "processorCallback",
        processor: true,
        text: "defineParameter{ name = \"Amount\", default = 0, min = 0, max = 1, processorCallback = true, onChanged = function() CALL end }\n",
    },
    Entry {
        name: "<main>",
        processor: false,
        text: "CALL\n",
    },
    Entry {
        name: "onLoadIntoSlot",
        processor: false,
        text: "function onLoadIntoSlot()\n  CALL\nend\n",
    },
    Entry {
        name: "onIdle",
        processor: false,
        text: "function onIdle()\n  CALL\nend\n",
    },
    Entry {
        name: "runAsync",
        processor: false,
        text: "function onNote(event)\n  runAsync(function() CALL end)\nend\n",
    },
    Entry {
        name: "change callback",
        processor: false,
        text: "defineParameter(\"Amount\", \"The Amount\", 0, 0, 1, function() CALL end)\n",
    },
];

/// The scenario that reaches every entry.
pub const SCENARIO: &str = "
[[input]]
at_ms = 0
kind = \"note\"
note = 60
velocity = 100
length_ms = 50
[[input]]
at_ms = 5
kind = \"parameter\"
name = \"Amount\"
value = 1
";

/// One way from a caller to a callee. `F` is an expression for the callee, which takes no arguments, `N` a fresh number. The text
/// before `=>` is declared earlier in the script; the expression behind it calls the callee when called.
const WAYS: &[(&str, &str)] = &[
    (
        "local function",
        "local function hN()\n  local f = F\n  f()\nend => hN",
    ),
    (
        "global function",
        "function gN()\n  local f = F\n  f()\nend => gN",
    ),
    ("local alias", "local aN = F => aN"),
    (
        "table field",
        "local tN = { go = F, stop = print } => tN.go",
    ),
    ("string key", "local tN = { [\"go\"] = F } => tN[\"go\"]"),
    (
        "nested table",
        "local tN = { deep = { deeper = { F } } } => tN.deep.deeper[1]",
    ),
    (
        "method",
        "local oN = {}\nfunction oN:go() self.call() end\noN.call = F => function() oN:go() end",
    ),
    (
        "class",
        "local CN = {}\nCN.__index = CN\nfunction CN.new(call) return setmetatable({ call = call }, CN) end\nfunction CN:go() self.call() end\nlocal otherN = CN.new(print)\notherN:go()\nlocal iN = CN.new(F) => function() iN:go() end",
    ),
    (
        "inherited method",
        "local BN = {}\nBN.__index = BN\nfunction BN:go() local f = F\n  f() end\nlocal DN = setmetatable({}, { __index = BN })\nDN.__index = DN\nlocal iN = setmetatable({}, DN) => function() iN:go() end",
    ),
    (
        "factory",
        "local function makeN(f)\n  return function() f() end\nend\nlocal otherN = makeN(print)\notherN()\nlocal kN = makeN(F) => kN",
    ),
    (
        "argument",
        "local function applyN(f)\n  f()\nend\napplyN(print) => function() applyN(F) end",
    ),
    (
        "second argument",
        "local function applyN(x, f)\n  f(x)\nend\napplyN(1, print) => function() applyN(2, F) end",
    ),
    (
        "varargs",
        "local function applyN(...)\n  local f = select(2, ...)\n  f()\nend => function() applyN(print, F) end",
    ),
    (
        "packed varargs",
        "local function applyN(...)\n  local list = { ... }\n  list[1]()\nend\napplyN(print) => function() applyN(F) end",
    ),
    (
        "multiple returns",
        "local function bothN()\n  return print, F\nend\nlocal firstN, secondN = bothN()\nfirstN() => secondN",
    ),
    (
        "numeric for",
        "local listN = { F }\nlocal function allN()\n  for i = 1, #listN do\n    listN[i]()\n  end\nend => allN",
    ),
    (
        "ipairs",
        "local listN = { print, F }\nlocal function allN()\n  for i, f in ipairs(listN) do\n    f()\n  end\nend => allN",
    ),
    (
        "pairs",
        "local setN = { a = F }\nlocal function allN()\n  for _, f in pairs(setN) do\n    f()\n  end\nend => allN",
    ),
    (
        "later assignment",
        "local laterN\nlocal function callN()\n  laterN()\nend\nlaterN = F => callN",
    ),
    (
        "replaced function",
        "local function oldN() print(1) end\noldN = F => oldN",
    ),
    (
        "__call",
        "local cN = setmetatable({}, { __call = function() local f = F\n  f() end }) => function() cN() end",
    ),
    (
        "__index",
        "local pN = setmetatable({}, { __index = function(t, k) local f = F\n  f()\n  return nil end }) => function() return pN.anything end",
    ),
    (
        "__add",
        "local mN = setmetatable({}, { __add = function() local f = F\n  f()\n  return nil end }) => function() return mN + 1 end",
    ),
    (
        "mixin",
        "local MN = { go = F }\nlocal XN = {}\nfor k, v in pairs(MN) do XN[k] = v end => function() XN.go() end",
    ),
    (
        "flag",
        "local function maybeN(yes)\n  if yes then\n    local f = F\n    f()\n  end\nend => function() maybeN(true) end",
    ),
    (
        "sort",
        "local function sortN()\n  table.sort({ 2, 1 }, function(a, b) local f = F\n    f()\n    return a < b end)\nend => sortN",
    ),
    (
        "gsub",
        "local function subN()\n  string.gsub(\"x\", \"x\", function() local f = F\n    f()\n    return \"y\" end)\nend => subN",
    ),
    (
        "iterator",
        "local function loopN()\n  for x in F do print(x) end\nend => loopN",
    ),
    (
        "string method",
        "function string.goN() local f = F\n  f() end => function() (\"x\"):goN() end",
    ),
    (
        "field of a global",
        "ModuleN = ModuleN or {}\nModuleN.go = F => function() ModuleN.go() end",
    ),
    (
        "or default",
        "local function withN(f)\n  f = f or print\n  f()\nend => function() withN(F) end",
    ),
    (
        "return value",
        "local function giveN()\n  return F\nend => function() giveN()() end",
    ),
    (
        "recursion",
        "local function downN(n)\n  if n == 0 then\n    local f = F\n    f()\n  else\n    downN(n - 1)\n  end\nend => function() downN(3) end",
    ),
];

/// Ways that lead nowhere: the clean twins of [`WAYS`].
const SILENT_WAYS: &[(&str, &str)] = &[
    (
        "false flag",
        "local function maybeN(yes)\n  if yes then\n    local f = F\n    f()\n  end\nend => function() maybeN(false) end",
    ),
    (
        "guard ==",
        "local function guardN()\n  if getContext() == \"RIGHT\" then\n    local f = F\n    f()\n  end\nend => guardN",
    ),
    (
        "guard ~= return",
        "local function guardN()\n  if getContext() ~= \"RIGHT\" then return end\n  local f = F\n  f()\nend => guardN",
    ),
    (
        "guard and",
        "local function guardN()\n  local right = getContext() == \"RIGHT\"\n  local f = F\n  local done = right and f()\nend => guardN",
    ),
    (
        "predicate",
        "local function isN() return getContext() == \"RIGHT\" end\nlocal function guardN()\n  if isN() then\n    local f = F\n    f()\n  end\nend => guardN",
    ),
    (
        "other field",
        "local tN = { go = F, stop = print } => tN.stop",
    ),
    (
        "other instance",
        "local function makeN(f)\n  return function() f() end\nend\nlocal badN = makeN(F)\nlocal goodN = makeN(print) => goodN",
    ),
    (
        "override",
        "local BN = {}\nBN.__index = BN\nfunction BN:go() local f = F\n  f() end\nlocal DN = setmetatable({}, { __index = BN })\nDN.__index = DN\nfunction DN:go() print(1) end\nlocal iN = setmetatable({}, DN) => function() iN:go() end",
    ),
    (
        "first argument",
        "local function applyN(...)\n  local f = select(1, ...)\n  f()\nend => function() applyN(print, F) end",
    ),
    (
        "first result",
        "local function bothN()\n  return print, F\nend\nlocal firstN = bothN() => firstN",
    ),
    ("overwritten", "local oN = F\noN = print => oN"),
    (
        "never called",
        "local function deadN()\n  local f = F\n  f()\nend\nlocal function aliveN() print(1) end => aliveN",
    ),
];

/// Makes the script of `seed`; `silent` plants one way that leads nowhere.
pub fn plant(seed: u64, silent: bool) -> Planted {
    let mut dice = Dice::new(seed);
    let entry = dice.pick(ENTRIES);
    let calls = if entry.processor {
        CONTROLLER_CALLS
    } else {
        PROCESSOR_CALLS
    };
    let (function, arguments) = *dice.pick(calls);
    let mut declarations = Vec::new();
    // Calling the builtin through a function of its own keeps the planted call on one line of its own.
    let mut callee = format!("function()\n  {function}({arguments}) -- planted\nend");
    let mut ways = Vec::new();
    let n_ways = dice.below(6);
    let silent_at = if silent {
        Some(dice.below(n_ways.max(1)))
    } else {
        None
    };
    for index in 0..n_ways.max(usize::from(silent)) {
        let choices = if silent_at == Some(index) {
            SILENT_WAYS
        } else {
            WAYS
        };
        let (name, way) = *dice.pick(choices);
        let (declaration, expression) = way.rsplit_once(" => ").expect("a way has both halves");
        let right = if entry.processor {
            "Controller"
        } else {
            "Processor"
        };
        let number = format!("{}", declarations.len() + 1);
        let fill = |text: &str| rename(text, &number).replace("RIGHT", right);
        declarations.push(put(&fill(declaration), &callee));
        callee = put(&fill(expression), &callee);
        ways.push(name);
    }
    ways.reverse();
    let mut text = String::new();
    for declaration in &declarations {
        filler(&mut dice, &mut text);
        let _ = writeln!(text, "{declaration}\n");
    }
    let number = declarations.len() + 1;
    let _ = writeln!(text, "local last{number} = {callee}\n");
    filler(&mut dice, &mut text);
    text.push_str(&entry.text.replace("CALL", &format!("last{number}()")));
    let line = text
        .lines()
        .position(|line| line.contains("-- planted"))
        .map_or(0, |line| line + 1);
    Planted {
        seed,
        text,
        line,
        function,
        ways,
        entry: entry.name,
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
