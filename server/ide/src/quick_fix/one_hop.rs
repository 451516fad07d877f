//! A loop or a run of statements goes to the Controller in one hop: `runAsync(function() ... end)` round it.
//!
//! The callback is on hold meanwhile (HALion semantics 4.11), so what the run assigns is there behind it. Results of calls are used
//! inside the run only, and control leaves it at its end: no `break`, `return` or `goto` out of it, and no loop that could go on for ever.

use std::collections::BTreeSet;

use halion_api::{Thread, api};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use super::run_async;
use super::site::{Site, all_names, bytes, function_around, is_function, is_loop};
use super::{Draft, FixKind};
use crate::names::{Meaning, call_of, meaning, names_in};

/// Offered for a call or an assignment in the Processor, the widest run first.
pub(super) fn drafts(site: &Site) -> Vec<Draft> {
    let assignment = site.direct_assignment(Thread::Processor);
    let waits = assignment.is_none() && site.function().is_none_or(|function| function.suspends);
    let Some(wrong) = assignment.or_else(|| site.direct_call(Thread::Processor)) else {
        return Vec::new();
    };
    let is_possible =
        !site.is_hop() && !waits && site.can_be_on_hold() && site.is_global("runAsync");
    if !is_possible {
        return Vec::new();
    }
    let mut runs = runs(site, &wrong);
    runs.retain(Run::can_move);
    runs.iter().map(|run| run.draft(site)).collect()
}

/// Statements of one block, one behind the other.
struct Run {
    statements: Vec<SyntaxNode>,
}

/// The runs round a call or an assignment that are worth a hop of their own.
fn runs(site: &Site, wrong: &SyntaxNode) -> Vec<Run> {
    let Some(function) = function_around(wrong).filter(|node| is_function(node.kind())) else {
        return Vec::new();
    };
    let inside = wrong
        .ancestors()
        .skip(1)
        .take_while(|node| *node != function);
    let mut runs: Vec<Run> = inside
        .filter(|node| is_loop(node.kind()))
        .map(|node| Run {
            statements: vec![node],
        })
        .collect();
    runs.reverse();
    let is_in_block = |node: &SyntaxNode| {
        node.parent()
            .is_some_and(|parent| parent.kind() == SyntaxKind::Block)
    };
    let Some(statement) = wrong.ancestors().find(is_in_block) else {
        return runs;
    };
    let around: Vec<SyntaxNode> = statement
        .parent()
        .into_iter()
        .flat_map(|block| block.children())
        .collect();
    let Some(at) = around.iter().position(|node| *node == statement) else {
        return runs;
    };
    let is_wrong = |node: &SyntaxNode| site.n_wrong(node) > 0;
    let first = around.iter().position(is_wrong).unwrap_or(at).min(at);
    let last = around.iter().rposition(is_wrong).unwrap_or(at).max(at);
    let several = Run::with_uses(&around, first, last);
    if several.n_wrong(site) > 1 {
        runs.push(several);
    }
    let alone = Run::with_uses(&around, at, at);
    let is_statement = wrong
        .parent()
        .is_some_and(|parent| parent.kind() == SyntaxKind::CallStat);
    // A value that nobody uses is no reason to move its declaration.
    let is_unused = alone.statements.len() == 1 && statement.kind() == SyntaxKind::LocalStat;
    if !is_unused && (!is_statement || run_async::draft(site).is_none()) {
        runs.push(alone);
    }
    runs
}

impl Run {
    /// The statements from `first` to `last`, and on to the last one that uses a local of theirs.
    fn with_uses(around: &[SyntaxNode], first: usize, last: usize) -> Run {
        let mut last = last;
        loop {
            let run = Run {
                statements: around[first..=last].to_vec(),
            };
            let locals = run.locals();
            if locals.is_empty() {
                return run;
            }
            let uses = |node: &SyntaxNode| all_names(node).any(|name| run.declares(&locals, &name));
            match around[last + 1..].iter().rposition(uses) {
                Some(further) => last += 1 + further,
                None => return run,
            }
        }
    }

    fn n_wrong(&self, site: &Site) -> usize {
        self.statements
            .iter()
            .map(|statement| site.n_wrong(statement))
            .sum()
    }

