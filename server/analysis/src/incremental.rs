//! The next version of a script: where only blanks, comments or free literals changed, what is known moves along (THREAD-ANALYSIS 2.9).
//!
//! Anything else is analysed from scratch. Invariant: [`Known::next`] gives what [`analyze`](crate::analyze) gives, step counts apart,
//! with one exception: behind a version that took [`Rung::Coarse`](crate::Rung::Coarse) the next one begins there, as it will hardly
//! take less work. [`Known::first`] of the same text looks whether it does.

use std::cell::RefCell;
use std::collections::BTreeSet;

use halion_syntax::{Moves, Sameness, TextRange, number_value};

use crate::diagnostic::{Code, Diagnostic, Step};
use crate::free_literals::{FreeLiteral, is_plain_text};
use crate::function_info::FunctionInfo;
use crate::origin::MAX_CHANGED;
use crate::script::{FileId, Script};
use crate::{Analysis, Rung, rules, solve_script, sort};

/// Literals by file and by place among the free ones of the file.
type Changed = BTreeSet<(usize, usize)>;

/// A version of a script with its analysis.
pub struct Known {
    script: Script,
    analysis: Analysis,
    /// For each file, the literals that no finding depends on, in order.
    free: Vec<Vec<FreeLiteral>>,
    /// Mixed and compared ones that are not what was analysed any more, by file and by place in `free`.
    changed: Changed,
    is_moved: bool,
    begun_coarsely: bool,
}

impl Known {
    /// Of a first version.
    #[must_use]
    pub fn first(script: Script) -> Known {
        Known::solved(script, false)
    }

    fn solved(script: Script, coarsely: bool) -> Known {
        let solved = solve_script(&script, coarsely, &|| false).unwrap_or_default();
        Known::new(script, solved, coarsely)
    }

    /// Of a later version: this one moved if it has the same structure.
    #[must_use]
    pub fn next(&self, script: Script) -> Known {
        match self.moves_to(&script) {
            Some((moves, changed)) => self.moved(script, &moves, changed),
            None => Known::solved(script, self.is_coarse()),
        }
    }

    /// Of a version after `before`, if there is one. `None` if the work was given up because `is_outdated` said that nobody needs it any
    /// more; it is asked now and then, so the answer may still come.
    #[must_use]
    pub fn unless(
        is_outdated: &dyn Fn() -> bool,
        before: Option<&Known>,
        script: Script,
    ) -> Option<Known> {
        if let Some(before) = before
            && let Some((moves, changed)) = before.moves_to(&script)
        {
            return Some(before.moved(script, &moves, changed));
        }
        let coarsely = before.is_some_and(Known::is_coarse);
        let solved = solve_script(&script, coarsely, is_outdated)?;
        Some(Known::new(script, solved, coarsely))
    }

    fn new(
        script: Script,
        (analysis, free): (Analysis, Vec<Vec<FreeLiteral>>),
        begun_coarsely: bool,
    ) -> Known {
        Known {
            script,
            analysis,
            free,
            changed: BTreeSet::new(),
            is_moved: false,
            begun_coarsely,
        }
    }

    /// What is known.
    #[must_use]
    pub fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// Whether it goes by the rung of the version before, and [`Known::first`] may tell more.
    #[must_use]
    pub fn begun_coarsely(&self) -> bool {
        self.begun_coarsely
    }

    /// Whether the next version begins on the coarse rung.
    fn is_coarse(&self) -> bool {
        self.analysis.rung >= Rung::Coarse
    }

