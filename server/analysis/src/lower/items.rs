//! Items of counting loops: `jobs[i]` in `jobs[i].kind` becomes a variable of the loop, so that what a test says about one of its
//! fields is known where another one is used.
//!
//! The variable is read at the start of a round, so that neither the list nor the counter may be a local that the loop assigns or declares.

use halion_syntax::ast::{self, AssignStat, AstNode};
use halion_syntax::{PlainNode as Node, PlainToken as Token, TextRange, TreeToken};

use super::{Lowering, Resolved};
use crate::ir::{ExprId, ExprKind, Loop, Var, VarIdx};

/// A counting loop whose body is being read.
pub(super) struct Counter {
    /// What counts.
    var: VarIdx,
    /// Lists by what their name is and how they are written, with the variable that holds the item.
    lists: Vec<(Resolved, String, VarIdx)>,
    items: Vec<(VarIdx, ExprId)>,
    /// Names that are assigned in the loop.
    assigned: Vec<String>,
}

impl Lowering<'_> {
    pub(super) fn counting_loop(
        &mut self,
        names: &[Token<'_>],
        block: Option<ast::Block<Node<'_>>>,
    ) -> (Vec<VarIdx>, Loop) {
        let var = VarIdx(self.next_var());
        self.scope().counters.push(Counter {
            var,
            lists: Vec::new(),
            items: Vec::new(),
            assigned: block.as_ref().map(assigned).unwrap_or_default(),
        });
        let (vars, mut body) = self.loop_body(names, block);
        if let Some(counter) = self.scope().counters.pop() {
            self.scope().items.extend(&counter.items);
            body.items = counter.items;
        }
        (vars, body)
    }

    /// What a field or a method is looked for in.
    pub(super) fn record(&mut self, expr: Option<ast::Expr<Node<'_>>>, range: TextRange) -> ExprId {
        let Some(item) = expr.as_ref().and_then(|expr| self.item(expr)) else {
            return self.optional(expr, range);
        };
        let (counter, list, name) = item;
        let known = &self.scope().counters[counter].lists;
        let known = known
            .iter()
            .find(|known| (known.0, &known.1) == (list, &name));
        let var = match known {
            Some(known) => known.2,
            None => {
                let value = self.optional(expr.clone(), range);
                let var = VarIdx(self.next_var());
                let scope = self.scope();
                scope.vars.push(Var {
                    captured: false,
                    assigned_inside: false,
                });
                let counter = &mut scope.counters[counter];
                counter.lists.push((list, name, var));
                counter.items.push((var, value));
                var
            }
        };
        let range = expr.map_or(range, |expr| expr.text_range());
        self.add(ExprKind::Local(var), range)
    }

    /// The item is replaced: what it was is no longer known.
    pub(super) fn forget_item(&mut self, target: &ast::Expr<Node<'_>>) {
        if let Some((counter, list, name)) = self.item(target) {
            let lists = &mut self.scope().counters[counter].lists;
            lists.retain(|known| (known.0, &known.1) != (list, &name));
        }
    }

    /// For `jobs[i]` with `i` counted by a loop of this function: the loop, and what `jobs` is.
    fn item(&mut self, expr: &ast::Expr<Node<'_>>) -> Option<(usize, Resolved, String)> {
        let ast::Expr::Index(index) = expr else {
            return None;
        };
        if self.scope().counters.is_empty() {
            return None;
        }
        let Some(ast::Expr::Name(key)) = index.index() else {
            return None;
        };
        let key_name = key.name()?;
        let key = self.program.names.id(key_name.text());
        let Resolved::Local(key) = self.resolve(key, false) else {
            return None;
        };
        let counters = &self.scope().counters;
        let counter = counters.iter().rposition(|counter| counter.var == key)?;
        let (list, name) = self.list_name(&index.base()?)?;
        let is_declared_inside = matches!(list, Resolved::Local(var) if var >= key);
        let root = name.split('.').next().unwrap_or_default();
        let assigned = &self.scope().counters[counter].assigned;
        let is_assigned = assigned
            .iter()
            .any(|name| name == root || name == key_name.text());
        (!is_declared_inside && !is_assigned).then_some((counter, list, name))
    }

    /// `jobs` or `self.jobs`.
    fn list_name(&mut self, expr: &ast::Expr<Node<'_>>) -> Option<(Resolved, String)> {
        match expr {
            ast::Expr::Name(name) => {
                let token = name.name()?;
                let name = self.program.names.id(token.text());
                Some((self.resolve(name, false), token.text().to_owned()))
            }
            ast::Expr::Index(index) => {
                let (root, path) = self.list_name(&index.base()?)?;
                Some((root, format!("{path}.{}", index.name()?.text())))
            }
            _ => None,
        }
    }
}

/// The names that statements in a block give another value.
fn assigned(block: &ast::Block<Node<'_>>) -> Vec<String> {
    let statements = (block.syntax().descendants()).filter_map(AssignStat::cast);
    let targets = statements.flat_map(|statement| statement.targets());
    let names = targets.filter_map(|target| match target {
        ast::Expr::Name(name) => Some(name.name()?.text().to_owned()),
        _ => None,
    });
    names.collect()
}
