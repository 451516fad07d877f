//! Locals, labels and limits, counted while parsing as `lparser.c` does. Invariant: names are compared by text only, never resolved.

use rustc_hash::FxHashMap;

/// `MAXVARS` of Lua 5.2: locals that are active at one place of a function, the hidden ones of `for` included.
pub(crate) const MAX_LOCALS: usize = 200;
/// Locals of a function in all, pending `goto`s, visible labels (`SHRT_MAX`).
pub(crate) const MAX_ENTRIES: usize = 32767;
/// Upvalues of a function, `_ENV` included.
pub(super) const MAX_UPVALUES: usize = 255;

/// What is open around the current token, innermost last.
#[derive(Default)]
pub(super) struct Scopes<'t> {
    functions: Vec<FunctionScope>,
    blocks: Vec<BlockScope<'t>>,
    /// Declared locals of all open functions, active or not yet.
    locals: Vec<&'t str>,
    n_gotos: usize,
    n_labels: usize,
    most_locals: usize,
    most_entries: usize,
}

struct FunctionScope {
    first_local: usize,
    first_block: usize,
    n_active: usize,
    n_declared: usize,
    is_vararg: bool,
    is_full: bool,
}

#[derive(Default)]
struct BlockScope<'t> {
    /// Active locals of the function when the block began.
    n_active: usize,
    is_loop: bool,
    n_breaks: usize,
    labels: FxHashMap<&'t str, Label>,
    gotos: FxHashMap<&'t str, Vec<Goto>>,
}

struct Label {
    token: usize,
    n_active: usize,
}

/// A `goto` that waits for its label.
#[derive(Clone, Copy)]
pub(super) struct Goto {
    /// Index of the label's name in the `goto`.
    pub(super) token: usize,
    n_active: usize,
}