    fn range(&self) -> std::ops::Range<usize> {
        let start = self.statements.first().map(SyntaxNode::text_range);
        let end = self.statements.last().map(SyntaxNode::text_range);
        match (start, end) {
            (Some(start), Some(end)) => bytes(start.cover(end)),
            _ => 0..0,
        }
    }

    /// The names of what the run declares and what stands behind it could use.
    fn locals(&self) -> BTreeSet<String> {
        let declares = |node: &&SyntaxNode| {
            matches!(
                node.kind(),
                SyntaxKind::LocalStat | SyntaxKind::LocalFunctionStat
            )
        };
        let declarations = self.statements.iter().filter(declares);
        let names = declarations.flat_map(all_names);
        names.map(|name| name.text().to_owned()).collect()
    }

    /// Whether a name, which is that of one of its `locals`, stands for a local that the run declares. To find out what a name means costs
    /// as much as there are statements before it.
    fn declares(&self, locals: &BTreeSet<String>, name: &SyntaxToken) -> bool {
        if !locals.contains(name.text()) {
            return false;
        }
        match meaning(name) {
            Some(Meaning::Local(_, declaration)) => self
                .range()
                .contains(&usize::from(declaration.text_range().start())),
            _ => false,
        }
    }

    /// Whether a function of its own can hold the run.
    fn can_move(&self) -> bool {
        let mut names = self.statements.iter().flat_map(all_names);
        self.statements.iter().all(|node| stays(node, None))
            && !names.any(|name| depends_on_thread(&name))
            && !self.is_used_behind()
            && !self.goes_on()
    }

    /// Whether what follows uses a local of the run; the condition of `repeat` sees those of its body.
    fn is_used_behind(&self) -> bool {
        let block = self.statements.first().and_then(SyntaxNode::parent);
        let around = block.and_then(|block| block.parent());
        let end = self.range().end;
        let locals = self.locals();
        let mut behind = around.iter().flat_map(all_names);
        behind.any(|name| {
            usize::from(name.text_range().start()) >= end && self.declares(&locals, &name)
        })
    }

    /// Whether a parenthesis follows, which would be one call with `end)`.
    fn goes_on(&self) -> bool {
        let last = self.statements.last().and_then(SyntaxNode::last_token);
        let behind = std::iter::successors(last, SyntaxToken::next_token);
        let next = behind.skip(1).find(|token| !token.kind().is_trivia());
        next.is_some_and(|token| token.kind() == SyntaxKind::LParen)
    }

    fn draft(&self, site: &Site) -> Draft {
        let range = self.range();
        let newline = site.newline();
        let is_one_line = !site.text[range.clone()].contains('\n');
        let mut edits = Vec::new();
        match site.indent(range.start) {
            Some(indent) if !is_one_line => {
                let step = site.step();
                let open = format!("runAsync(function(){newline}{indent}{step}");
                edits.push((range.start..range.start, open));
                edits.extend(site.deeper(range.clone()));
                edits.push((range.end..range.end, format!("{newline}{indent}end)")));
            }
            _ => {
                edits.push((range.start..range.start, "runAsync(function() ".to_owned()));
                edits.push((range.end..range.end, " end)".to_owned()));
            }
        }
        let title = match &self.statements[..] {
            [one] if is_loop(one.kind()) => "Wrap the whole loop in one runAsync".to_owned(),
            [_] => {
                let name = site.name.text();
                let happens = match site.function() {
                    Some(_) => "runs",
                    None => "is assigned",
                };
                format!("Wrap the statement in runAsync: {name} {happens} in the Controller")
            }
            several => format!("Wrap these {} statements in one runAsync", several.len()),
        };
        Draft {
            title,
            kind: FixKind::OneHop,
            edits,
            safe: false,
            note: format!(
                "{} is on hold for at least one audio block; values are read in the Controller",
                site.entry()
            ),
        }
    }
}

