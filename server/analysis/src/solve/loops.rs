//! Loops: round by round where the rounds are known, else until what a round carries to the next one does not grow.

use super::Solver;
use super::frame::{Delta, Frame, Go, Mark, Place};
use super::iterate::Row;
use super::order::Round;
use crate::builtins::Special;
use crate::instance::How;
use crate::ir::{ExprId, Loop, VarIdx};
use crate::value::{Multi, SetId, Value};

/// How often a loop body is run to see what it carries round; by nesting. Few loops need more than three rounds.
const ROUNDS: [u32; 4] = [48, 24, 12, 6];
/// The same for the outermost loop where little is told apart.
const COARSE_ROUNDS: u32 = 12;
/// After so many rounds, no new texts are put together, so that it ends.
pub(super) const EARLY_ROUNDS: u32 = 4;
/// Calls of an iterator: the first one, one that gets what it gave, and one more for what that gave.
const ITERATOR_CALLS: u32 = 3;
/// Fields up to which `pairs` runs the body once for each; also counts of a numeric loop.
pub(super) const MAX_UNROLLED: usize = 24;

/// In which order rows are gone through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As they are.
    Given,
    /// Nobody knows: `pairs`.
    Any,
}

/// How often a body in so many loops, itself included, may have to run.
pub(super) fn most_rounds(loops: u32) -> u32 {
    ROUNDS[(loops as usize - 1).min(ROUNDS.len() - 1)]
}

