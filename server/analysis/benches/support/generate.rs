//! Lua in the manner of real scripts, from a seed: modules with classes, closures, tables of handlers, callbacks, calls of HALion.
//!
//! The same seed and size give the same text.

use std::fmt::Write as _;

/// Pseudo-random numbers (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    /// From 0 up to `end`, without it.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

/// A script of about `n_lines` lines in files of at most `lines_per_file`: the main file first, then `part1`, `part2` and so on.
pub fn script(n_lines: usize, lines_per_file: usize) -> Vec<(String, String)> {
    let mut dice = Dice(n_lines as u64);
    let n_modules = n_lines
        .saturating_sub(lines_per_file / 2)
        .div_ceil(lines_per_file);
    let mut files = vec![(String::from("main.lua"), String::new())];
    let mut rest = n_lines;
    for n in 1..=n_modules {
        let lines = lines_per_file.min(rest);
        rest -= lines;
        files.push((format!("part{n}.lua"), module(n, lines, &mut dice)));
    }
    files[0].1 = main(n_modules, rest.max(60), &mut dice);
    files
}

/// Adds parts until the text has so many lines.
fn fill(text: &mut String, lines: usize, dice: &mut Dice) {
    let mut n_lines = text.lines().count();
    let mut n = 0;
    while n_lines < lines {
        let from = text.len();
        n += 1;
        match dice.below(6) {
            0 => class(text, n, dice),
            1 => handlers(text, n, dice),
            2 => closures(text, n, dice),
            3 => parameter(text, n, dice),
            _ => helpers(text, n, dice),
        }
        n_lines += text[from..].lines().count();
    }
}

fn module(n: usize, lines: usize, dice: &mut Dice) -> String {
    let mut text =
        format!("-- Part {n} of the script.\nlocal M = {{ state = {{}}, handlers = {{}} }}\n");
    if n > 1 {
        let _ = writeln!(
            text,
            "local other = require \"part{}\"",
            1 + dice.below(n - 1)
        );
        text.push_str("function M.forward(event)\n  return other.play(event)\nend\n");
    }
    fill(&mut text, lines - 10, dice);
    text.push_str("function M.play(event)\n  local handle = M.handlers[event.note] or M.default\n");
    text.push_str("  if handle then return handle(event) end\n  return M.first(event)\nend\n");
    text.push_str(
        "function M.first(event) return playNote(event.note, event.velocity) end\nreturn M\n",
    );
    text
}

fn main(n_modules: usize, lines: usize, dice: &mut Dice) -> String {
    let mut text = String::from("-- The script itself.\nlocal M = { state = {}, handlers = {} }\n");
    for n in 1..=n_modules {
        let _ = writeln!(text, "local part{n} = require \"part{n}\"");
    }
    fill(&mut text, lines.saturating_sub(n_modules * 2 + 24), dice);
    text.push_str("function onNote(event)\n  postEvent(event)\n");
    for n in 1..=n_modules {
        let _ = writeln!(
            text,
            "  if event.channel == {n} then part{n}.play(event) end"
        );
    }
    text.push_str(
        "  local handle = M.handlers[event.note]\n  if handle then handle(event) end\nend\n",
    );
    text.push_str("function onRelease(event)\n  postEvent(event)\nend\n");
    text.push_str(
        "function onController(event)\n  M.state[event.controller] = event.value / 127\nend\n",
    );
    text.push_str("function onSave()\n  return { state = M.state }\nend\n");
    text.push_str("function onLoad(data)\n  M.state = data.state or {}\nend\n");
    text
}

fn class(text: &mut String, n: usize, dice: &mut Dice) {
    let _ = write!(
        text,
        r#"
do
  -- A voice of its own kind.
  local Voice = {{}}
  Voice.__index = Voice
  function Voice.new(note, velocity)
    local self = setmetatable({{}}, Voice)
    self.note = note
    self.velocity = velocity or {velocity}
    self.ids = {{}}
    return self
  end
  function Voice:start(event)
    local id = playNote(self.note, self.velocity, -1)
    self.ids[#self.ids + 1] = id
    if event.velocity > {threshold} then
      fade(id, nil, 0.5, {time})
    end
    return id
  end
  function Voice:stop()
    for i = 1, #self.ids do
      releaseVoice(self.ids[i])
    end
    self.ids = {{}}
  end
  M.voice{n} = Voice.new({note})
  M.handlers[{note}] = function(event)
    M.voice{n}:stop()
    M.voice{n}:start(event)
  end
end
"#,
        velocity = 40 + dice.below(80),
        threshold = dice.below(127),
        time = 10 + dice.below(500),
        note = dice.below(127),
    );
}

fn handlers(text: &mut String, n: usize, dice: &mut Dice) {
    let _ = writeln!(text, "\nM.modes{n} = {{");
    for mode in ["soft", "loud", "long", "short"] {
        let _ = write!(
            text,
            "  {mode} = function(event, amount)\n    local velocity = math.min(127, event.velocity + amount * {})\n    local id = playNote(event.note + {}, velocity)\n    if amount > {} then wait({}) end\n    return id\n  end,\n",
            1 + dice.below(9),
            dice.below(12),
            dice.below(10),
            1 + dice.below(900),
        );
    }
    let _ = write!(
        text,
        "}}\nfunction M.run{n}(event)\n  local mode = M.state.mode{n} or \"soft\"\n  local run = M.modes{n}[mode]\n  if run then run(event, {}) end\nend\nM.handlers[{}] = M.run{n}\n",
        dice.below(20),
        dice.below(127),
    );
}

fn closures(text: &mut String, n: usize, dice: &mut Dice) {
    let _ = write!(
        text,
        r#"
function M.counter{n}(first)
  local count = first or {first}
  return function(step)
    count = count + (step or {step})
    if count > {most} then count = 0 end
    return count
  end
end
M.next{n} = M.counter{n}({first})
function M.save{n}(name)
  local path = "presets/" .. name
  runAsync(function()
    savePreset(path .. ".vstpreset", this.parent)
    M.state.saved = M.next{n}(1)
  end)
end
"#,
        first = dice.below(100),
        step = 1 + dice.below(8),
        most = 100 + dice.below(900),
    );
}

fn parameter(text: &mut String, n: usize, dice: &mut Dice) {
    let most = 1 + dice.below(100);
    let _ = write!(
        text,
        r#"
M.state.level{n} = {value}
function M.change{n}()
  local count = 0
  for key, value in pairs(M.state) do
    if type(value) == "number" and value > {most} then
      count = count + 1
    end
  end
  M.state.level{n} = count * {factor}
end
"#,
        value = dice.below(most),
        factor = 1 + dice.below(5),
    );
}

fn helpers(text: &mut String, n: usize, dice: &mut Dice) {
    let before = 1 + dice.below(n);
    let _ = write!(
        text,
        r#"
-- Works out how long to wait, from the tempo and the note.
function M.length{n}(event, beats)
  local length = beats * 60000 / getTempo()
  if event.note < {low} then
    length = length * {factor}
  elseif event.note > {high} then
    length = length / {factor}
  end
  return math.floor(length + 0.5)
end
function M.strum{n}(event, notes)
  for i, note in ipairs(notes) do
    local length = M.length{n}(event, i / {parts})
    playNote(note + {up}, event.velocity, length)
    wait(length)
  end
  if M.strum{before} and #notes > {parts} then M.strum{before}(event, {{ event.note }}) end
end
"#,
        low = 20 + dice.below(30),
        high = 70 + dice.below(30),
        factor = 1 + dice.below(4),
        parts = 1 + dice.below(8),
        up = dice.below(24),
    );
}