/// A limit that is passed.
pub(super) struct Full(pub(super) &'static str);

impl<'t> Scopes<'t> {
    /// Whether a function that opens here sees enough outer locals to pass the limit of upvalues.
    pub(super) fn sees_many_locals(&self) -> bool {
        self.locals.len() >= MAX_UPVALUES
    }

    /// Locals that are declared here, those of outer functions included.
    pub(super) fn n_locals(&self) -> usize {
        self.locals.len()
    }

    /// The most that were declared at one place.
    pub(super) fn most_locals(&self) -> usize {
        self.most_locals
    }

    /// The most entries of a list that Lua bounds at [`MAX_ENTRIES`].
    pub(super) fn most_entries(&self) -> usize {
        self.most_entries
    }

    pub(super) fn open_function(&mut self, is_vararg: bool) {
        self.functions.push(FunctionScope {
            first_local: self.locals.len(),
            first_block: self.blocks.len(),
            n_active: 0,
            n_declared: 0,
            is_vararg,
            is_full: false,
        });
        self.open_block(false);
    }

    /// Closes the function; the `goto`s that found no label, in the order of the text.
    pub(super) fn close_function(&mut self) -> Vec<(&'t str, Goto)> {
        let mut lost = Vec::new();
        while self
            .functions
            .last()
            .is_some_and(|function| self.blocks.len() > function.first_block + 1)
        {
            self.close_block();
        }
        if let Some(block) = self.blocks.pop() {
            self.n_labels -= block.labels.len();
            lost = block
                .gotos
                .into_iter()
                .flat_map(|(name, gotos)| gotos.into_iter().map(move |goto| (name, goto)))
                .collect();
            self.n_gotos -= lost.len();
            lost.sort_by_key(|(_, goto)| goto.token);
        }
        if let Some(function) = self.functions.pop() {
            self.locals.truncate(function.first_local);
        }
        lost
    }

    pub(super) fn set_vararg(&mut self) {
        if let Some(function) = self.functions.last_mut() {
            function.is_vararg = true;
        }
    }

    pub(super) fn is_vararg(&self) -> bool {
        self.functions
            .last()
            .is_some_and(|function| function.is_vararg)
    }

    /// A local that is not visible yet.
    pub(super) fn declare(&mut self, name: &'t str) -> Result<(), Full> {
        self.locals.push(name);
        let Some(function) = self.functions.last_mut() else {
            return Ok(());
        };
        function.n_declared += 1;
        self.most_locals = self.most_locals.max(self.locals.len());
        self.most_entries = self.most_entries.max(function.n_declared);
        let is_over = self.locals.len() - function.first_local > MAX_LOCALS;
        if (is_over || function.n_declared > MAX_ENTRIES) && !function.is_full {
            function.is_full = true;
            return Err(Full(if is_over {
                "more than 200 local variables in one function: put some into a table or into `do ... end`"
            } else {
                "more than 32767 local variables in one function: split the function"
            }));
        }
        Ok(())
    }

    /// Makes all declared locals visible.
    pub(super) fn activate(&mut self) {
        if let Some(function) = self.functions.last_mut() {
            function.n_active = self.locals.len() - function.first_local;
        }
    }

    /// Makes the next `n_locals` declared ones visible.
    pub(super) fn activate_some(&mut self, n_locals: usize) {
        if let Some(function) = self.functions.last_mut() {
            function.n_active =
                (function.n_active + n_locals).min(self.locals.len() - function.first_local);
        }
    }

    pub(super) fn open_block(&mut self, is_loop: bool) {
        let n_active = self.n_active();
        self.blocks.push(BlockScope {
            n_active,
            is_loop,
            ..BlockScope::default()
        });
    }

    pub(super) fn close_block(&mut self) {
        let Some(block) = self.blocks.pop() else {
            return;
        };
        self.n_labels -= block.labels.len();
        if let Some(function) = self.functions.last_mut() {
            function.n_active = block.n_active;
            self.locals.truncate(function.first_local + block.n_active);
        }
        let Some(outer) = self.blocks.last_mut() else {
            return;
        };
        match block.is_loop {
            true => self.n_gotos -= block.n_breaks,
            false => outer.n_breaks += block.n_breaks,
        }
        for (name, mut gotos) in block.gotos {
            if outer.labels.contains_key(name) {
                self.n_gotos -= gotos.len();
                continue;
            }
            for goto in &mut gotos {
                goto.n_active = goto.n_active.min(block.n_active);
            }
            outer.gotos.entry(name).or_default().append(&mut gotos);
        }
    }

    /// A `break`. `false` outside of a loop.
    pub(super) fn add_break(&mut self) -> Result<bool, Full> {
        let first = self
            .functions
            .last()
            .map_or(0, |function| function.first_block);
        let is_inside = self.blocks[first..].iter().any(|block| block.is_loop);
        match self.blocks.last_mut() {
            Some(block) if is_inside => block.n_breaks += 1,
            _ => return Ok(false),
        }
        self.count_goto().map(|()| true)
    }

    pub(super) fn add_goto(&mut self, name: &'t str, token: usize) -> Result<(), Full> {
        let n_active = self.n_active();
        let Some(block) = self.blocks.last_mut() else {
            return Ok(());
        };
        if !block.labels.contains_key(name) {
            block
                .gotos
                .entry(name)
                .or_default()
                .push(Goto { token, n_active });
            return self.count_goto();
        }
        Ok(())
    }

    fn count_goto(&mut self) -> Result<(), Full> {
        self.n_gotos += 1;
        self.most_entries = self.most_entries.max(self.n_gotos);
        match self.n_gotos == MAX_ENTRIES + 1 {
            true => Err(Full(
                "more than 32767 `goto` and `break` that wait for their label",
            )),
            false => Ok(()),
        }
    }

    /// A label; if the block has it already, the token of the first one.
    pub(super) fn add_label(&mut self, name: &'t str, token: usize) -> Option<usize> {
        let n_active = self.n_active();
        let block = self.blocks.last_mut()?;
        if let Some(first) = block.labels.get(name) {
            return Some(first.token);
        }
        block.labels.insert(name, Label { token, n_active });
        self.n_labels += 1;
        None
    }

    /// Whether there are more labels than Lua keeps.
    pub(super) fn has_too_many_labels(&self) -> bool {
        self.n_labels > MAX_ENTRIES
    }

    /// Ties the waiting `goto`s of the block to the label; returns those that would jump into the scope of a local, with its name.
    /// A label that only void statements follow counts as outside of the block's locals.
    pub(super) fn resolve_label(&mut self, name: &'t str, is_last: bool) -> Vec<(Goto, &'t str)> {
        let first_local = self
            .functions
            .last()
            .map_or(0, |function| function.first_local);
        let Some(block) = self.blocks.last_mut() else {
            return Vec::new();
        };
        let Some(label) = block.labels.get_mut(name) else {
            return Vec::new();
        };
        if is_last {
            label.n_active = block.n_active;
        }
        let gotos = block.gotos.remove(name).unwrap_or_default();
        self.n_gotos -= gotos.len();
        let is_wrong = |goto: &Goto| goto.n_active < label.n_active;
        let local = |goto: &Goto| {
            self.locals
                .get(first_local + goto.n_active)
                .copied()
                .unwrap_or_default()
        };
        gotos
            .iter()
            .filter(|goto| is_wrong(goto))
            .map(|goto| (*goto, local(goto)))
            .collect()
    }

    fn n_active(&self) -> usize {
        self.functions
            .last()
            .map_or(0, |function| function.n_active)
    }
}
