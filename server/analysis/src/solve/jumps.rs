//! `break` and `goto`: what was changed up to a jump is joined in where it leads.

use super::Solver;
use super::frame::{Delta, Frame, Go, Mark, Place, Target};
use super::loops::{EARLY_ROUNDS, most_rounds};
use crate::ir::{Block, Stat};

impl Frame {
    /// A new place to jump to, innermost from now on.
    pub(super) fn aim(&mut self, place: Place, mark: Mark) {
        self.targets.push(Target {
            place,
            mark,
            jumps: Vec::new(),
        });
    }
}

impl Solver<'_> {
    pub(super) fn block(&mut self, frame: &mut Frame, block: &Block) -> Go {
        frame.depth += 1;
        let go = self.block_inside(frame, block);
        Self::leave_block(frame);
        go
    }

    fn block_inside(&mut self, frame: &mut Frame, block: &Block) -> Go {
        let stats = &block.0;
        let has_goto = self.program.fun(frame.fun).has_goto;
        if !has_goto || !stats.iter().any(|stat| matches!(stat, Stat::Label(_))) {
            return self.stats(frame, stats);
        }
        let first = frame.targets.len();
        let mark = self.mark(frame);
        for stat in stats {
            if let Stat::Label(label) = stat {
                frame.aim(Place::Label(*label), mark);
            }
        }
        let go = self.labelled(frame, stats, first);
        frame.targets.truncate(first);
        go
    }

    /// Control goes on at a place with what was changed so far.
    pub(super) fn jump(&mut self, frame: &mut Frame, place: Place) {
        let target = frame
            .targets
            .iter()
            .rposition(|target| target.place == place);
        if let Some(target) = target {
            let delta = self.changes(frame, frame.targets[target].mark);
            frame.targets[target].jumps.push(delta);
        }
    }

    /// Statements among which are labels, the first of them at place `target`.
    fn labelled(&mut self, frame: &mut Frame, stats: &[Stat], target: usize) -> Go {
        let mut go = Go::On;
        for (idx, stat) in stats.iter().enumerate() {
            if let Stat::Label(_) = stat {
                let go = self.arrive(frame, target, go);
                return self.behind_label(frame, &stats[idx + 1..], target, go);
            }
            if go == Go::On {
                go = self.stat_or_next(frame, stat);
            }
        }
        go
    }

    /// Joins the jumps forward to a label with what comes from above it.
    fn arrive(&mut self, frame: &mut Frame, target: usize, go: Go) -> Go {
        let mut arms = std::mem::take(&mut frame.targets[target].jumps);
        if arms.is_empty() {
            return go;
        }
        let from_above = self.take(frame, frame.targets[target].mark);
        if go == Go::On {
            arms.push(from_above);
        }
        self.join(frame, &arms, u32::MAX);
        Go::On
    }

    /// What stands behind a label, again for what jumps back carry.
    fn behind_label(&mut self, frame: &mut Frame, stats: &[Stat], target: usize, go: Go) -> Go {
        if go == Go::Dead {
            // Only a label further down can bring control back.
            let next = stats.iter().position(|stat| matches!(stat, Stat::Label(_)));
            return match next {
                Some(idx) => {
                    let go = self.arrive(frame, target + 1, go);
                    self.behind_label(frame, &stats[idx + 1..], target + 1, go)
                }
                None => Go::Dead,
            };
        }
        let is_loop = self.program.fun(frame.fun).jumps_back;
        if is_loop {
            self.start_repeating(frame);
        }
        let mut end = Go::Dead;
        let late = frame.late;
        let rounds = most_rounds(frame.loops.max(1));
        for round in 0..rounds {
            frame.late = late || round > EARLY_ROUNDS;
            let before = self.course.n_news;
            let mark = self.mark(frame);
            frame.targets[target].mark = mark;
            let go = self.labelled(frame, stats, target + 1);
            let mut back = std::mem::take(&mut frame.targets[target].jumps);
            if go == Go::On {
                end = Go::On;
            }
            let is_last = round + 1 == rounds;
            if back.is_empty() || is_last {
                self.is_behind(frame, before, is_last && !back.is_empty());
                break;
            }
            let rest = self.take(frame, mark);
            back.push(Delta::default());
            let grew = self.join(frame, &back, u32::MAX);
            if !self.is_behind(frame, before, false) && !grew {
                if go == Go::On {
                    self.join(frame, &[rest], u32::MAX);
                }
                break;
            }
        }
        frame.late = late;
        if is_loop {
            self.stop_repeating(frame);
        }
        end
    }
}
