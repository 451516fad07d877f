//! A global statement that needs the Processor moves to `onInit`, the first callback there (HALion semantics 2.1): `runSync` would run
//! before there need be a Processor.
//!
//! Only if nothing that runs before `onInit` uses what the statement sets, and nothing changes what it reads.

use std::ops::Range;

use halion_analysis::{FileId, FunctionInfo};
use halion_api::{Thread, api};
use halion_syntax::ast::{AssignStat, AstNode, Expr, FunctionStat, LocalStat};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use super::site::{Site, all_names, bytes, is_function};
use super::{Draft, FixKind};
use crate::names::{Meaning, meaning, names_in};

/// Entries that run before `onInit`, or that may.
const BEFORE: [&str; 3] = ["<main>", "onLoad", "onLoadIntoSlot"];

/// Offered for a statement at the top of the script itself.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    let call = site.direct_call(Thread::Controller)?;
    let finding = site.finding;
    let is_possible = finding.file == FileId(0)
        && finding.chain.len() == 1
        && site.entry() == "<main>"
        && finding.also_from.is_empty()
        && !site.is_hop()
        && !site.function()?.suspends;
    if !is_possible {
        return None;
    }
    let moved = Moved::new(&call)?;
    if !moved.can_run_later(site) {
        return None;
    }
    let mentions = init_mentions(site);
    let edits = match &mentions[..] {
        [] => moved.into_new(site)?,
        [name] => moved.into_known(site, name)?,
        _ => return None,
    };
    Some(Draft {
        title: format!("Move to onInit: {} runs in the Processor", site.name.text()),
        kind: FixKind::MoveToInit,
        edits,
        safe: false,
        note: "onInit runs when the program is in a slot, after onLoad and onLoadIntoSlot"
            .to_owned(),
    })
}

/// The statement that moves.
struct Moved {
    statement: SyntaxNode,
    /// What it sets: the first names of variables, and whether they are locals of its own.
    targets: Vec<SyntaxToken>,
    is_local: bool,
}

impl Moved {
    fn new(call: &SyntaxNode) -> Option<Moved> {
        // A closure round the call is not a global statement.
        let mut around = call
            .ancestors()
            .take_while(|node| !is_function(node.kind()));
        let statement = around.find(|node| {
            let block = node.parent();
            let holder = block.and_then(|block| block.parent());
            holder.is_some_and(|holder| holder.kind() == SyntaxKind::Chunk)
        })?;
        let (targets, is_local) = match statement.kind() {
            SyntaxKind::CallStat => (Vec::new(), false),
            SyntaxKind::LocalStat => (LocalStat::cast(statement.clone())?.names().collect(), true),
            SyntaxKind::AssignStat => {
                let targets = AssignStat::cast(statement.clone())?.targets();
                let names = targets.map(|target| match target {
                    Expr::Name(name) => name.name(),
                    _ => None,
                });
                (names.collect::<Option<Vec<_>>>()?, false)
            }
            SyntaxKind::NumericForStat
            | SyntaxKind::GenericForStat
            | SyntaxKind::IfStat
            | SyntaxKind::DoStat
                if only_calls(&statement) =>
            {
                (Vec::new(), false)
            }
            _ => return None,
        };
        Some(Moved {
            statement,
            targets,
            is_local,
        })
    }

    /// Whether a name stands for something that the statement sets.
    fn is_target(&self, name: &SyntaxToken) -> bool {
        let mut same_text = self
            .targets
            .iter()
            .filter(|target| target.text() == name.text());
        same_text.any(|target| match (meaning(target), meaning(name)) {
            (Some(Meaning::Local(_, declared)), Some(Meaning::Local(_, known))) => {
                declared == known
            }
            (Some(Meaning::Global), Some(Meaning::Global)) => true,
            _ => false,
        })
    }

    /// The variables that the statement reads, those of HALion and Lua left out.
    fn reads(&self) -> Vec<SyntaxToken> {
        let names = all_names(&self.statement).filter(|name| !self.targets.contains(name));
        let variables = names.filter(|name| {
            let is_known = || {
                let text = name.text();
                api().function(text).is_some()
                    || api().constructor(text).is_some()
                    || api().global(text).is_some()
                    || api().enumeration(text).is_some()
                    || api().lua().has_global(text)
            };
            match meaning(name) {
                Some(Meaning::Local(_, declared)) => {
                    // What a closure of the statement declares is its own.
                    !self
                        .statement
                        .text_range()
                        .contains_range(declared.text_range())
                }
                Some(Meaning::Global) => !is_known(),
                _ => false,
            }
        });
        variables.collect()
    }

