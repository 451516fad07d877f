//! Which constants anything has looked at (THREAD-ANALYSIS 2.9): another number in place of one that was only passed on and computed
//! with changes nothing that is known.
//!
//! A literal that is evaluated is a value of its own, *sealed*; so is what arithmetic makes of sealed values. Both are equal to the plain
//! constant in everything but their number. Whoever asks which constant it is opens the seal, and that of everything it was made of
//! (*parents*). Equal constants that meet in a set become the plain one, whose parents they are from then on, so that a set has the
//! elements it would have without seals.
//!
//! Of a literal whose seal is closed in the end, no decision depends on its value but the comparisons that are noted of it ([`Test`]). It
//! can still depend on how many different constants there were beside it in a set, if it ever was in one with others (*mixed*). What
//! makes sets larger or smaller than a limit, or single, opens seals too; [`MAX_CHANGED`] mixed literals may be other ones before any
//! limit can be reached.

use std::cell::{Cell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::ir::ExprId;
use crate::value::ValueId;

/// How many mixed literals may be other ones than those that were analysed.
pub(crate) const MAX_CHANGED: usize = 8;
/// Values made of one literal with its seal closed.
const MAX_MADE: u8 = 3;
/// A set with more elements than this has its constants opened. With [`MAX_CHANGED`] others, and what is made of them, a smaller one still
/// has room for all of them.
pub(crate) const MAX_SEALED: usize =
    super::value::MAX_CONSTANTS - MAX_CHANGED * (MAX_MADE as usize + 1);

/// Comparisons that are noted of one literal; past them it is opened.
const MAX_TESTS: usize = 16;

/// What two numbers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    LessOrEqual,
    Equal,
    /// The right one stays what it is when the left one is added.
    AddsNothing,
    /// The same, subtracted.
    TakesNothing,
}

impl Relation {
    /// Whether it holds.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Relation::Less => left < right,
            Relation::LessOrEqual => left <= right,
            Relation::Equal => left == right,
            Relation::AddsNothing => right + left == right,
            Relation::TakesNothing => right - left == right,
        }
    }
}

/// A comparison of a literal with another number, and how it came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Test {
    relation: Relation,
    is_left: bool,
    other: f64,
    holds: bool,
}

impl Test {
    /// Whether another number in place of the literal makes no difference.
    pub fn comes_out_alike(&self, number: f64) -> bool {
        let holds = match self.is_left {
            true => self.relation.holds(number, self.other),
            false => self.relation.holds(self.other, number),
        };
        holds == self.holds
    }
}

/// What is known of a literal in the end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seal {
    /// Nothing has looked at it.
    Closed {
        /// It was in a set with other constants.
        mixed: bool,
        /// It was compared.
        tests: Vec<Test>,
    },
    /// Something may depend on it.
    Open,
}

/// Of one value.
#[derive(Default)]
struct Origin {
    /// Whether it is a value of its own beside the plain constant.
    is_sealed: bool,
    is_mixed: Cell<bool>,
    /// Whether its plain constant has it among its parents.
    is_joined: bool,
    /// Values made of it.
    n_made: Cell<u8>,
    parents: SmallVec<[ValueId; 2]>,
    /// What it was made of, open or not.
    operands: Option<[ValueId; 2]>,
}

/// Of all values, by their numbers.
#[derive(Default)]
pub(crate) struct Origins {
    origins: Vec<Origin>,
    /// Whether something has looked at it; beside the others, because it is asked all the time.
    is_open: Vec<Cell<bool>>,
    literals: FxHashMap<ExprId, ValueId>,
    /// Literals that a rule has looked at, where they stand.
    read: RefCell<FxHashSet<ExprId>>,
    /// Comparisons of literals that are closed.
    tests: RefCell<FxHashMap<ValueId, Vec<Test>>>,
    made: FxHashMap<(ExprId, [ValueId; 2]), ValueId>,
}

impl Origins {
    /// The next value is a plain one.
    pub fn push_plain(&mut self) {
        self.origins.push(Origin::default());
        self.is_open.push(Cell::new(false));
    }

    fn push_sealed(&mut self, parents: SmallVec<[ValueId; 2]>, operands: Option<[ValueId; 2]>) {
        self.origins.push(Origin {
            is_sealed: true,
            parents,
            operands,
            ..Origin::default()
        });
        self.is_open.push(Cell::new(false));
    }

    fn at(&self, id: ValueId) -> &Origin {
        &self.origins[id.idx()]
    }

    /// Whether it is a value of its own.
    pub fn is_sealed(&self, id: ValueId) -> bool {
        self.at(id).is_sealed
    }

    /// Whether something has looked at it.
    pub fn is_open(&self, id: ValueId) -> bool {
        self.is_open[id.idx()].get()
    }

    /// Something looks at it.
    #[inline]
    pub fn open(&self, id: ValueId) {
        if !self.is_open[id.idx()].replace(true) {
            self.open_parents(id);
        }
    }

    #[cold]
    fn open_parents(&self, id: ValueId) {
        for &parent in &self.at(id).parents {
            self.open(parent);
        }
    }

