//! Callbacks: the functions that HALion finds in global variables once the script is loaded.

use halion_api::{Thread, api};
use rustc_hash::FxHashSet;

use super::Solver;
use crate::diagnostic::Why;
use crate::instance::{BuiltinCall, How, Phase, Root, Via};
use crate::ir::FunId;
use crate::script::ScriptKind;
use crate::value::{BuiltinId, Multi, SetId, Value, ValueId};

impl Solver<'_> {
    /// Makes entries of the callbacks defined now; whether there was a new one.
    pub(super) fn find_callbacks(&mut self) -> bool {
        let before = self.roots.len();
        let ui = self.kind == ScriptKind::Ui;
        let midi = api()
            .callbacks()
            .iter()
            .filter(|callback| !ui || callback.name == "onIdle");
        let all: Vec<_> = midi
            .chain(api().ui_callbacks().iter().filter(|_| ui))
            .collect();
        for callback in all {
            let Some(name) = self.names.find(&callback.name) else {
                continue;
            };
            let thread = if ui {
                Thread::Controller
            } else {
                callback.thread
            };
            let key = self.values.id(Value::Str(name));
            let set = self.stored_field(self.globals, key);
            for (value, unsure) in self.values.list(set) {
                if let Value::Builtin(builtin) = value {
                    self.builtin_callback(&callback.name, key, builtin, thread, unsure);
                }
                let Value::Fun(fun, env) = value else {
                    continue;
                };
                let inst = self.instance(fun, env, Phase::later(thread), None, 0);
                let root = Root {
                    inst,
                    callback: Some(callback.name.clone()),
                    registered: None,
                    unsure,
                };
                if self
                    .roots
                    .iter()
                    .any(|known| known.inst == inst && known.callback == root.callback)
                {
                    continue;
                }
                let args: Vec<SetId> = callback
                    .params
                    .iter()
                    .map(|param| self.set_of_types(&param.types, false))
                    .collect();
                let args = Multi {
                    items: args.into(),
                    ..Multi::default()
                };
                self.add_arguments(inst, &args, None);
                self.roots.push(root);
                self.enqueue(inst);
            }
        }
        self.roots.len() > before
    }

    /// `onNote = openURL`: HALion calls a builtin, which is noted with the global statements; the place is where it was stored.
    fn builtin_callback(
        &mut self,
        callback: &str,
        key: ValueId,
        builtin: BuiltinId,
        thread: Thread,
        unsure: bool,
    ) {
        let Some(loc) = self.heap.find_field(self.globals, key) else {
            return;
        };
        let value = self.values.id(Value::Builtin(builtin));
        let Some(&at) = self.builtins_at.get(&(loc, value)) else {
            return;
        };
        let via = Via {
            name: callback.to_owned(),
            why: Why::Entry,
            site: at,
            thread,
        };
        let how = How {
            site: at,
            callee: at,
            phase: Phase::later(thread),
            via: smallvec::smallvec![via],
            unsure,
            protected: false,
            deferred: true,
        };
        let main = &mut self.insts[0];
        let is_new = main
            .calls
            .iter()
            .all(|known| known.builtin != builtin || known.how.callee != at);
        if is_new {
            main.calls.push(BuiltinCall {
                builtin,
                how,
                argument_class: None,
            });
        }
    }

    /// Functions that were a callback while the script loaded, until another took their place (trap 7): nobody calls them.
    pub fn overwritten_callbacks(&mut self) -> FxHashSet<FunId> {
        let mut overwritten = FxHashSet::default();
        for callback in api().callbacks().iter().chain(api().ui_callbacks()) {
            let Some(name) = self.names.find(&callback.name) else {
                continue;
            };
            let key = self.values.id(Value::Str(name));
            let Some(loc) = self.heap.find_field(self.globals, key) else {
                continue;
            };
            let now = self.stored_field(self.globals, key);
            let now: Vec<Value> = self.values.values(now).collect();
            let stored = self.values.values(self.heap.at(loc).load);
            overwritten.extend(
                stored
                    .filter(|value| !now.contains(value))
                    .filter_map(|value| match value {
                        Value::Fun(fun, _) => Some(fun),
                        _ => None,
                    }),
            );
        }
        overwritten
    }
}