    /// Whether nothing notices that the statement runs in `onInit`.
    fn can_run_later(&self, site: &Site) -> bool {
        let end = self.statement.text_range().end();
        let reads = self.reads();
        let early: Vec<&FunctionInfo> = {
            let functions = site.snapshot.analysis().functions.iter();
            let runs_before = |function: &&FunctionInfo| {
                let mut entries = function.entries.iter();
                function.name != "<main>" && entries.any(|entry| BEFORE.contains(&entry.as_str()))
            };
            functions.filter(runs_before).collect()
        };
        for (idx, file) in site.snapshot.files().iter().enumerate() {
            let is_own = idx == site.finding.file.idx();
            for name in all_names(&file.parse().syntax()) {
                let at = name.text_range();
                if is_own && self.statement.text_range().contains_range(at) {
                    continue;
                }
                let is_target = match is_own {
                    true => self.is_target(&name),
                    false => !self.is_local && self.is_target(&name),
                };
                let is_written = is_assigned(&name);
                let is_changed = is_written
                    && reads
                        .iter()
                        .any(|read| read.text() == name.text() && (!is_own || at.start() > end));
                let around = name
                    .parent_ancestors()
                    .find(|node| is_function(node.kind()));
                // The statement goes behind what `onInit` does to the variables that it reads.
                let is_in_init = around.as_ref().is_some_and(is_init);
                let is_changed = is_changed && !is_in_init;
                if !is_target && !is_changed {
                    continue;
                }
                let runs_early = match &around {
                    // A module's global statements run at `require`; those above the statement have run.
                    None => !is_own || at.start() > end,
                    Some(function) => early
                        .iter()
                        .any(|info| info.file.idx() == idx && info.range == function.text_range()),
                };
                if runs_early || is_changed {
                    return false;
                }
            }
        }
        true
    }

    /// As the only statement of a new `onInit` in its place.
    fn into_new(self, site: &Site) -> Option<Vec<(Range<usize>, String)>> {
        let range = bytes(self.statement.text_range());
        let line_end = site.line_end(range.end)?;
        site.indent(range.start)
            .filter(|indent| indent.is_empty())?;
        let newline = site.newline();
        let step = site.step();
        if self.is_local {
            let (values, statement) = self.parted(site)?;
            let init = format!(
                "{newline}{newline}function onInit(){newline}{step}{statement}{newline}end"
            );
            return Some(vec![(values, String::new()), (line_end..line_end, init)]);
        }
        let mut edits = vec![(
            range.start..range.start,
            format!("function onInit(){newline}{step}"),
        )];
        edits.extend(site.deeper(range.clone()));
        edits.push((line_end..line_end, format!("{newline}end")));
        Some(edits)
    }

    /// Into the `onInit` that the script has.
    fn into_known(self, site: &Site, name: &SyntaxToken) -> Option<Vec<(Range<usize>, String)>> {
        let init = FunctionStat::cast(name.parent()?.parent()?)?;
        let is_top = init
            .syntax()
            .parent()
            .and_then(|block| block.parent())
            .is_some_and(|around| around.kind() == SyntaxKind::Chunk);
        let start = init.text_range().start();
        let is_visible = |name: &SyntaxToken| match meaning(name) {
            Some(Meaning::Local(_, declared)) => declared.text_range().end() <= start,
            _ => true,
        };
        let reads = self.reads();
        let is_hidden = |name: &SyntaxToken| {
            let same = |own: &SyntaxToken| own.text() == name.text();
            let mut declared = all_names(init.syntax()).filter(
                |own| matches!(meaning(own), Some(Meaning::Local(_, place)) if place == *own),
            );
            declared.any(|own| same(&own))
        };
        let mut used = reads.iter().chain(&self.targets);
        if !is_top || used.any(|name| !is_visible(name) || is_hidden(name)) {
            return None;
        }
        let whole = bytes(self.statement.text_range());
        let (cut, statement) = match self.is_local {
            true => self.parted(site)?,
            false => {
                let end = site.line_end(whole.end)?;
                let indent = site.indent(whole.start)?;
                let mut text = site.text[whole.start..end].to_owned();
                for (line, step) in site.deeper(whole.clone()).into_iter().rev() {
                    text.insert_str(line.start - whole.start, &step);
                }
                let newline = site.text[end..].find('\n').map_or(0, |newline| newline + 1);
                (whole.start - indent.len()..end + newline, text)
            }
        };
        let (at, insertion) = self.insertion(site, &init, &reads, &statement)?;
        // The lines inside have moved by one step.
        let is_one_step =
            insertion.starts_with(&format!("{}{}{}", site.newline(), site.step(), statement));
        if statement.contains('\n') && (self.is_local || !is_one_step) {
            return None;
        }
        let mut edits = vec![(cut, String::new()), (at, insertion)];
        edits.sort_by_key(|(range, _)| range.start);
        Some(edits)
    }