    /// Whether a relation holds between two numbers. Literals stay sealed, and it is noted of them how it came out.
    pub fn compare(
        &self,
        relation: Relation,
        (left, left_number): (ValueId, f64),
        (right, right_number): (ValueId, f64),
    ) -> bool {
        let holds = relation.holds(left_number, right_number);
        if left != right {
            let test = |is_left, other| Test {
                relation,
                is_left,
                other,
                holds,
            };
            self.note(left, test(true, right_number));
            self.note(right, test(false, left_number));
        } else if !self.is_literal(left) {
            // A literal is what it is, compared with itself. What is made of one may be no number, and equal ones may become different.
            self.open(left);
        }
        holds
    }

    /// Something goes by two numbers being different ones. If that is all it says of the literals behind them, they stay sealed.
    pub fn differ(
        &self,
        (one, number): (ValueId, f64),
        (other, other_number): (ValueId, f64),
        number_of: impl Fn(ValueId) -> Option<f64>,
    ) {
        if self.is_plain_or_literal(one) && self.is_plain_or_literal(other) {
            self.compare(Relation::Equal, (one, number), (other, other_number));
            return;
        }
        // A number and what a counter makes of it.
        for ((from, number), made, result) in [
            ((one, number), other, other_number),
            ((other, other_number), one, number),
        ] {
            let step = match self.at(made).operands {
                Some([first, second]) if first == from => second,
                _ => continue,
            };
            let Some(step_number) = number_of(step).filter(|_| step != from) else {
                continue;
            };
            let relation = match result {
                _ if number + step_number == result => Relation::AddsNothing,
                _ if number - step_number == result => Relation::TakesNothing,
                _ => continue,
            };
            if self.is_plain_or_literal(from) && self.is_plain_or_literal(step) {
                self.compare(relation, (step, step_number), (from, number));
                return;
            }
        }
        self.open(one);
        self.open(other);
    }

    /// Whether it is a literal, or a number that no literal stands behind.
    fn is_plain_or_literal(&self, id: ValueId) -> bool {
        self.at(id).parents.is_empty() && self.at(id).operands.is_none()
    }

    fn is_literal(&self, id: ValueId) -> bool {
        self.is_sealed(id) && self.at(id).parents.is_empty()
    }

    fn note(&self, id: ValueId, test: Test) {
        if self.is_open(id) || !self.is_literal(id) {
            self.open(id);
            return;
        }
        let mut tests = self.tests.borrow_mut();
        let tests = tests.entry(id).or_default();
        if !tests.contains(&test) {
            tests.push(test);
        }
        if tests.len() > MAX_TESTS {
            self.open(id);
        }
    }

    /// It is in a set with another constant.
    pub fn mix(&self, id: ValueId) {
        let origin = self.at(id);
        if !origin.is_mixed.replace(true) {
            for &parent in &origin.parents {
                self.mix(parent);
            }
        }
    }

    /// A plain constant stands for an equal one from now on.
    pub fn join(&mut self, plain: ValueId, equal: ValueId) {
        // A value has one plain constant, which may have very many parents.
        let is_known = std::mem::replace(&mut self.origins[equal.idx()].is_joined, true);
        if !is_known {
            self.origins[plain.idx()].parents.push(equal);
        }
        if self.is_open(plain) {
            self.open(equal);
        }
        self.mix(equal);
    }

    /// The value of a literal.
    pub fn literal(&self, expr: ExprId) -> Option<ValueId> {
        self.literals.get(&expr).copied()
    }

    /// The next value is that of a literal.
    pub fn push_literal(&mut self, expr: ExprId, id: ValueId) {
        self.push_sealed(SmallVec::new(), None);
        self.literals.insert(expr, id);
    }

    /// The value that an operation makes of its operands.
    pub fn made(&self, expr: ExprId, operands: [ValueId; 2]) -> Option<ValueId> {
        self.made.get(&(expr, operands)).copied()
    }

    /// The next value is made of these.
    pub fn push_made(&mut self, expr: ExprId, operands: [ValueId; 2], id: ValueId) {
        let mut parents: SmallVec<[ValueId; 2]> = SmallVec::from_slice(&operands);
        parents.retain(|operand| self.is_sealed(*operand) && !self.is_open(*operand));
        parents.dedup();
        for &parent in &parents {
            self.count_made(parent);
        }
        self.push_sealed(parents, Some(operands));
        self.made.insert((expr, operands), id);
    }

    fn count_made(&self, id: ValueId) {
        let origin = self.at(id);
        origin.n_made.set(origin.n_made.get().saturating_add(1));
        for &parent in &origin.parents {
            self.count_made(parent);
        }
        if origin.n_made.get() > MAX_MADE {
            self.open(id);
        }
    }

    /// What is known of a literal; closed if it was never evaluated.
    pub fn seal(&self, expr: ExprId) -> Seal {
        if self.read.borrow().contains(&expr) {
            return Seal::Open;
        }
        let Some(id) = self.literal(expr) else {
            return Seal::Closed {
                mixed: false,
                tests: Vec::new(),
            };
        };
        match self.is_open(id) {
            true => Seal::Open,
            false => Seal::Closed {
                mixed: self.at(id).is_mixed.get(),
                tests: self.tests.borrow().get(&id).cloned().unwrap_or_default(),
            },
        }
    }

    /// A rule looks at a literal.
    pub fn open_literal(&self, expr: ExprId) {
        self.read.borrow_mut().insert(expr);
    }
}
