//! `defineParameter` and `defineSlotLocal`: change callbacks, and globals that HALion writes.

use halion_api::Thread;

use super::Solver;
use super::frame::Frame;
use super::wake::News;
use crate::diagnostic::Why;
use crate::heap::HostWrites;
use crate::instance::{How, Phase, Root};
use crate::ir::ExprId;
use crate::script::ScriptKind;
use crate::value::{Multi, SetId, Value};

/// Where the default stands among the arguments, `min` or the strings of a parameter, and the increment.
const DEFAULT: usize = 2;
const RANGE: usize = 3;
const INCREMENT: usize = 5;

impl Solver<'_> {
    /// `defineParameter` in all its forms (HALion semantics 6.2, 6.3, 6.6).
    pub(super) fn define_parameter(&mut self, frame: &mut Frame, how: &How, args: &Multi) {
        let first = args.get(0, &mut self.values);
        let is_named = self
            .values
            .kinds(first)
            .any(|value| matches!(value, Value::Table(_)));
        if is_named {
            let name = self.named(frame, how, first, "name");
            let host = self.named_range(frame, how, first);
            self.host_variable(Some(name), while_loading(how, host));
            let changed = self.named(frame, how, first, "onChanged");
            let processor = self.named(frame, how, first, "processorCallback");
            let at = args.written(0).unwrap_or(how.callee);
            let on_processor = !processor.is_empty()
                && self.values.can_be_true(processor)
                && self.names.find("processorCallback").is_some();
            // A key that is not there reads as anything; only a value that was stored counts.
            let known = self
                .values
                .kinds(processor)
                .any(|value| value == Value::True);
            let set_unknown = on_processor
                && !known
                && self.values.single_kind(processor) != Some(Value::Unknown);
            let thread = if known || set_unknown {
                Thread::Processor
            } else {
                Thread::Controller
            };
            let unsure = on_processor && (set_unknown || self.values.can_be_false(processor));
            self.register(frame, how, changed, at, thread, unsure);
            return;
        }
        let host = self.range_by_position(args);
        self.host_variable(Some(first), while_loading(how, host));
        for position in 1..args.items.len() {
            let set = args.items[position];
            if self.values.has_function(set) {
                let at = args.written(position).unwrap_or(how.callee);
                self.register(frame, how, set, at, Thread::Controller, false);
                return;
            }
        }
    }

    /// A change callback is an entry of its own: HALion calls it without arguments.
    fn register(
        &mut self,
        frame: &mut Frame,
        how: &How,
        set: SetId,
        at: ExprId,
        thread: Thread,
        unsure: bool,
    ) {
        if how.phase.thread() == Thread::Processor {
            return;
        }
        let thread = if self.kind == ScriptKind::Ui {
            Thread::Controller
        } else {
            thread
        };
        for elem in self.values.elems(set).to_vec() {
            match self.values.get(elem.value()) {
                Value::Fun(fun, env) => {
                    let inst = self.instance(fun, env, Phase::later(thread), None, 0);
                    self.add_arguments(inst, &Multi::default(), None);
                    self.enqueue(inst);
                    let unsure = unsure || elem.unsure() || how.unsure;
                    match self.change_callbacks.get(&inst) {
                        Some(&root) => self.roots[root].unsure &= unsure,
                        None => {
                            self.change_callbacks.insert(inst, self.roots.len());
                            self.roots.push(Root {
                                inst,
                                callback: None,
                                registered: Some(at),
                                unsure,
                            });
                        }
                    }
                }
                Value::Builtin(builtin) => {
                    let mut how = how.through("defineParameter", Why::Callback, at);
                    how.phase = Phase::later(thread);
                    how.deferred = true;
                    how.unsure |= unsure;
                    self.call_builtin(frame, &how, builtin, &Multi::default());
                }
                _ => {}
            }
        }
    }

    /// The host writes this global: a parameter or a slot local.
    pub(super) fn host_variable(&mut self, name: Option<SetId>, host: HostWrites) {
        let Some(name) = name else { return };
        for (value, _) in self.values.list(name) {
            if matches!(value, Value::Str(_)) {
                let key = self.values.id(value);
                let loc = self.heap.field(self.globals, key);
                let known = self.heap.at(loc).host;
                if known.or(host) != known {
                    self.heap.at(loc).host = known.or(host);
                    self.wake(loc, News::Fact);
                }
            }
        }
    }

    /// What values a parameter has, by the arguments of `defineParameter`.
    fn range_by_position(&mut self, args: &Multi) -> HostWrites {
        let argument = |position| args.items.get(position).copied().unwrap_or(SetId::EMPTY);
        let range = argument(RANGE);
        match self.is_position(range, range, argument(INCREMENT)) {
            true => HostWrites::Position,
            false => self.type_of_default(argument(DEFAULT)),
        }
    }

    /// The same for named arguments.
    fn named_range(&mut self, frame: &mut Frame, how: &How, table: SetId) -> HostWrites {
        let strings = self.named(frame, how, table, "strings");
        let min = self.named(frame, how, table, "min");
        let increment = self.named(frame, how, table, "increment");
        if self.is_position(strings, min, increment) {
            return HostWrites::Position;
        }
        let given = self.named(frame, how, table, "type");
        if self
            .values
            .kinds(given)
            .any(|kind| matches!(kind, Value::Str(_)))
        {
            return HostWrites::Anything;
        }
        let default = self.named(frame, how, table, "default");
        self.type_of_default(default)
    }

    /// One of strings counted from 1 is a position, and so is what goes up by one from 1 or more (HALion semantics 6.2, 6.4).
    fn is_position(&mut self, strings: SetId, min: SetId, increment: SetId) -> bool {
        if let Some(Value::Table(table)) = self.values.single(strings) {
            let zero = self.values.id(Value::Num(0.0_f64.to_bits()));
            let star = self.heap.get(table).star;
            return self.heap.find_field(table, zero).is_none()
                && self.heap.at(star).weak.is_empty();
        }
        let number = |set| match self.values.single(set) {
            Some(Value::Num(bits)) => Some(f64::from_bits(bits)),
            _ => None,
        };
        number(increment) == Some(1.0)
            && number(min).is_some_and(|min| min >= 1.0 && min.fract() == 0.0)
    }

    /// A parameter keeps the type of its default (HALion semantics 6.2, 6.10).
    fn type_of_default(&self, default: SetId) -> HostWrites {
        let all = |is: fn(Value) -> bool| !default.is_empty() && self.values.kinds(default).all(is);
        if all(|kind| matches!(kind, Value::Num(_) | Value::Number | Value::Index)) {
            HostWrites::Number
        } else if all(|kind| matches!(kind, Value::Str(_) | Value::Text)) {
            HostWrites::Text
        } else if all(|kind| matches!(kind, Value::True | Value::False)) {
            HostWrites::Flag
        } else {
            HostWrites::Anything
        }
    }
}

/// What is defined later than global statements is not there before.
fn while_loading(how: &How, host: HostWrites) -> HostWrites {
    match how.phase {
        Phase::LoadC => host,
        _ => HostWrites::Anything,
    }
}