    /// Behind what sets the variables that the statement reads, before what uses those it sets.
    fn insertion(
        &self,
        site: &Site,
        init: &FunctionStat,
        reads: &[SyntaxToken],
        statement: &str,
    ) -> Option<(Range<usize>, String)> {
        let body: Vec<SyntaxNode> = init.block()?.syntax().children().collect();
        let mentions = |node: &SyntaxNode, names: &[SyntaxToken]| {
            all_names(node).any(|own| names.iter().any(|name| name.text() == own.text()))
        };
        let behind = body.iter().rposition(|node| mentions(node, reads));
        let n_before = behind.map_or(0, |idx| idx + 1);
        if body[..n_before]
            .iter()
            .any(|node| mentions(node, &self.targets))
        {
            return None;
        }
        let at = match n_before.checked_sub(1) {
            Some(idx) => bytes(body[idx].text_range()).end,
            None => bytes(init.params()?.syntax().text_range()).end,
        };
        let range = bytes(init.text_range());
        let is_one_line = !site.text[range.clone()].contains('\n');
        if is_one_line {
            let is_comment = statement.contains("--");
            let is_glued = site.text[at..].trim_start().starts_with('(');
            return (!is_comment && !is_glued).then(|| (at..at, format!(" {statement}")));
        }
        let end = site.line_end(at)?;
        let first = body.first().map(|node| bytes(node.text_range()).start);
        let indent = first.and_then(|start| site.indent(start));
        let indent = match indent {
            Some(indent) => indent.to_owned(),
            None => format!("{}{}", site.indent(range.start)?, site.step()),
        };
        Some((end..end, format!("{}{indent}{statement}", site.newline())))
    }

    /// `local a = f()` in two parts: the range of ` = f()`, and `a = f()`.
    fn parted(&self, site: &Site) -> Option<(Range<usize>, String)> {
        let range = bytes(self.statement.text_range());
        let last = self.targets.last()?;
        let names_end = usize::from(last.text_range().end());
        let names: Vec<&str> = self.targets.iter().map(SyntaxToken::text).collect();
        let values = &site.text[names_end..range.end];
        // A comment between the names and the sign would be torn off.
        if !values.trim_start().starts_with('=') {
            return None;
        }
        Some((
            names_end..range.end,
            format!("{}{values}", names.join(", ")),
        ))
    }
}

/// Whether a loop or branch only calls functions: it sets nothing that others see, and is left at its end.
fn only_calls(statement: &SyntaxNode) -> bool {
    let mut inside = statement.descendants();
    !inside.any(|node| {
        matches!(
            node.kind(),
            SyntaxKind::AssignStat
                | SyntaxKind::FunctionStat
                | SyntaxKind::FunctionExpr
                | SyntaxKind::WhileStat
                | SyntaxKind::RepeatStat
                | SyntaxKind::ReturnStat
                | SyntaxKind::GotoStat
                | SyntaxKind::VarargExpr
        )
    })
}

/// Whether a node is `function onInit()`.
fn is_init(function: &SyntaxNode) -> bool {
    let name = FunctionStat::cast(function.clone()).and_then(|function| function.name());
    name.is_some_and(|name| name.path() == "onInit")
}

/// Where the script says `onInit`, in any way.
fn init_mentions(site: &Site) -> Vec<SyntaxToken> {
    let files = site.snapshot.files().iter();
    let tokens = files.flat_map(|file| {
        let tokens = file.parse().syntax().descendants_with_tokens();
        tokens
            .filter_map(|element| element.into_token())
            .filter(|token| !token.kind().is_trivia())
            .filter(|token| token.text().trim_matches(['"', '\'']) == "onInit")
            .collect::<Vec<_>>()
    });
    tokens.collect()
}

