//! Loops over what a function of the script gives, call by call.

use super::Solver;
use super::frame::{Frame, Go};
use super::iterate::Row;
use super::order::Round;
use crate::instance::How;
use crate::ir::{Loop, VarIdx};
use crate::value::{Multi, SetId, Value};

/// Calls of an iterator: the first one, one that gets what it gave, and one more for what that gave.
const ITERATOR_CALLS: u32 = 3;

impl Solver<'_> {
    /// A loop over what a function gives.
    pub(super) fn iterator_loop(
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
            let arguments = (state, control);
            let n_vars = vars.len().max(1);
            let mut known =
                (!frame.flow).then(|| self.row_of_iterator(frame, how, next, arguments, n_vars));
            self.for_loop(frame, body, |solver, frame| {
                let row = (known.take())
                    .unwrap_or_else(|| solver.row_of_iterator(frame, how, next, arguments, n_vars));
                solver.bind(vars, vec![row])
            })
        });
        self.end_in_order(frame, start, go)
    }

    /// What all calls of an iterator give to so many variables: behind the first one it gets what it gave before.
    fn row_of_iterator(
        &mut self,
        frame: &mut Frame,
        how: &How,
        next: SetId,
        (state, first): (SetId, SetId),
        n_vars: usize,
    ) -> Row {
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
        let row: Row = (0..n_vars)
            .map(|position| results.get(position, &mut self.values))
            .collect();
        for &set in &row {
            self.share_all(set);
        }
        row
    }
}
