//! Lowering statements.

use halion_syntax::ast::{self, AstNode};
use halion_syntax::{PlainNode as Node, PlainToken as Token, TextRange, TreeToken};

use super::{Header, Lowering};
use crate::ir::{Block, ExprId, ExprKind, Loop, Stat, VarIdx};

impl Lowering<'_> {
    /// A block with a scope of its own.
    pub(super) fn block(&mut self, block: Option<ast::Block<Node<'_>>>) -> Block {
        let visible = self.scope().visible.len();
        let block = self.open_block(block);
        self.scope().visible.truncate(visible);
        block
    }

    /// A block whose locals stay in scope behind it: the body of `repeat`.
    fn open_block(&mut self, block: Option<ast::Block<Node<'_>>>) -> Block {
        let mut stats = Vec::new();
        let n_labels = self.scope().labels.len();
        for stat in block.iter().flat_map(|block| block.statements()) {
            self.scope().n_stats += 1;
            self.stat(&stat, &mut stats);
        }
        self.scope().labels.truncate(n_labels);
        // Most blocks hold one statement, and a growing list begins with room for four.
        stats.shrink_to_fit();
        Block(stats)
    }

    fn stat(&mut self, stat: &ast::Stat<Node<'_>>, out: &mut Vec<Stat>) {
        match stat {
            ast::Stat::Local(stat) => {
                let names: Vec<Token<'_>> = stat.names().collect();
                let mut exprs = Vec::new();
                for (position, value) in stat.values().enumerate() {
                    let name = |name: &Token<'_>| (name.text().to_owned(), name.text_range());
                    exprs.push(self.named_expr(&value, || names.get(position).map(name)));
                }
                let vars = names.iter().map(|name| self.declare(name)).collect();
                out.push(Stat::Local(vars, exprs));
            }
            ast::Stat::Assign(stat) => self.assign(stat, out),
            ast::Stat::Call(stat) => {
                if let Some(expr) = stat.expr() {
                    let expr = self.expr(&expr);
                    out.push(Stat::Call(expr));
                }
            }
            ast::Stat::Do(stat) => {
                let block = self.block(stat.block());
                out.push(Stat::Do(block));
            }
            ast::Stat::While(stat) => {
                let cond = self.condition(stat.condition(), stat.text_range());
                let body = self.loop_body(&[], stat.block()).1;
                out.push(Stat::While(cond, body));
            }
            ast::Stat::Repeat(stat) => self.repeat(stat, out),
            ast::Stat::If(stat) => self.branches(stat, out),
            ast::Stat::NumericFor(stat) => {
                let bounds = [stat.start(), stat.limit(), stat.step()];
                let bounds = bounds
                    .iter()
                    .flatten()
                    .map(|bound| self.expr(bound))
                    .collect();
                let names: Vec<Token<'_>> = stat.name().into_iter().collect();
                let (vars, body) = self.counting_loop(&names, stat.block());
                match vars.first() {
                    Some(&var) => out.push(Stat::NumericFor(var, bounds, body)),
                    None => out.push(Stat::Do(body.body)),
                }
            }
            ast::Stat::GenericFor(stat) => {
                let exprs: Vec<ExprId> = stat.values().map(|value| self.expr(&value)).collect();
                let names: Vec<Token<'_>> = stat.names().collect();
                let site = self.add(
                    ExprKind::Unknown,
                    exprs
                        .first()
                        .map_or(stat.text_range(), |&expr| self.program.expr(expr).range),
                );
                let (vars, body) = self.loop_body(&names, stat.block());
                out.push(Stat::GenericFor(vars, exprs, site, body));
            }
            ast::Stat::Function(stat) => self.function_stat(stat, out),
            ast::Stat::LocalFunction(stat) => {
                let Some(name) = stat.name() else { return };
                let var = self.declare(&name);
                let header = Header {
                    range: stat.text_range(),
                    keyword: name.text_range(),
                    name: name.text().to_owned(),
                    name_range: name.text_range(),
                    is_declared: true,
                };
                let fun = self.function(header, false, stat.params(), stat.block());
                self.scope().allocates = true;
                let expr = self.add(ExprKind::Fun(fun), name.text_range());
                out.push(Stat::LocalFunction(var, expr));
            }
            ast::Stat::Return(stat) => {
                let exprs = stat.values().map(|value| self.expr(&value)).collect();
                out.push(Stat::Return(exprs));
            }
            ast::Stat::Break(_) => {
                if self.scope().loops > 0 {
                    out.push(Stat::Break);
                }
            }
            ast::Stat::Goto(stat) => {
                let Some(label) = stat.label() else { return };
                let label = self.program.names.id(label.text());
                let scope = self.scope();
                scope.has_goto = true;
                scope.jumps_back |= scope.labels.contains(&label);
                let range = stat.text_range();
                out.push(Stat::Goto(label, range));
            }
            ast::Stat::Label(stat) => {
                let Some(label) = stat.name() else { return };
                let label = self.program.names.id(label.text());
                self.scope().labels.push(label);
                out.push(Stat::Label(label));
            }
            ast::Stat::Empty(_) => {}
        }
    }

    fn condition(&mut self, condition: Option<ast::Expr<Node<'_>>>, range: TextRange) -> ExprId {
        match condition {
            Some(condition) => self.expr(&condition),
            None => self.add(ExprKind::Unknown, range),
        }
    }

    fn assign(&mut self, stat: &ast::AssignStat<Node<'_>>, out: &mut Vec<Stat>) {
        let targets: Vec<ast::Expr<Node<'_>>> = stat.targets().collect();
        let mut exprs = Vec::new();
        for (position, value) in stat.values().enumerate() {
            let name = || targets.get(position).and_then(target_name);
            exprs.push(self.named_expr(&value, name));
        }
        let targets = targets.iter().map(|target| self.target(target)).collect();
        out.push(Stat::Assign(targets, exprs));
    }

    fn target(&mut self, target: &ast::Expr<Node<'_>>) -> ExprId {
        if let ast::Expr::Name(name) = target
            && let Some(token) = name.name()
        {
            return self.name(token.text(), token.text_range(), true);
        }
        self.forget_item(target);
        self.expr(target)
    }

    fn repeat(&mut self, stat: &ast::RepeatStat<Node<'_>>, out: &mut Vec<Stat>) {
        let visible = self.scope().visible.len();
        let first_var = self.next_var();
        let allocated = std::mem::take(&mut self.scope().allocates);
        self.scope().loops += 1;
        let body = self.open_block(stat.block());
        self.scope().loops -= 1;
        let allocates = self.scope().allocates;
        self.scope().allocates |= allocated;
        let cond = self.condition(stat.condition(), stat.text_range());
        self.scope().visible.truncate(visible);
        out.push(Stat::Repeat(
            Loop {
                body,
                first_var,
                items: Vec::new(),
                allocates,
            },
            cond,
        ));
    }

    fn branches(&mut self, stat: &ast::IfStat<Node<'_>>, out: &mut Vec<Stat>) {
        let cond = self.condition(stat.condition(), stat.text_range());
        let mut arms = vec![(cond, self.block(stat.block()))];
        for clause in stat.else_if_clauses() {
            let cond = self.condition(clause.condition(), clause.text_range());
            arms.push((cond, self.block(clause.block())));
        }
        let otherwise = stat.else_clause().map(|clause| self.block(clause.block()));
        out.push(Stat::If(arms, otherwise));
    }

    pub(super) fn next_var(&mut self) -> u32 {
        u32::try_from(self.scope().vars.len()).expect("fewer than 2^32 variables")
    }

    pub(super) fn loop_body(
        &mut self,
        names: &[Token<'_>],
        block: Option<ast::Block<Node<'_>>>,
    ) -> (Vec<VarIdx>, Loop) {
        let visible = self.scope().visible.len();
        let first_var = self.next_var();
        let vars = names.iter().map(|name| self.declare(name)).collect();
        let allocated = std::mem::take(&mut self.scope().allocates);
        self.scope().loops += 1;
        let body = self.block(block);
        self.scope().loops -= 1;
        let allocates = self.scope().allocates;
        self.scope().allocates |= allocated;
        self.scope().visible.truncate(visible);
        (
            vars,
            Loop {
                body,
                first_var,
                items: Vec::new(),
                allocates,
            },
        )
    }

    fn function_stat(&mut self, stat: &ast::FunctionStat<Node<'_>>, out: &mut Vec<Stat>) {
        let Some(name) = stat.name() else {
            // A function without a name is half-typed; its body is still read.
            let header = Header {
                range: stat.text_range(),
                keyword: stat.text_range(),
                name: "<anonymous>".to_owned(),
                name_range: stat.text_range(),
                is_declared: false,
            };
            self.function(header, false, stat.params(), stat.block());
            return;
        };
        let segments: Vec<Token<'_>> = name.segments().collect();
        let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
            return;
        };
        let header = Header {
            range: stat.text_range(),
            keyword: last.text_range(),
            name: name.path(),
            name_range: last.text_range(),
            is_declared: true,
        };
        let fun = self.function(header, name.method().is_some(), stat.params(), stat.block());
        self.scope().allocates = true;
        let value = self.add(ExprKind::Fun(fun), last.text_range());
        let mut target = self.name(first.text(), first.text_range(), segments.len() == 1);
        for segment in &segments[1..] {
            let key = self.program.names.id(segment.text());
            let key = self.add(ExprKind::Str(key), segment.text_range());
            let kind = ExprKind::Index {
                base: target,
                key,
                name_range: Some(segment.text_range()),
            };
            target = self.add(kind, first.text_range().cover(segment.text_range()));
        }
        out.push(Stat::Assign(vec![target], vec![value]));
    }
}

/// What a function assigned here is called, and where that stands; none for a computed key.
fn target_name(target: &ast::Expr<Node<'_>>) -> Option<(String, TextRange)> {
    match target {
        ast::Expr::Name(name) => name
            .name()
            .map(|token| (token.text().to_owned(), token.text_range())),
        ast::Expr::Index(index) => {
            let (base, _) = target_name(&index.base()?)?;
            let (key, range) = match index.name() {
                Some(token) => (token.text().to_owned(), token.text_range()),
                None => string_key(&index.index()?)?,
            };
            Some((format!("{base}.{key}"), range))
        }
        _ => None,
    }
}

/// The name that a constant string key is.
pub(super) fn string_key(key: &ast::Expr<Node<'_>>) -> Option<(String, TextRange)> {
    let ast::Expr::Literal(literal) = key else {
        return None;
    };
    let text = String::from_utf8(literal.string_value()?).ok()?;
    Some((text, key.text_range()))
}
