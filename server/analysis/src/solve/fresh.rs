//! Fields that every object of a constructor has: those that the function which makes it stores before anybody else can see it.
//!
//! What such an object does not get from its class is then known, though it was not written in the braces.

use smallvec::SmallVec;

use super::Solver;
use super::frame::Frame;
use super::wake::News;
use crate::heap::Kin;
use crate::value::{LocId, Multi, TableId, Value};

/// A table that only the running function knows, and the block in which it was made.
pub(super) struct Fresh {
    table: TableId,
    depth: u32,
    /// Fields that were looked at before anything was stored there.
    asked: SmallVec<[LocId; 2]>,
}

impl Solver<'_> {
    /// A table was made here.
    pub(super) fn note_fresh(&mut self, frame: &mut Frame, table: TableId) {
        let has_goto = self.program.fun(frame.fun).has_goto;
        if !frame.flow && !has_goto && !self.heap.get(table).stored {
            let depth = frame.depth + frame.splits;
            let asked = SmallVec::new();
            frame.fresh.push(Fresh {
                table,
                depth,
                asked,
            });
        }
    }

    /// Its function looks at a field of a table, or at all of them.
    pub(super) fn ask(&self, frame: &mut Frame, table: TableId, field: Option<LocId>) {
        match field {
            Some(loc) if self.heap.locs[loc.idx()].definite => {}
            Some(loc) => {
                let mut fresh = frame.fresh.iter_mut();
                if let Some(fresh) = fresh.find(|fresh| fresh.table == table) {
                    fresh.asked.push(loc);
                }
            }
            None => frame.fresh.retain(|fresh| fresh.table != table),
        }
    }

    /// Others may see these values from here on.
    pub(super) fn show(&self, frame: &mut Frame, values: &Multi) {
        let seen = |table| {
            let mut sets = values.items.iter().chain([&values.rest]);
            sets.any(|&set| {
                self.values
                    .kinds(set)
                    .any(|kind| kind == Value::Table(table))
            })
        };
        frame.fresh.retain(|fresh| !seen(fresh.table));
    }

    /// A block ends.
    pub(super) fn leave_block(frame: &mut Frame) {
        frame.depth -= 1;
        let depth = frame.depth + frame.splits;
        frame.fresh.retain(|fresh| fresh.depth <= depth);
    }

    /// Something is stored in a field: whether each such table has it from then on before anybody looks.
    pub(super) fn is_from_start(&self, frame: &Frame, table: TableId, loc: LocId) -> bool {
        let depth = frame.depth + frame.splits;
        let mut fresh = frame.fresh.iter();
        let is_one = |fresh: &Fresh| {
            fresh.table == table && fresh.depth == depth && !fresh.asked.contains(&loc)
        };
        fresh.any(is_one) && !self.heap.get(table).stored && self.heap.get(table).kin != Kin::Mixed
    }

    /// A place is never without a value.
    pub(super) fn set_definite(&mut self, loc: LocId) {
        if !self.heap.at(loc).definite {
            self.heap.at(loc).definite = true;
            self.wake(loc, News::Fact);
        }
    }
}