    /// Whether it was moved here from an earlier version.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        self.is_moved
    }

    /// For each file, where its tokens have gone, and the mixed and compared literals that are other ones now; `None` if anything
    /// changed that may count.
    fn moves_to(&self, script: &Script) -> Option<(Vec<Moves>, Changed)> {
        let (old, new) = (&self.script, script);
        let paths = |script: &Script| {
            let files = script.files.iter();
            files.map(|file| file.path.clone()).collect::<Vec<_>>()
        };
        if old.kind != new.kind || old.modules != new.modules || paths(old) != paths(new) {
            return None;
        }
        let changed = RefCell::new(self.changed.clone());
        let files = old.files.iter().zip(&new.files).enumerate();
        let moves: Vec<Moves> = files
            .map(|(idx, (old, new))| {
                let is_changed = !old.parse.is_shared_with(&new.parse);
                let free = &self.free[idx];
                let is_annotated = is_changed && has_annotations(&old.text);
                let sameness = Sameness {
                    is_code: &|comment| may_speak(comment, is_annotated),
                    is_free: &|range, old, new| {
                        let start = |literal: &FreeLiteral| literal.range.start();
                        let Ok(at) = free.binary_search_by_key(&range.start(), start) else {
                            return false;
                        };
                        let literal = &free[at];
                        let mut is_back = false;
                        if let Some(compared) = &literal.compared {
                            let Some(number) = number_value(new) else {
                                return false;
                            };
                            is_back = number.to_bits() == compared.number.to_bits();
                            let mut tests = compared.tests.iter();
                            if !tests.all(|test| test.comes_out_alike(number)) {
                                return false;
                            }
                        }
                        if is_back {
                            changed.borrow_mut().remove(&(idx, at));
                        } else if literal.is_mixed || literal.compared.is_some() {
                            changed.borrow_mut().insert((idx, at));
                        }
                        is_plain_text(old) && is_plain_text(new)
                    },
                    exact_lines: is_annotated,
                };
                Moves::between(&old.parse, &new.parse, &sameness)
            })
            .collect::<Option<_>>()?;
        // This message says a line.
        let mut diagnostics = self.analysis.diagnostics.iter();
        let says_line = diagnostics.any(|found| found.code == Code::DuplicateParameter);
        let lines_count = says_line && !moves.iter().all(Moves::is_nothing);
        let changed = changed.into_inner();
        let is_compared = |&&(idx, at): &&(usize, usize)| self.free[idx][at].compared.is_some();
        let are_few =
            changed.len() <= MAX_CHANGED && changed.iter().filter(is_compared).count() <= 1;
        (!lines_count && are_few).then_some((moves, changed))
    }

    fn moved(&self, script: Script, moves: &[Moves], changed: Changed) -> Known {
        let Analysis {
            diagnostics,
            functions,
            kind,
            steps,
            rung,
        } = &self.analysis;
        let free = self.free.iter().zip(moves).map(|(free, moves)| {
            let literals = free.iter().map(|literal| FreeLiteral {
                range: moves.range(literal.range),
                ..literal.clone()
            });
            literals.collect()
        });
        // What the parser says speaks of lines and of what lies around; no comment suppresses it.
        let mut found = rules::syntax_error::check(&script);
        let others = diagnostics.iter();
        let others = others.filter(|found| found.code != Code::SyntaxError);
        found.extend(others.map(|found| moved_diagnostic(found, moves)));
        sort(&mut found);
        Known {
            free: free.collect(),
            changed,
            analysis: Analysis {
                diagnostics: found,
                functions: functions
                    .iter()
                    .map(|function| moved_function(function, moves))
                    .collect(),
                kind: *kind,
                steps: *steps,
                rung: *rung,
            },
            script,
            is_moved: true,
            begun_coarsely: self.begun_coarsely || self.is_coarse(),
        }
    }
}

/// Whether comments of the file speak to the analysis.
fn has_annotations(text: &str) -> bool {
    text.contains("@diagnostic") || text.contains("@thread")
}

/// Whether a comment may speak to the analysis, or, in a file where some do, stand in front of one that does.
fn may_speak(comment: &str, is_annotated: bool) -> bool {
    has_annotations(comment) || is_annotated && comment.starts_with("--[")
}

fn moved_diagnostic(found: &Diagnostic, moves: &[Moves]) -> Diagnostic {
    let place = |(file, range): (FileId, TextRange)| (file, moves[file.idx()].range(range));
    let mut moved = found.clone();
    moved.range = place((found.file, found.range)).1;
    moved.supplied_at = found.supplied_at.map(place);
    for step in &mut moved.chain {
        let Step {
            file,
            range,
            supplied_at,
            ..
        } = step;
        *range = place((*file, *range)).1;
        *supplied_at = supplied_at.map(place);
    }
    moved
}

fn moved_function(function: &FunctionInfo, moves: &[Moves]) -> FunctionInfo {
    let moves = &moves[function.file.idx()];
    FunctionInfo {
        range: moves.range(function.range),
        name_range: moves.range(function.name_range),
        ..function.clone()
    }
}
