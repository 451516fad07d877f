//! HALion's functions and objects: what a call gives back, and where functions given to it run (THREAD-ANALYSIS 2.4).

use halion_api::{ArgumentThreads, Function, FunctionKind, FunctionParam, RunsOn, Threads, api};

use super::Solver;
use super::frame::Frame;
use crate::builtins::Special;
use crate::diagnostic::Why;
use crate::heap::{HostWrites, Key};
use crate::instance::{How, Phase};
use crate::ir::{ExprId, Name};
use crate::script::ScriptKind;
use crate::value::{BuiltinId, ClassId, Multi, SetId, Value};

impl Solver<'_> {
    /// Any builtin.
    pub(super) fn call_builtin(
        &mut self,
        frame: &mut Frame,
        how: &How,
        builtin: BuiltinId,
        args: &Multi,
    ) -> Option<Multi> {
        let (function, special) = {
            let builtin = self.builtins.get(builtin);
            (builtin.api, builtin.special)
        };
        let Some(function) = function else {
            return self.call_library(frame, how, builtin, special, args);
        };
        let mut legal = false;
        for class in self.argument_classes(function, args) {
            self.note_builtin(frame, how, builtin, class);
            let threads = self.threads_of(function, class);
            legal |= threads.contains(how.phase.thread());
        }
        match special {
            Special::GetContext => {
                let name = self.context_name(how.phase);
                return Some(Multi::one(name));
            }
            Special::DefineParameter => self.define_parameter(frame, how, args),
            Special::DefineSlotLocal => {
                self.host_variable(args.items.first().copied(), HostWrites::Anything);
            }
            Special::Clone => {
                let first = args.get(0, &mut self.values);
                self.share_all(first);
                return Some(Multi::one(first));
            }
            _ if legal => {
                self.fill_tables(frame, function, args);
                self.follow_function_arguments(frame, how, function, args);
            }
            _ => {}
        }
        Some(self.results_of_types(function))
    }

    /// The threads a call is accepted in, given the class of its first argument.
    pub(crate) fn threads_of(&self, function: &Function, class: Option<ClassId>) -> Threads {
        match class {
            Some(class) if !function.argument_threads.is_empty() => {
                // An object of a class the page does not name is treated as its nearest ancestor that it does, or as all those agree that
                // it may be.
                let class = &api().classes()[class.idx()].name;
                let cases = &function.argument_threads;
                let named = (api().ancestry(class))
                    .find(|class| cases.iter().any(|case| case.argument_type == class.name))
                    .map(|class| function.threads_for(&class.name));
                let is_below = |case: &&ArgumentThreads| {
                    let mut ancestry = api().ancestry(&case.argument_type);
                    ancestry.any(|ancestor| ancestor.name == *class)
                };
                let mut below = cases.iter().filter(is_below).map(|case| case.threads);
                let below = below
                    .next()
                    .filter(|&first| below.all(|threads| threads == first));
                named.or(below).unwrap_or(function.threads)
            }
            _ => function.threads,
        }
    }

    /// The classes of objects that the first argument may be, if the threads depend on it.
    fn argument_classes(&self, function: &Function, args: &Multi) -> Vec<Option<ClassId>> {
        let mut classes = Vec::new();
        if !function.argument_threads.is_empty()
            && let Some(&first) = args.items.first()
        {
            for value in self.values.kinds(first) {
                match value {
                    Value::Host(class) => classes.push(Some(class)),
                    // Nil is refused in both threads.
                    Value::Nil | Value::Absent => {}
                    _ => classes.push(None),
                }
            }
        }
        if classes.is_empty() {
            classes.push(None);
        }
        classes
    }

    /// A table that HALion is given may hold more afterwards: `insertEvent` puts an event into it.
    fn fill_tables(&mut self, frame: &mut Frame, function: &Function, args: &Multi) {
        for (position, param) in function.params.iter().enumerate() {
            let takes_table = param.types.iter().any(|name| name == "table");
            let Some(&set) = args.items.get(position).filter(|_| takes_table) else {
                continue;
            };
            let element = param.element_type.as_deref();
            let element = element.and_then(|name| self.class_named(name));
            for (value, _) in self.values.list_kinds(set) {
                let Value::Table(table) = value else { continue };
                self.open_table(table);
                if let Some(class) = element {
                    let item = self.values.one(Value::Host(class));
                    self.write_field(frame, table, Key::Array, item, false, None);
                }
            }
        }
    }

    /// Functions given to a HALion function run where the API says.
    fn follow_function_arguments(
        &mut self,
        frame: &mut Frame,
        how: &How,
        function: &'static Function,
        args: &Multi,
    ) {
        // A method taken as a value gets its object first; one written without its object does not.
        let first = args.items.first().copied().unwrap_or_default();
        let has_object = self
            .values
            .kinds(first)
            .any(|value| matches!(value, Value::Host(_) | Value::Unknown));
        let skipped = usize::from(function.kind == FunctionKind::Method && has_object);
        for param in &function.function_params {
            let mut given = SetId::EMPTY;
            let mut at = how.callee;
            let mut further = Multi::default();
            if let Some(position) = param.position {
                let position = position as usize - 1 + skipped;
                if position >= args.items.len() && args.rest.is_empty() {
                    continue;
                }
                given = args.get(position, &mut self.values);
                at = args.written(position).unwrap_or(at);
                further = args.skip(position + 1);
            } else if let Some(key) = &param.key {
                let table = args.get(skipped, &mut self.values);
                at = args.written(skipped).unwrap_or(at);
                given = self.named(frame, how, table, key);
            }
            let given = self.callable(given);
            if given.is_empty() {
                continue;
            }
            let passed = if param.arguments.is_empty() && param.passes_arguments {
                further
            } else {
                let sets: Vec<_> = param
                    .arguments
                    .iter()
                    .map(|argument| self.set_of_types(&argument.types, argument.nilable))
                    .collect();
                Self::args(&sets)
            };
            self.run_elsewhere(frame, how, function, param, given, at, &passed);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "all of one call")]
    fn run_elsewhere(
        &mut self,
        frame: &mut Frame,
        how: &How,
        function: &Function,
        param: &FunctionParam,
        given: SetId,
        at: ExprId,
        passed: &Multi,
    ) {
        if self.kind == ScriptKind::Ui && param.runs_on == RunsOn::Processor {
            return;
        }
        let why = match function.name.as_str() {
            "runAsync" => Why::RunAsync,
            "runSync" => Why::RunSync,
            "spawn" => Why::Spawn,
            _ => Why::Callback,
        };
        let mut inner = how.through(&function.name, why, at);
        if !param.sync {
            inner.phase = Phase::later(param.runs_on.thread(how.phase.thread()));
            inner.deferred = true;
            // What runs later does not fail below the pcall around this call.
            inner.protected = false;
        }
        self.invoke(frame, &inner, given, passed);
    }

    pub(super) fn callable(&mut self, set: SetId) -> SetId {
        self.values.filter(set, |value| {
            matches!(value, Value::Fun(..) | Value::Builtin(_) | Value::Table(_))
        })
    }

    /// A key of a table of named arguments.
    pub(super) fn named(&mut self, frame: &mut Frame, how: &How, table: SetId, key: &str) -> SetId {
        let Some(name) = self.names.find(key) else {
            return SetId::EMPTY;
        };
        let key_id = self.values.id(Value::Str(name));
        let key_set = self.values.one(Value::Str(name));
        let mut result = SetId::EMPTY;
        for (value, unsure) in self.values.list(table) {
            if let Value::Table(table) = value {
                let set = self.read_field(frame, how, table, Key::Const(key_id), key_set, 0);
                let set = if unsure { self.values.unsure(set) } else { set };
                result = self.values.union(result, set);
            }
        }
        result
    }

    /// A method of an object: of its class, or of a class that extends it.
    pub(super) fn host_method(&mut self, class: ClassId, name: Name) -> SetId {
        let text = self.names.text(name);
        let class = &api().classes()[class.idx()];
        if let Some(method) = api().method(&class.name, text) {
            let id = self.builtins.api(method);
            return self.builtin(id);
        }
        let below: Vec<_> = api()
            .methods_named(text)
            .iter()
            .filter(|method| {
                let owner = method.class.as_deref().unwrap_or_default();
                api()
                    .ancestry(owner)
                    .any(|ancestor| ancestor.name == class.name)
            })
            .collect();
        let mut set = SetId::EMPTY;
        if let Some(first) = below.first() {
            // Classes that disagree about the thread leave the object's own class to tell.
            let agree = below.iter().all(|method| method.threads == first.threads);
            let id = self.builtins.api(first);
            set = self.builtin(id);
            if !agree {
                set = self.values.unsure(set);
            }
        }
        set
    }

    /// An item of an array of objects; nobody knows how many there are.
    pub(super) fn item_of(&mut self, class: ClassId) -> SetId {
        self.values.of(&[Value::Host(class), Value::Nil])
    }

    /// A field of an object, or one of its methods as a value.
    pub(super) fn host_field(&mut self, class: ClassId, key: SetId) -> SetId {
        let mut result = SetId::EMPTY;
        for (key, _) in self.values.list(key) {
            let Value::Str(name) = key else {
                result = self.values.union(result, self.sets.unknown);
                continue;
            };
            let class_name = &api().classes()[class.idx()].name;
            let text = self.names.text(name);
            let found = match api().field(class_name, text) {
                Some(field) => match (
                    &field.element_type,
                    self.set_of_types(&field.types, field.nilable),
                ) {
                    (Some(element), _) if self.class_named(element).is_some() => {
                        let class = self.class_named(element).unwrap_or(class);
                        self.values.one(Value::Hosts(class))
                    }
                    (_, set) => set,
                },
                None => {
                    let method = self.host_method(class, name);
                    if method.is_empty() {
                        self.sets.unknown
                    } else {
                        method
                    }
                }
            };
            result = self.values.union(result, found);
        }
        if result.is_empty() {
            self.sets.unknown
        } else {
            result
        }
    }

    /// `object.key = value`: noted like a call if HALion refuses it in a thread (HALion semantics 9.17).
    pub(super) fn assign_host_field(
        &mut self,
        frame: &mut Frame,
        how: &How,
        class: ClassId,
        unsure: bool,
        keys: &[(Value, bool)],
    ) {
        for &(key, key_unsure) in keys {
            let Value::Str(name) = key else { continue };
            let class = &api().classes()[class.idx()];
            let text = self.names.text(name);
            let fields = api().assignable_fields(&class.name, text);
            let Some(&first) = fields.first() else {
                continue;
            };
            // Classes that disagree about the thread leave the object's own class to tell.
            let agree = fields
                .iter()
                .all(|field| field.assigned_in == first.assigned_in);
            if first.assigned_in == Threads::BOTH && agree {
                continue;
            }
            let mut how = how.clone();
            how.unsure |= unsure || key_unsure || !agree;
            let builtin = self.builtins.assignment(class, first);
            self.note_builtin(frame, &how, builtin, None);
        }
    }

    /// A class by name.
    pub(super) fn class_named(&self, name: &str) -> Option<ClassId> {
        let position = api()
            .classes()
            .iter()
            .position(|class| class.name == name)?;
        u32::try_from(position).ok().map(ClassId)
    }
}
