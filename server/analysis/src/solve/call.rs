//! Calls: finding what is called, passing arguments, collecting results.

use halion_api::api;
use smallvec::SmallVec;

use super::Solver;
use super::frame::Frame;
use super::given::Arms;
use crate::diagnostic::Why;
use crate::instance::{BuiltinCall, Edge, How};
use crate::ir::{ExprId, Name};
use crate::value::{ClassId, Elem, Multi, SetId, Traits, Value};

/// Up to so many functions each is called by itself where functions are not told apart well.
const MAX_CHOICE: usize = 16;

impl Solver<'_> {
    /// `callee(args)`.
    pub(super) fn call(
        &mut self,
        frame: &mut Frame,
        site: ExprId,
        callee: ExprId,
        args: &[ExprId],
    ) -> Option<Multi> {
        let callees = self.expr(frame, callee);
        if callees.is_empty() {
            return None;
        }
        let args = self.list(frame, args)?;
        let how = self.how(frame, site, callee);
        self.invoke(frame, &how, callees, &args)
    }

    /// `receiver:name(args)`: each possible receiver runs its own method on itself.
    pub(super) fn method_call(
        &mut self,
        frame: &mut Frame,
        site: ExprId,
        receiver: ExprId,
        name: Name,
        args: &[ExprId],
    ) -> Option<Multi> {
        let receivers = self.expr(frame, receiver);
        if receivers.is_empty() {
            return None;
        }
        let moment = self.moment(frame);
        let args = self.list(frame, args)?;
        // What the method is, was asked before the arguments.
        self.perhaps(frame, moment);
        let how = self.how(frame, site, site);
        let mut results: Option<Multi> = None;
        let mut called = false;
        let receivers = self.bases(receivers);
        let is_one = receivers.len() == 1;
        for (value, unsure) in receivers {
            let moment = self.moment(frame);
            let own = self.values.one(value);
            let methods = self.member(frame, &how, value, name);
            if methods.is_empty() {
                continue;
            }
            called = true;
            let mut with_self = Multi {
                rest: args.rest,
                ..Multi::default()
            };
            with_self.items.push(own);
            with_self.items.extend(args.items.iter().copied());
            with_self.exprs.push(None);
            with_self.exprs.extend(args.exprs.iter().copied());
            let mut how = how.clone();
            how.unsure |= unsure;
            let found = self.invoke(frame, &how, methods, &with_self);
            self.merge_results(&mut results, found);
            if !is_one {
                self.perhaps(frame, moment);
            }
        }
        if called {
            results
        } else {
            self.escape(&args);
            Some(self.unknown_results())
        }
    }

    /// What `value:name` is; empty if nothing can be called there.
    fn member(&mut self, frame: &mut Frame, how: &How, value: Value, name: Name) -> SetId {
        let key = self.values.one(Value::Str(name));
        match value {
            Value::Table(_) => {
                let base = self.values.one(value);
                self.read_index(frame, how, base, key)
            }
            Value::Host(class) => self.host_method(class, name),
            Value::Str(_) | Value::Text | Value::Truthy => {
                let found = self.string_member(frame, how, key);
                if self.values.has_function(found) || matches!(value, Value::Str(_)) {
                    found
                } else {
                    self.sets.unknown
                }
            }
            Value::Unknown => {
                // It may be a text, too, and the script may have given texts a method of this name.
                let found = self.string_member(frame, how, key);
                let own = self
                    .values
                    .filter(found, |value| matches!(value, Value::Fun(..)));
                let own = self.values.unsure(own);
                let set = self.methods_of_any_class(name);
                self.values.union(set, own)
            }
            _ => SetId::EMPTY,
        }
    }

    pub(super) fn merge_results(&mut self, results: &mut Option<Multi>, more: Option<Multi>) {
        match (results.as_mut(), more) {
            (Some(known), Some(more)) => known.merge(&more, &mut self.values),
            (None, Some(more)) => *results = Some(more),
            (_, None) => {}
        }
    }

    pub(super) fn unknown_results(&self) -> Multi {
        Multi {
            items: smallvec::smallvec![self.sets.unknown],
            rest: self.sets.unknown,
            ..Multi::default()
        }
    }

    /// Calls every function of a set; `None` if none of them returns.
    pub(super) fn invoke(
        &mut self,
        frame: &mut Frame,
        how: &How,
        callees: SetId,
        args: &Multi,
    ) -> Option<Multi> {
        let mut results: Option<Multi> = None;
        let set = callees;
        let functions = self.values.has_function(callees);
        let in_order = self.is_call_in_order(frame, how, callees);
        let callees: SmallVec<[Elem; 4]> = self.values.elems(callees).into();
        let has_choice = self.is_coarse() && self.values.has(set, Traits::CHOICE);
        // Which of the callers called with which of them, is not told apart.
        let is_shared = self.insts[frame.inst.idx()].is_shared;
        let is_unsure = has_choice || is_shared && self.values.has(set, Traits::CHOICE);
        if has_choice && callees.len() > self.max_followed() {
            return Some(self.unknown_results());
        }
        if has_choice && callees.len() > MAX_CHOICE {
            return self.fan_out(frame, how, (set, &callees), args);
        }
        let is_builtin = |value| matches!(value, Value::Builtin(_));
        if !frame.fresh.is_empty() && !self.values.kinds(set).all(is_builtin) {
            self.show(frame, args);
        }
        let moment = self.moment(frame);
        let given = self.given(frame, how, set, args);
        let mut arms = Arms::new(self, frame, !given.is_empty() && callees.len() > 1);
        for elem in callees {
            self.steps += 2;
            let value = self.values.get(elem.value());
            let mut how = how.clone();
            how.unsure |= elem.unsure() || is_unsure;
            let found = match value {
                Value::Fun(fun, env) if in_order => {
                    self.call_in_order(frame, &how, (fun, env, elem.value()), args)
                }
                Value::Fun(fun, env) => {
                    let inst = self.instance_for_call(frame, &how, fun, env, args);
                    self.add_arguments(inst, args, Some(frame));
                    let given = self.received(inst, &given);
                    self.give_own(inst, &given);
                    let deferred = how.deferred;
                    self.add_edge(
                        frame,
                        Edge {
                            to: inst,
                            how,
                            value: elem.value(),
                        },
                    );
                    if deferred {
                        if self.insts[inst.idx()].dirty {
                            self.enqueue(inst);
                        }
                        Some(self.unknown_results())
                    } else {
                        let found = self.results_of(frame, inst);
                        self.take_back(frame, inst, &given, found)
                    }
                }
                Value::Builtin(builtin) => self.call_builtin(frame, &how, builtin, args),
                Value::Table(table) => {
                    let handlers = self.metamethod(frame, table, "__call");
                    if handlers.is_empty() {
                        continue;
                    }
                    let own = self.values.one(value);
                    let mut with_self = Multi {
                        rest: args.rest,
                        ..Multi::default()
                    };
                    with_self.items.push(own);
                    with_self.items.extend(args.items.iter().copied());
                    with_self.exprs.push(None);
                    with_self.exprs.extend(args.exprs.iter().copied());
                    let how = how.through("__call", Why::Callback, how.callee);
                    self.invoke(frame, &how, handlers, &with_self)
                }
                // Calling nil fails; if there is something else to call, that is what happens.
                Value::Nil | Value::Absent | Value::Unknown if functions => continue,
                Value::Unknown => {
                    self.escape(args);
                    Some(self.unknown_results())
                }
                _ => Some(self.unknown_results()),
            };
            arms.end(self, frame, found.is_some());
            self.merge_results(&mut results, found);
        }
        arms.join(self, frame);
        if !how.via.is_empty() {
            self.perhaps(frame, moment);
        }
        results
    }

    /// A call of one of very many functions: what one such call passes, all of them pass, and what it gives is not known.
    fn fan_out(
        &mut self,
        frame: &mut Frame,
        how: &How,
        (set, callees): (SetId, &[Elem]),
        args: &Multi,
    ) -> Option<Multi> {
        let mut how = how.clone();
        how.unsure = true;
        let passed = self.fans.entry((how.phase, set)).or_default();
        let before = passed.clone();
        match before.is_some() {
            true => passed.get_or_insert_default().merge(args, &mut self.values),
            false => {
                // Where it was passed is told of calls that have fewer to choose from.
                let exprs = smallvec::SmallVec::new();
                *passed = Some(Multi {
                    exprs,
                    ..args.clone()
                });
            }
        }
        let passed = passed.clone().unwrap_or_default();
        let grew = before.is_none_or(|before| before != passed);
        self.steps += callees.len() as u64 / 4;
        for elem in callees {
            match self.values.kind(elem.value()) {
                Value::Fun(fun, env) => {
                    let inst = self.instance(fun, env, how.phase, None, 0);
                    if grew {
                        self.steps += 2;
                        self.add_arguments(inst, &passed, Some(frame));
                        if self.insts[inst.idx()].dirty {
                            self.enqueue(inst);
                        }
                    }
                    let (to, value, how) = (inst, elem.value(), how.clone());
                    self.add_edge(frame, Edge { to, how, value });
                }
                Value::Builtin(_) | Value::Table(_) => {
                    let one = self.values.intern(vec![*elem]);
                    self.invoke(frame, &how, one, args);
                }
                _ => {}
            }
        }
        Some(self.unknown_results())
    }

    fn add_edge(&mut self, frame: &mut Frame, edge: Edge) {
        let how = &edge.how;
        let way = |unsure| {
            let flags = u8::from(unsure) + 2 * u8::from(how.protected);
            (edge.to, how.site, how.callee, how.via.len(), flags)
        };
        let is_surer = how.unsure && frame.edges_known.contains(&way(false));
        if !is_surer && frame.edges_known.insert(way(how.unsure)) {
            frame.edges.push(edge);
        }
    }

    /// Notes that a builtin is called, once for each way.
    pub(super) fn note_builtin(
        &mut self,
        frame: &mut Frame,
        how: &How,
        builtin: crate::value::BuiltinId,
        class: Option<ClassId>,
    ) {
        let way = |unsure| (builtin, how.callee, how.phase, class, unsure);
        let is_surer = how.unsure && frame.calls_known.contains(&way(false));
        if !is_surer && frame.calls_known.insert(way(how.unsure)) {
            frame.calls.push(BuiltinCall {
                builtin,
                how: how.clone(),
                argument_class: class,
            });
        }
    }

    /// Methods of this name, whatever the object is: unsure, with HALion's classes as the only candidates.
    fn methods_of_any_class(&mut self, name: Name) -> SetId {
        if let Some(&set) = self.method_sets.get(&name) {
            return set;
        }
        let mut set = SetId::EMPTY;
        let methods = api().methods_named(self.names.text(name));
        // Methods that differ in their threads say nothing about an unknown object.
        if let Some(first) = methods.first()
            && methods.iter().all(|method| method.threads == first.threads)
        {
            let id = self.builtins.api(first);
            let one = self.builtin(id);
            set = self.values.unsure(one);
        }
        self.method_sets.insert(name, set);
        set
    }
}