/// Whether control leaves `node` at its end and only there, and nothing in it belongs to the function round it. A loop with a condition
/// may wait for what others do meanwhile. `around` is the outermost loop of the run that holds the node.
fn stays(node: &SyntaxNode, around: Option<&SyntaxNode>) -> bool {
    match node.kind() {
        SyntaxKind::ReturnStat
        | SyntaxKind::WhileStat
        | SyntaxKind::RepeatStat
        | SyntaxKind::VarargExpr => false,
        // Only what is inside the loop sees its label.
        SyntaxKind::BreakStat | SyntaxKind::LabelStat => around.is_some(),
        SyntaxKind::GotoStat => around.is_some_and(|around| goes_to_next_turn(node, around)),
        kind if is_function(kind) => true,
        kind => {
            let around = around.or_else(|| is_loop(kind).then_some(node));
            node.children().all(|child| stays(&child, around))
        }
    }
}

/// Whether a `goto` leads to a label further down in the loop, as `goto continue` does. A way back is a loop of its own.
fn goes_to_next_turn(goto: &SyntaxNode, around: &SyntaxNode) -> bool {
    let name = |node: &SyntaxNode| names_in(node).next().map(|name| name.text().to_owned());
    let nodes = goto.ancestors().take_while(|node| node != around);
    let behind = |node: SyntaxNode| {
        let siblings = std::iter::successors(node.next_sibling(), SyntaxNode::next_sibling);
        siblings.collect::<Vec<_>>()
    };
    let mut labels = nodes
        .flat_map(behind)
        .filter(|node| node.kind() == SyntaxKind::LabelStat);
    labels.any(|label| name(&label) == name(goto))
}

