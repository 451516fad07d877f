//! What the lines of a script hold once it is compiled: where breakpoints can be, and where a step has no reason to stop.
//!
//! Invariant: compiles, never runs. Lines count from 1.

use std::collections::{BTreeMap, BTreeSet};

use mlua::Lua;

use crate::{builtins::modules, evaluate::message};

/// What a text's lines hold, once compiled. The error names the line.
pub fn code_lines(text: &str) -> Result<CodeLines, String> {
    let lua = Lua::new();
    let chunk = lua
        .load(modules::chunk_text(text))
        .set_name("=line")
        .set_mode(mlua::chunk::ChunkMode::Text);
    let function = chunk.into_function();
    let function = function.map_err(|error| message(&error).replacen("line:", "line ", 1))?;
    Ok(lines_of_dump(&function.dump(false)))
}

/// What a compiled text tells about its lines, all from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeLines {
    /// Lines that hold code, in all functions.
    pub lines: BTreeSet<u32>,
    /// Lines in the middle of a statement, below the line of their function: the arguments of a call that ends on the
    /// line where it began. A step has no reason to stop there.
    pub inner: BTreeSet<(u32, u32)>,
    /// How often such a statement comes back to its first line, below the line of its function.
    pub returns: BTreeMap<(u32, u32), u32>,
}

/// Reads the line tables of a compiled chunk of Lua 5.2. The layout is that of `ldump.c`; sizes stand in its header.
fn lines_of_dump(dump: &[u8]) -> CodeLines {
    const HEADER: usize = 18;
    let mut lines = CodeLines::default();
    let size_t = dump.get(8).copied().unwrap_or(8);
    let mut reader = DumpReader {
        rest: dump.get(HEADER..).unwrap_or_default(),
        size_t: size_t.into(),
    };
    reader.function(&mut lines);
    lines
}

/// Walks a dump; anything unexpected ends the walk.
struct DumpReader<'a> {
    rest: &'a [u8],
    size_t: usize,
}

impl DumpReader<'_> {
    fn function(&mut self, lines: &mut CodeLines) -> Option<()> {
        let function_line = u32::try_from(self.int()?).ok()?;
        self.skip(4 + 3)?; // last line, parameters, vararg, stack size
        let mut opcodes = Vec::new();
        for _ in 0..self.int()? {
            // The lowest six bits of an instruction.
            opcodes.push(self.int32()? as u8 & 0x3f);
        }
        for _ in 0..self.int()? {
            match self.byte()? {
                0 => {}
                1 => self.skip(1)?,
                3 => self.skip(8)?,
                _ => self.string()?,
            }
        }
        for _ in 0..self.int()? {
            self.function(lines)?;
        }
        let n_upvalues = self.int()?;
        self.skip(2 * n_upvalues)?;
        self.string()?; // source
        let mut own = Vec::new();
        for _ in 0..self.int()? {
            own.push(u32::try_from(self.int()?).ok()?);
        }
        let (inner, returns) = inner_lines(&opcodes, &own);
        for line in returns {
            *lines.returns.entry((function_line, line)).or_default() += 1;
        }
        lines
            .inner
            .extend(inner.into_iter().map(|line| (function_line, line)));
        lines.lines.extend(own);
        for _ in 0..self.int()? {
            self.string()?;
            self.skip(4 + 4)?; // a local and where it begins and ends
        }
        for _ in 0..self.int()? {
            self.string()?; // name of an upvalue
        }
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let size = self.rest.get(..self.size_t)?;
        let size = size
            .iter()
            .rev()
            .fold(0usize, |size, &byte| size << 8 | usize::from(byte));
        self.skip(self.size_t)?;
        self.skip(size)
    }

    fn int(&mut self) -> Option<usize> {
        usize::try_from(self.int32()?).ok()
    }

    fn int32(&mut self) -> Option<i32> {
        let bytes = self.rest.get(..4)?.try_into().ok()?;
        self.skip(4)?;
        Some(i32::from_ne_bytes(bytes))
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.rest.first()?;
        self.skip(1)?;
        Some(byte)
    }

    fn skip(&mut self, n: usize) -> Option<()> {
        self.rest = self.rest.get(n..)?;
        Some(())
    }
}

/// Lines between the beginning of an expression and the instruction that ends it on the line where it began. Lua gives
/// a call and an operator the line where they were written, which may come after those of their operands; so do loops,
/// whose instructions are left out here. Also gives the line it comes back to, for each time.
fn inner_lines(opcodes: &[u8], lines: &[u32]) -> (BTreeSet<u32>, Vec<u32>) {
    /// `JMP`, `RETURN` and the four of `for`, as `lopcodes.h` of 5.2 numbers them.
    const LOOPS_AND_JUMPS: [u8; 6] = [23, 31, 32, 33, 34, 35];
    let (mut inner, mut returns) = (BTreeSet::new(), Vec::new());
    for at in 1..lines.len().min(opcodes.len()) {
        let line = lines[at];
        if line >= lines[at - 1] || LOOPS_AND_JUMPS.contains(&opcodes[at]) {
            continue;
        }
        let between = lines[..at]
            .iter()
            .rev()
            .take_while(|&&before| before > line);
        let n_between = between.clone().count();
        let begins_here = n_between < at && lines[at - 1 - n_between] == line;
        if begins_here {
            inner.extend(between);
            returns.push(line);
        }
    }
    (inner, returns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_inside_a_statement_are_known() {
        let lines = |text: &str| {
            let lua = Lua::new();
            lines_of_dump(&lua.load(text).into_function().unwrap().dump(false))
        };
        let call = "local x = 1\nrun(function()\n  x = 2\nend, x)\nx = 3";
        assert_eq!(lines(call).lines, BTreeSet::from([1, 2, 3, 4, 5]));
        assert_eq!(lines(call).inner, BTreeSet::from([(0, 4)]));
        assert_eq!(lines(call).returns, BTreeMap::from([((0, 2), 1)]));
        let loops = "for i = 1, 3 do\n  f(i)\nend\nwhile g() do\n  f(1)\nend\nfor k in pairs(t) do\n  f(k)\nend";
        assert_eq!(lines(loops).inner, BTreeSet::new());
    }
}