/// Whether the name is a variable that its statement sets.
fn is_assigned(name: &SyntaxToken) -> bool {
    let Some(parent) = name.parent() else {
        return false;
    };
    match parent.kind() {
        SyntaxKind::FunctionName => names_in(&parent).count() == 1,
        SyntaxKind::NameExpr => {
            let statement = parent.parent().and_then(AssignStat::cast);
            statement.is_some_and(|statement| {
                let mut targets = statement.targets();
                targets.any(|target| *target.syntax() == parent)
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::FixKind;
    use super::super::tests::{check_kind, check_lacks};

    fn check(text: &str, expected: &str) {
        check_kind(text, FixKind::MoveToInit, expected);
    }

    fn check_none(text: &str) {
        check_lacks(text, FixKind::MoveToInit);
    }

    #[test]
    fn a_new_on_init_takes_the_statement() {
        check(
            "local tempo = $0getTempo() -- in BPM\n\nfunction onNote(e)\n  print(tempo)\nend\n",
            "local tempo -- in BPM\n\nfunction onInit()\n  tempo = getTempo()\nend\n\nfunction onNote(e)\n  print(tempo)\nend\n",
        );
        check(
            "local beats, bar = $0getTimeSignature()\nfunction onNote(e)\n  print(beats, bar)\nend",
            "local beats, bar\n\nfunction onInit()\n  beats, bar = getTimeSignature()\nend\nfunction onNote(e)\n  print(beats, bar)\nend",
        );
        check(
            "tempo = $0getTempo() -- in BPM\nfunction onNote(e)\n  print(tempo)\nend\nfunction onRelease(e)\n  print(tempo)\nend",
            "function onInit()\n  tempo = getTempo() -- in BPM\nend\nfunction onNote(e)\n  print(tempo)\nend\nfunction onRelease(e)\n  print(tempo)\nend",
        );
        check(
            "$0controlChange(7,\n  100)",
            "function onInit()\n  controlChange(7,\n    100)\nend",
        );
        check(
            "for i = 1, 2 do\n  $0controlChange(i, 100)\nend -- both\nprint(1)",
            "function onInit()\n  for i = 1, 2 do\n    controlChange(i, 100)\n  end -- both\nend\nprint(1)",
        );
        check(
            "if this.parent then $0controlChange(7, 100) end",
            "function onInit()\n  if this.parent then controlChange(7, 100) end\nend",
        );
    }

    #[test]
    fn the_on_init_that_is_there_takes_it_in() {
        check(
            "local tempo = $0getTempo()\n\nfunction onInit()\n    -- first\n    print(tempo)\nend\n",
            "local tempo\n\nfunction onInit()\n    tempo = getTempo()\n    -- first\n    print(tempo)\nend\n",
        );
        check(
            "local rate\nlocal tempo = beat2ms($0getTempo() * rate)\nfunction onInit()\n  rate = 2 -- why\n  print(1)\nend\nfunction onNote(e) print(tempo) end",
            "local rate\nlocal tempo\nfunction onInit()\n  rate = 2 -- why\n  tempo = beat2ms(getTempo() * rate)\n  print(1)\nend\nfunction onNote(e) print(tempo) end",
        );
        check(
            "function onInit()\n  print(1)\nend\nfor i = 1, 2 do\n  $0controlChange(i, 100)\nend",
            "function onInit()\n  for i = 1, 2 do\n    controlChange(i, 100)\n  end\n  print(1)\nend\n",
        );
        // That only onInit uses it now is for another day.
        check(
            "tempo = $0getTempo()\nfunction onInit() print(tempo) end",
            "function onInit() tempo = getTempo() print(tempo) end",
        );
        check(
            "function onInit() print(1) end\n$0controlChange(7, 100)\nprint(2)",
            "function onInit() controlChange(7, 100) print(1) end\nprint(2)",
        );
    }

    #[test]
    fn what_the_rest_of_the_start_needs_stays() {
        check_none("local tempo = $0getTempo()\nprint(tempo)");
        check_none("local tempo = $0getTempo()\nlocal function show() print(tempo) end\nshow()");
        check_none("local tempo = $0getTempo()\nfunction onLoadIntoSlot() print(tempo) end");
        check_none("local tempo = $0getTempo()\ntempo = 60");
        check_none(
            "local n = 1\nlocal length = $0beat2ms(n)\nn = 2\nfunction onNote(e) print(length, n) end",
        );
        check_none("for i = 1, 2 do\n  $0controlChange(i, 100)\n  n = i\nend");
        check_none("for i = 1, 2 do\n  $0controlChange(i, 100)\n  messageBox(i)\nend");
        check_none("local n = 1\nif n > 0 then $0controlChange(n, 100) return end");
        check_none("local tempo = 1 + $0getTempo() print(1)");
        check_none("local tempo = (function() return $0getTempo() end)()");
    }

    #[test]
    fn an_on_init_out_of_reach_is_left_alone() {
        check_none(
            "function onInit() print(1) end\nlocal tempo = $0getTempo()\nfunction onNote(e) print(tempo) end",
        );
        check_none("onInit = function() print(1) end\n$0controlChange(7, 100)");
        check_none(
            "function onInit(tempo)\n  print(tempo)\nend\ntempo = $0getTempo()\nfunction onNote(e) print(tempo) end",
        );
        check_none("local function onInit() print(1) end\nonInit()\n$0controlChange(7, 100)");
    }
}