/// Whether a call waits, or asks for the thread, so that it means something else in the Controller.
fn depends_on_thread(name: &SyntaxToken) -> bool {
    let suspends = || api().function(name.text()).is_some_and(|f| f.suspends);
    (name.text() == "getContext" || suspends())
        && meaning(name) == Some(Meaning::Global)
        && call_of(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::FixKind;
    use super::super::tests::{check_kind, check_lacks};

    fn check(text: &str, expected: &str) {
        check_kind(text, FixKind::OneHop, expected);
    }

    fn check_none(text: &str) {
        check_lacks(text, FixKind::OneHop);
    }

    #[test]
    fn a_loop_hops_once() {
        check(
            "function onNote(e)\n  -- why\n  for i = 1, 3 do -- all\n    $0openURL(i)\n\n    print(i)\n  end -- done\n  postEvent(e)\nend",
            "function onNote(e)\n  -- why\n  runAsync(function()\n    for i = 1, 3 do -- all\n      openURL(i)\n\n      print(i)\n    end\n  end) -- done\n  postEvent(e)\nend",
        );
        check(
            "function onNote(e)\n\tfor n = 1, 2 do for i = 1, 3 do $0openURL(i) if i > 2 then break end end end\nend",
            "function onNote(e)\n\trunAsync(function() for n = 1, 2 do for i = 1, 3 do openURL(i) if i > 2 then break end end end end)\nend",
        );
        // The outer loop plays, so the inner one it is.
        check(
            "function onNote(e)\n    for n = 1, 2 do\n        playNote(n, 1)\n        for i = 1, 3 do\n            $0openURL([[a\n  b]])\n        end\n    end\nend",
            "function onNote(e)\n    for n = 1, 2 do\n        playNote(n, 1)\n        runAsync(function()\n            for i = 1, 3 do\n                openURL([[a\n  b]])\n            end\n        end)\n    end\nend",
        );
    }

    #[test]
    fn statements_that_belong_together_hop_together() {
        check(
            "function onNote(e)\n  local p = $0loadPreset('a')\n  print(1)\n  this.parent:appendLayer(p)\n  postEvent(e)\nend",
            "function onNote(e)\n  runAsync(function()\n    local p = loadPreset('a')\n    print(1)\n    this.parent:appendLayer(p)\n  end)\n  postEvent(e)\nend",
        );
        // What is assigned inside is there behind it, for the callback is on hold.
        check(
            "function onNote(e)\n  local p\n  p = $0loadPreset('a')\n  print(p)\nend",
            "function onNote(e)\n  local p\n  runAsync(function() p = loadPreset('a') end)\n  print(p)\nend",
        );
        check(
            "function onNote(e)\n  if $0messageBox('a') == 2 then\n    print(e)\n  end\nend",
            "function onNote(e)\n  runAsync(function()\n    if messageBox('a') == 2 then\n      print(e)\n    end\n  end)\nend",
        );
    }

    #[test]
    fn an_assignment_to_a_field_hops_as_a_statement() {
        check(
            "function onNote(e)\n  local zone = this.parent:getZone(1)\n  zone.$0keyLow = e.note\n  postEvent(e)\nend",
            "function onNote(e)\n  local zone = this.parent:getZone(1)\n  runAsync(function() zone.keyLow = e.note end)\n  postEvent(e)\nend",
        );
        check(
            "function onNote(e)\n  for _, zone in ipairs(this.parent:findZones()) do zone.$0velLow = 1 end\nend",
            "function onNote(e)\n  runAsync(function() for _, zone in ipairs(this.parent:findZones()) do zone.velLow = 1 end end)\nend",
        );
        check_none(
            "function calcModulation()\n  this.parent:getZone(1).$0keyLow = 1\n  return 0\nend",
        );
        check_none(
            "function onNote(e)\n  local key = 'keyLow'\n  this.parent:getZone(1)[$0key] = 1\nend",
        );
        check_none("function onNote(e)\n  this.parent:getZone(1).$0keyLow = playNote(1, 1)\nend");
    }

    #[test]
    fn a_result_that_is_used_behind_the_run_keeps_it_where_it_is() {
        check_none("function onNote(e)\n  local p = $0loadPreset('a')\n  postEvent(p)\nend");
        check_none("function onNote(e)\n  local p = $0loadPreset('a')\nend");
        check_none("function onNote(e)\n  return $0loadPreset('a')\nend");
        check_none(
            "function onNote(e)\n  repeat\n    local p = $0loadPreset('a')\n    print(p)\n    playNote(1, 1)\n  until p\nend",
        );
    }

    #[test]
    fn a_jump_to_the_next_turn_stays_in_the_loop() {
        check(
            "function onNote(e)\n  for i = 1, 3 do\n    if i == 2 then goto continue end\n    $0openURL(i)\n    ::continue::\n  end\nend",
            "function onNote(e)\n  runAsync(function()\n    for i = 1, 3 do\n      if i == 2 then goto continue end\n      openURL(i)\n      ::continue::\n    end\n  end)\nend",
        );
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    ::again::\n    if messageBox('a') == 2 then goto again end\n    $0openURL(i)\n  end\nend",
        );
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    $0openURL(i)\n    if i == 2 then goto out end\n  end\n  ::out::\nend",
        );
        check_none(
            "function onNote(e)\n  while isNoteHeld() do\n    for i = 1, 3 do\n      $0openURL(i)\n      if i == 2 then goto out end\n    end\n    ::out::\n  end\nend",
        );
    }

    #[test]
    fn nothing_leaves_the_run() {
        check_none("function onNote(e)\n  while running do\n    $0openURL('a')\n  end\nend");
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    $0openURL(i)\n    if i > 2 then return end\n  end\nend",
        );
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    if $0messageBox(i) > 2 then break end\n    playNote(i, 1)\n  end\nend",
        );
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    if $0messageBox(i) > 2 then goto done end\n  end\n  ::done::\nend",
        );
        check_none("function onNote(...)\n  for i = 1, 3 do\n    $0openURL(...)\n  end\nend");
    }

    #[test]
    fn what_needs_the_processor_or_waits_stays_there() {
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    $0openURL(i)\n    playNote(i, 1)\n  end\nend",
        );
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    $0openURL(i)\n    wait(100)\n  end\nend",
        );
        check_none(
            "function onNote(e)\n  for i = 1, 3 do\n    $0openURL(getContext())\n  end\nend",
        );
        check_none(
            "local function play() playNote(1, 1) end\nfunction onNote(e)\n  for i = 1, 3 do\n    $0openURL(i)\n    play()\n  end\nend",
        );
        check_none(
            "function calcModulation()\n  for i = 1, 3 do\n    $0openURL(i)\n  end\n  return 0\nend",
        );
        check_none(
            "function onNote(e)\n  findLayers(true, function(layer)\n    for i = 1, 3 do\n      $0openURL(i)\n    end\n  end)\nend",
        );
        check_none(
            "function onNote(e)\n  local runAsync = print\n  for i = 1, 3 do\n    $0openURL(i)\n  end\nend",
        );
    }
}
