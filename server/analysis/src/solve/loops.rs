//! Loops: round by round where the rounds are known, else until what a round carries to the next one does not grow.

use super::Solver;
use super::frame::{Delta, Frame, Go, Mark, Place};
use super::iterate::Row;
use super::order::Round;
use crate::builtins::Special;
use crate::ir::{ExprId, Loop, VarIdx};
use crate::value::{InstId, SetId, Value};

/// How often a loop body is run to see what it carries round; by nesting. Few loops need more than three rounds.
const ROUNDS: [u32; 4] = [48, 24, 12, 6];
/// The same for the outermost loop where little is told apart.
const COARSE_ROUNDS: u32 = 12;
/// After so many rounds, no new texts are put together, so that it ends.
pub(super) const EARLY_ROUNDS: u32 = 4;
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
        self.start_repeating(frame);
        match self.is_coarse() {
            true if frame.loops == 1 => COARSE_ROUNDS,
            true => 2,
            false => most_rounds(frame.loops),
        }
    }

    /// Goes on behind a loop: from its end if control gets there, and from every `break`.
    fn leave_loop(&mut self, frame: &mut Frame, go: Go) -> Go {
        self.stop_repeating(frame);
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
            let before = self.course.n_news;
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
            let before = self.course.n_news;
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
        let trail = self.flow_trail.len();
        let mut deltas = Vec::new();
        if order == Order::Any {
            self.enter_stretch(InstId::NONE);
        }
        let (start, go) = self.rounds_in_order(frame, body, |solver, frame| {
            if order == Order::Any {
                deltas.extend(before.map(|mark| solver.changes(frame, mark)));
                before = Some(solver.mark(frame));
            }
            next += 1;
            match rows.get(next - 1) {
                Some(row) => {
                    let mut row = row.clone();
                    if solver.flow_trail.len() > trail {
                        solver.read_again(frame, &mut row, list, order);
                    }
                    Round::Run(row)
                }
                None => Round::End,
            }
        });
        if order == Order::Any {
            self.leave_stretch();
        }
        self.blend(frame, &deltas);
        // Fuel ran out half-way: the rest of the rows in any order.
        let go = go.unwrap_or_else(|| {
            let rest = rows.get(next..).unwrap_or(&[]);
            self.for_loop(frame, body, |_, _| rest.to_vec())
        });
        if go == Go::On && order == Order::Any && self.flow_trail.len() > trail {
            // Rows that others have changed may come behind those.
            let changed: Vec<_> = (rows.iter().cloned())
                .filter_map(|mut row| {
                    let item = row.get(1).copied();
                    self.read_again(frame, &mut row, list, order);
                    (row.get(1).copied() != item).then_some(row)
                })
                .collect();
            if !changed.is_empty() {
                self.for_loop(frame, body, |_, _| changed.clone());
            }
        }
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

    /// A loop whose body may not run; each round runs it once for every binding of its variables. They are asked for again where what the
    /// body stores may change them.
    pub(super) fn for_loop(
        &mut self,
        frame: &mut Frame,
        body: &Loop,
        mut bind: impl FnMut(&mut Self, &mut Frame) -> Vec<Vec<(VarIdx, SetId)>>,
    ) -> Go {
        let rounds = self.enter_loop(frame);
        let late = frame.late;
        let mut bindings = Vec::new();
        for round in 0..rounds {
            frame.late = late || round > EARLY_ROUNDS;
            let (before, mut grew) = (self.course.n_news, false);
            if round == 0 || frame.flow {
                bindings = bind(self, frame);
            }
            for binding in &bindings {
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
        self.for_loop(frame, body, |_, _| bind(rows.clone()))
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
        let mut known = self.iterations(frame, iterator, state_control);
        let builtins = &self.builtins;
        let is_gmatch = |id| builtins.get(id).special == Special::Gmatch;
        let next = self.values.filter(iterator, |value| match value {
            Value::Builtin(id) => !is_gmatch(id),
            _ => matches!(value, Value::Fun(..) | Value::Table(_)),
        });
        if !next.is_empty() && known.is_none() {
            return self.iterator_loop(frame, vars, &how, next, state_control, body);
        }
        // Some texts, or anything.
        let row = match self.is_all_gmatch(iterator) {
            true => self.sets.truthy,
            false => self.sets.unknown,
        };
        let is_inner = frame.loops > 1;
        let before = self.own_contents(frame, state);
        let go = self.for_loop(frame, body, |solver, frame| {
            if frame.flow {
                known = solver.iterations(frame, iterator, state_control);
            }
            let mut rows =
                (known.take()).unwrap_or_else(|| vec![smallvec::smallvec![row; vars.len()]]);
            let is_merged = rows.len() > MAX_UNROLLED || is_inner || solver.probing;
            if (is_merged || solver.is_coarse()) && !rows.is_empty() {
                rows = vec![solver.merge_rows(&rows)];
            }
            solver.bind(vars, rows)
        });
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

    pub(super) fn bind(&self, vars: &[VarIdx], rows: Vec<Row>) -> Vec<Vec<(VarIdx, SetId)>> {
        let nil = self.sets.nil;
        let bind = |row: Row| {
            let row = row.into_iter().chain(std::iter::repeat(nil));
            vars.iter().copied().zip(row).collect()
        };
        rows.into_iter().map(bind).collect()
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