impl Solver<'_> {
    /// How often a body is run.
    fn enter_loop(&mut self, frame: &mut Frame) -> u32 {
        let mark = self.mark(frame);
        frame.aim(Place::LoopEnd, mark);
        frame.loops += 1;
        match self.is_coarse() {
            true if frame.loops == 1 => COARSE_ROUNDS,
            true => 2,
            false => most_rounds(frame.loops),
        }
    }

    /// Goes on behind a loop: from its end if control gets there, and from every `break`.
    fn leave_loop(&mut self, frame: &mut Frame, go: Go) -> Go {
        frame.loops -= 1;
        let mut arms = frame
            .targets
            .pop()
            .map_or_else(Vec::new, |target| target.jumps);
        if arms.is_empty() {
            return go;
        }
        if go == Go::On {
            arms.push(Delta::default());
        }
        self.join(frame, &arms, u32::MAX);
        Go::On
    }

    /// Starts one run of a loop's body.
    fn start_round(&self, frame: &mut Frame) -> Mark {
        let mark = self.mark(frame);
        if let Some(target) = frame.targets.last_mut() {
            target.mark = mark;
        }
        mark
    }

    /// Whether a loop that is part of loading has read something in this round that became more since the news were `before` so many. If
    /// it has no further round, loading starts again.
    pub(super) fn is_behind(&mut self, frame: &Frame, before: u32, is_last: bool) -> bool {
        let is_behind = frame.flow && self.n_news != before;
        if is_behind && is_last {
            self.enqueue(frame.inst);
        }
        is_behind
    }

    /// Ends it: what it changed is added to what was there; whether that grew.
    fn end_round(&mut self, frame: &mut Frame, mark: Mark, go: Go, body: &Loop) -> bool {
        let mut delta = self.take(frame, mark);
        self.end_of_round(frame, &mut delta, body.first_var);
        go == Go::On && self.join(frame, &[delta, Delta::default()], body.first_var)
    }

    pub(super) fn while_loop(&mut self, frame: &mut Frame, cond: ExprId, body: &Loop) -> Go {
        let (start, go) = self.rounds_in_order(frame, body, |solver, frame| {
            let set = solver.expr(frame, cond);
            let may_go_on = solver.values.can_be_true(set);
            match (may_go_on, set.is_empty() || solver.values.can_be_false(set)) {
                (true, false) => Round::Run(Vec::new()),
                (false, true) if !set.is_empty() => Round::End,
                _ => Round::Unknown,
            }
        });
        let go = go.unwrap_or_else(|| self.while_unknown(frame, cond, body));
        self.end_in_order(frame, start, go)
    }

    /// A loop about whose number of rounds nothing is known.
    fn while_unknown(&mut self, frame: &mut Frame, cond: ExprId, body: &Loop) -> Go {
        let rounds = self.enter_loop(frame);
        let mut go = Go::On;
        let late = frame.late;
        for round in 0..=rounds {
            frame.late = late || round > EARLY_ROUNDS;
            let set = self.expr(frame, cond);
            go = if set.is_empty() || !self.values.can_be_false(set) {
                Go::Dead
            } else {
                Go::On
            };
            if !self.values.can_be_true(set) || round == rounds {
                break;
            }
            let before = self.n_news;
            let mark = self.start_round(frame);
            self.refine(frame, cond, true);
            let end = self.block(frame, &body.body);
            let grew = self.end_round(frame, mark, end, body);
            if !self.is_behind(frame, before, round + 1 == rounds) && !grew {
                break;
            }
        }
        frame.late = late;
        if go == Go::On {
            self.refine(frame, cond, false);
        }
        self.leave_loop(frame, go)
    }

    pub(super) fn repeat_loop(&mut self, frame: &mut Frame, body: &Loop, cond: ExprId) -> Go {
        let rounds = self.enter_loop(frame);
        let mut go = Go::Dead;
        let late = frame.late;
        for round in 0..rounds {
            frame.late = late || round > EARLY_ROUNDS;
            let before = self.n_news;
            let mark = self.start_round(frame);
            let end = self.block(frame, &body.body);
            let set = if end == Go::On {
                self.expr(frame, cond)
            } else {
                SetId::EMPTY
            };
            if self.values.can_be_true(set) {
                go = Go::On;
            }
            let grew = if round == 0 && end == Go::On {
                // The body runs at least once: what it leaves behind replaces what was there.
                let mut delta = self.take(frame, mark);
                self.end_of_round(frame, &mut delta, body.first_var);
                self.join(frame, &[delta], body.first_var)
            } else {
                self.end_round(frame, mark, end, body)
            };
            if !self.values.can_be_false(set) {
                break;
            }
            if !self.is_behind(frame, before, round + 1 == rounds) && !grew {
                break;
            }
        }
        frame.late = late;
        self.leave_loop(frame, go)
    }

    /// A loop that goes through rows, each of them once.
    fn rows_loop(
        &mut self,
        frame: &mut Frame,
        body: &Loop,
        rows: &[Vec<(VarIdx, SetId)>],
        order: Order,
        list: SetId,
    ) -> Go {
        let (mut next, mut before) = (0, None);
        let start = self.flow_trail.len();
        let mut deltas = Vec::new();
        self.any_order += u32::from(order == Order::Any);
        let (start, go) = self.rounds_in_order(frame, body, |solver, frame| {
            if order == Order::Any {
                deltas.extend(before.map(|mark| solver.changes(frame, mark)));
                before = Some(solver.mark(frame));
            }
            next += 1;
            match rows.get(next - 1) {
                Some(row) => {
                    let mut row = row.clone();
                    if solver.flow_trail.len() > start {
                        solver.read_again(frame, &mut row, list, order);
                    }
                    Round::Run(row)
                }
                None => Round::End,
            }
        });
        self.any_order -= u32::from(order == Order::Any);
        self.blend(frame, &deltas);
        // Fuel ran out half-way: the rest of the rows in any order.
        let go = go.unwrap_or_else(|| self.for_loop(frame, body, rows.get(next..).unwrap_or(&[])));
        self.end_in_order(frame, start, go)
    }

    /// What an item is by the time that a loop gets to it: earlier rounds may have changed it.
    fn read_again(
        &mut self,
        frame: &mut Frame,
        row: &mut [(VarIdx, SetId)],
        list: SetId,
        order: Order,
    ) {
        let is_table = |value| matches!(value, Value::Table(_));
        let list = self.values.filter(list, is_table);
        let (&mut [(_, key), (_, ref mut item), ..], false) = (row, list.is_empty()) else {
            return;
        };
        let now = self.raw_read(frame, list, key);
        let now = self.values.not_nil(now);
        if !now.is_empty() {
            *item = match order {
                Order::Given => now,
                Order::Any => self.values.union(*item, now),
            };
        }
    }

    /// A loop whose body may not run; each round runs it once for every binding of its variables.
    pub(super) fn for_loop(
        &mut self,
        frame: &mut Frame,
        body: &Loop,
        bindings: &[Vec<(VarIdx, SetId)>],
    ) -> Go {
        let rounds = self.enter_loop(frame);
        let late = frame.late;
        for round in 0..rounds {
            frame.late = late || round > EARLY_ROUNDS;
            let (before, mut grew) = (self.n_news, false);
            for binding in bindings {
                let mark = self.start_round(frame);
                let outer = frame.env;
                if let (Some(&(_, key)), true) = (binding.first(), bindings.len() > 1)
                    && let Some(key) = self.values.single(key)
                {
                    let key = self.values.id(key);
                    frame.env = self.round(outer, body.first_var, key);
                }
                for &(var, set) in binding {
                    self.write_var(frame, var, set);
                }
                self.read_items_of(frame, body);
                let vars = binding.iter().map(|&(var, _)| var);
                let vars = vars.chain(body.items.iter().map(|&(var, _)| var));
                let end = match self.cases(frame, vars) {
                    Some(cases) => self.each_case(frame, body.first_var, cases, |solver, frame| {
                        solver.block(frame, &body.body)
                    }),
                    None => self.block(frame, &body.body),
                };
                frame.env = outer;
                grew |= self.end_round(frame, mark, end, body);
            }
            if !self.is_behind(frame, before, round + 1 == rounds) && !grew {
                break;
            }
        }
        frame.late = late;
        self.leave_loop(frame, Go::On)
    }

    /// The items whose fields the body of a counting loop looks at. One that cannot be read ahead is read where it stands: in the course
    /// of loading, where order counts, and if reading it runs something.
    fn read_items_of(&mut self, frame: &mut Frame, body: &Loop) {
        if frame.flow {
            return;
        }
        for &(var, expr) in &body.items {
            self.share_base(frame, expr);
            let edges = std::mem::take(&mut frame.edges);
            let edges_known = std::mem::take(&mut frame.edges_known);
            let calls = std::mem::take(&mut frame.calls);
            let calls_known = std::mem::take(&mut frame.calls_known);
            let set = self.expr(frame, expr);
            let runs_something = !frame.edges.is_empty() || !frame.calls.is_empty();
            frame.edges = edges;
            frame.edges_known = edges_known;
            frame.calls = calls;
            frame.calls_known = calls_known;
            let set = if runs_something { SetId::EMPTY } else { set };
            self.write_var(frame, var, set);
        }
    }

    pub(super) fn numeric_for(
        &mut self,
        frame: &mut Frame,
        var: VarIdx,
        bounds: &[ExprId],
        body: &Loop,
    ) -> Go {
        let Some(bounds_now) = self.list(frame, bounds) else {
            return Go::Dead;
        };
        let counts = if self.in_order(frame) {
            self.counts(&bounds_now)
        } else {
            None
        };
        let bind =
            |rows: Vec<SetId>| -> Vec<_> { rows.into_iter().map(|row| vec![(var, row)]).collect() };
        if let Some(counts) = counts {
            return self.rows_loop(frame, body, &bind(counts), Order::Given, SetId::EMPTY);
        }
        let rows = self.counted(frame, bounds, &bounds_now, body);
        self.for_loop(frame, body, &bind(rows))
    }

    pub(super) fn generic_for(
        &mut self,
        frame: &mut Frame,
        vars: &[VarIdx],
        exprs: &[ExprId],
        site: ExprId,
        body: &Loop,
    ) -> Go {
        let Some(values) = self.list(frame, exprs) else {
            return Go::Dead;
        };
        let iterator = values.get(0, &mut self.values);
        let state = values.get(1, &mut self.values);
        let control = values.get(2, &mut self.values);
        let state_control = (state, control);
        let how = self.how(frame, site, exprs.first().copied().unwrap_or(site));
        if self.in_order(frame)
            && let Some((rows, order)) = self.rows_in_order(frame, iterator, state_control)
        {
            let rows = self.bind(vars, rows);
            return self.rows_loop(frame, body, &rows, order, state);
        }
        let bindings = self.iterations(frame, iterator, state_control);
        let builtins = &self.builtins;
        let is_gmatch = |id| builtins.get(id).special == Special::Gmatch;
        let next = self.values.filter(iterator, |value| match value {
            Value::Builtin(id) => !is_gmatch(id),
            _ => matches!(value, Value::Fun(..) | Value::Table(_)),
        });
        if !next.is_empty() && bindings.is_none() {
            return self.iterator_loop(frame, vars, &how, next, state_control, body);
        }
        // Some texts, or anything.
        let row = match self.is_all_gmatch(iterator) {
            true => self.sets.truthy,
            false => self.sets.unknown,
        };
        let bindings = bindings.unwrap_or_else(|| vec![smallvec::smallvec![row; vars.len()]]);
        let is_merged = bindings.len() > MAX_UNROLLED || frame.loops > 1 || self.probing;
        let is_merged = is_merged || self.is_coarse();
        let bindings = if is_merged && !bindings.is_empty() {
            vec![self.merge_rows(&bindings)]
        } else {
            bindings
        };
        let rows = self.bind(vars, bindings);
        let before = self.own_contents(frame, state);
        let go = self.for_loop(frame, body, &rows);
        // What the body changes, its later rounds go through.
        self.share_changed(frame, before);
        go
    }

    /// Whether an iterator is what `string.gmatch` gives.
    fn is_all_gmatch(&self, iterator: SetId) -> bool {
        self.values.kinds(iterator).all(|value| match value {
            Value::Builtin(id) => self.builtins.get(id).special == Special::Gmatch,
            _ => false,
        })
    }

    fn bind(&self, vars: &[VarIdx], rows: Vec<Row>) -> Vec<Vec<(VarIdx, SetId)>> {
        let nil = self.sets.nil;
        let bind = |row: Row| {
            let row = row.into_iter().chain(std::iter::repeat(nil));
            vars.iter().copied().zip(row).collect()
        };
        rows.into_iter().map(bind).collect()
    }

    /// A loop over what a function gives.
    fn iterator_loop(
        &mut self,
        frame: &mut Frame,
        vars: &[VarIdx],
        how: &How,
        next: SetId,
        (state, control): (SetId, SetId),
        body: &Loop,
    ) -> Go {
        let mut control = control;
        // Each round calls it again.
        self.share_all(state);
        self.share_all(control);
        let (start, go) = self.rounds_in_order(frame, body, |solver, frame| {
            let args = Self::args(&[state, control]);
            let Some(results) = solver.invoke(frame, how, next, &args) else {
                return Round::Unknown;
            };
            control = results.get(0, &mut solver.values);
            let may_end = solver
                .values
                .kinds(control)
                .any(|value| matches!(value, Value::Nil | Value::Absent | Value::Unknown));
            let may_go_on = solver
                .values
                .kinds(control)
                .any(|value| !matches!(value, Value::Nil | Value::Absent));
            match (may_go_on, may_end) {
                (true, false) => Round::Run(
                    vars.iter()
                        .enumerate()
                        .map(|(position, &var)| (var, results.get(position, &mut solver.values)))
                        .collect(),
                ),
                (false, true) => Round::End,
                _ => Round::Unknown,
            }
        });
        let go = go.unwrap_or_else(|| {
            let results = self.rounds_of_iterator(frame, how, next, (state, control));
            let row: Row = (0..vars.len().max(1))
                .map(|position| results.get(position, &mut self.values))
                .collect();
            for &set in &row {
                self.share_all(set);
            }
            let rows = self.bind(vars, vec![row]);
            self.for_loop(frame, body, &rows)
        });
        self.end_in_order(frame, start, go)
    }

    /// What all calls of an iterator give: behind the first one it gets what it gave before.
    fn rounds_of_iterator(
        &mut self,
        frame: &mut Frame,
        how: &How,
        next: SetId,
        (state, first): (SetId, SetId),
    ) -> Multi {
        let mut control = first;
        let mut results = Multi::default();
        for _ in 0..ITERATOR_CALLS {
            let args = Self::args(&[state, control]);
            results = self.invoke(frame, how, next, &args).unwrap_or_default();
            let given = results.get(0, &mut self.values);
            let given = self.values.not_nil(given);
            // Where it counts, nobody knows how far.
            let is_number = |value| matches!(value, Value::Num(_));
            let counts = self.values.kinds(given).any(is_number);
            let mut again = self.values.filter(given, |value| !is_number(value));
            if counts {
                again = self.values.union(again, self.sets.number);
            }
            let grown = self.values.union(control, again);
            if grown == control {
                break;
            }
            control = grown;
        }
        results
    }

    fn merge_rows(&mut self, rows: &[Row]) -> Row {
        let mut merged = Row::new();
        for row in rows {
            for (position, &set) in row.iter().enumerate() {
                if position < merged.len() {
                    merged[position] = self.values.union(merged[position], set);
                } else {
                    merged.push(set);
                }
            }
        }
        merged
    }
}
