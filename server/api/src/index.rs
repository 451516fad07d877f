//! Lookup by name. Everything is built once, on the first call of [`api`]; a lookup is one hash of the name.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;

use crate::{
    Access, Callback, Class, Constant, ControllerNumber, Enumeration, Field, Function,
    FunctionKind, Global, Library, Lua, Table,
};

/// The facts, parsed on the first call.
#[must_use]
pub fn api() -> &'static Api {
    static API: LazyLock<Api> = LazyLock::new(Api::load);
    &API
}

/// All facts about HALion Script, with lookup by name.
#[derive(Debug)]
pub struct Api {
    functions: &'static [Function],
    methods: &'static [Function],
    classes: &'static [Class],
    callbacks: &'static [Callback],
    ui_callbacks: &'static [Callback],
    enums: &'static [Enumeration],
    tables: &'static [Table],
    globals: &'static [Global],
    controller_numbers: &'static [ControllerNumber],
    lua: Lua,
    function_by_name: FxHashMap<String, &'static Function>,
    methods_by_name: FxHashMap<&'static str, &'static [&'static Function]>,
    class_by_name: FxHashMap<&'static str, &'static Class>,
    callback_by_name: FxHashMap<&'static str, &'static Callback>,
    enum_by_name: FxHashMap<&'static str, &'static Enumeration>,
}

impl Api {
    /// A global function, or a static one by its full name (`AudioFile.open`). Constructors are found by [`Api::constructor`].
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&'static Function> {
        self.function_by_name.get(name).copied()
    }

    /// All global and static functions, by name. Methods and constructors are apart.
    #[must_use]
    pub fn functions(&self) -> &'static [Function] {
        self.functions
    }

    /// All methods, class by class.
    #[must_use]
    pub fn methods(&self) -> &'static [Function] {
        self.methods
    }

    /// The methods of this name in all classes that declare it; empty if there is none.
    #[must_use]
    pub fn methods_named(&self, name: &str) -> &'static [&'static Function] {
        self.methods_by_name.get(name).copied().unwrap_or_default()
    }

    /// A class by name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&'static Class> {
        self.class_by_name.get(name).copied()
    }

    /// All classes, a base class before those that extend it.
    #[must_use]
    pub fn classes(&self) -> &'static [Class] {
        self.classes
    }

    /// The class itself and those it inherits from, nearest first.
    pub fn ancestry(&self, class: &str) -> impl Iterator<Item = &'static Class> {
        std::iter::successors(self.class(class), |class| {
            class.extends.as_deref().and_then(|base| self.class(base))
        })
    }

    /// A method of a class, own or inherited.
    #[must_use]
    pub fn method(&self, class: &str, name: &str) -> Option<&'static Function> {
        self.ancestry(class).find_map(|class| {
            class
                .methods
                .iter()
                .copied()
                .find(|method| method.name == name)
        })
    }

    /// A field of a class, own or inherited.
    #[must_use]
    pub fn field(&self, class: &str, name: &str) -> Option<&'static Field> {
        self.ancestry(class).find_map(|class| class.field(name))
    }

    /// The fields of this name that a script may assign, in an object known by this class: its own or inherited one, or else those of
    /// the classes that extend it.
    #[must_use]
    pub fn assignable_fields(&self, class: &str, name: &str) -> Vec<&'static Field> {
        let fields: Vec<_> = match self.field(class, name) {
            Some(field) => vec![field],
            None => {
                let extends = |below: &Class| self.ancestry(&below.name).any(|up| up.name == class);
                let below = self.classes.iter().filter(|below| extends(below));
                below.filter_map(|below| below.field(name)).collect()
            }
        };
        let is_assignable = |field: &&Field| field.access == Access::ReadWrite;
        fields.into_iter().filter(is_assignable).collect()
    }

    /// The constructor of a class, which is a global of the same name.
    #[must_use]
    pub fn constructor(&self, class: &str) -> Option<&'static Function> {
        self.class(class)?.constructor.as_ref()
    }

    /// All constructors.
    pub fn constructors(&self) -> impl Iterator<Item = &'static Function> {
        self.classes
            .iter()
            .filter_map(|class| class.constructor.as_ref())
    }

    /// A callback of MIDI module scripts by name.
    #[must_use]
    pub fn callback(&self, name: &str) -> Option<&'static Callback> {
        self.callback_by_name
            .get(name)
            .copied()
            .filter(|callback| !callback.ui_only)
    }

    /// All callbacks of MIDI module scripts.
    #[must_use]
    pub fn callbacks(&self) -> &'static [Callback] {
        self.callbacks
    }

    /// A callback of UI scripts by name.
    #[must_use]
    pub fn ui_callback(&self, name: &str) -> Option<&'static Callback> {
        self.callback_by_name
            .get(name)
            .copied()
            .filter(|callback| callback.ui_only)
    }

    /// All callbacks of UI scripts.
    #[must_use]
    pub fn ui_callbacks(&self) -> &'static [Callback] {
        self.ui_callbacks
    }

    /// All enumerations.
    #[must_use]
    pub fn enums(&self) -> &'static [Enumeration] {
        self.enums
    }

    /// An enumeration by the name of its global: `EventType`.
    #[must_use]
    pub fn enumeration(&self, name: &str) -> Option<&'static Enumeration> {
        self.enum_by_name.get(name).copied()
    }

    /// A constant: `constant("EventType", "noteOn")`.
    #[must_use]
    pub fn constant(&self, enumeration: &str, name: &str) -> Option<&'static Constant> {
        self.enumeration(enumeration)?.constant(name)
    }

    /// All shapes of tables.
    #[must_use]
    pub fn tables(&self) -> &'static [Table] {
        self.tables
    }

    /// A shape of table by our name for it: `MidiSequence`.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&'static Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// A global object: `this`, `AudioFile`.
    #[must_use]
    pub fn global(&self, name: &str) -> Option<&'static Global> {
        self.globals.iter().find(|global| global.name == name)
    }

    /// All global objects.
    #[must_use]
    pub fn globals(&self) -> &'static [Global] {
        self.globals
    }

    /// The controller numbers from 128 on; 0 to 127 are those of MIDI.
    #[must_use]
    pub fn controller_numbers(&self) -> &'static [ControllerNumber] {
        self.controller_numbers
    }

    /// The Lua standard library.
    #[must_use]
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    fn load() -> Api {
        let functions = leak(prepare(
            parse(include_str!("../data/functions.json")),
            FunctionKind::Function,
        ));
        let methods = leak(prepare(
            parse(include_str!("../data/methods.json")),
            FunctionKind::Method,
        ));
        let classes = leak(load_classes(methods));
        let callbacks = leak(load_callbacks(
            include_str!("../data/callbacks.json"),
            false,
        ));
        let ui_callbacks = leak(load_callbacks(
            include_str!("../data/ui_callbacks.json"),
            true,
        ));
        let enums: &'static [Enumeration] = leak(parse(include_str!("../data/enums.json")));
        Api {
            functions,
            methods,
            classes,
            callbacks,
            ui_callbacks,
            enums,
            tables: leak(parse(include_str!("../data/tables.json"))),
            globals: leak(parse(include_str!("../data/globals.json"))),
            controller_numbers: leak(parse(include_str!("../data/controller_numbers.json"))),
            lua: Lua::new(leak(load_libraries())),
            function_by_name: functions
                .iter()
                .map(|function| (function.qualified_name(), function))
                .collect(),
            methods_by_name: by_name(methods),
            class_by_name: classes
                .iter()
                .map(|class| (class.name.as_str(), class))
                .collect(),
            callback_by_name: callbacks
                .iter()
                .chain(ui_callbacks)
                .map(|callback| (callback.name.as_str(), callback))
                .collect(),
            enum_by_name: enums
                .iter()
                .map(|enumeration| (enumeration.name.as_str(), enumeration))
                .collect(),
        }
    }
}

/// The methods of each name, in the order of the classes.
fn by_name(methods: &'static [Function]) -> FxHashMap<&'static str, &'static [&'static Function]> {
    let mut by_name: FxHashMap<&'static str, Vec<&'static Function>> = FxHashMap::default();
    for method in methods {
        by_name.entry(&method.name).or_default().push(method);
    }
    by_name
        .into_iter()
        .map(|(name, methods)| (name, leak(methods)))
        .collect()
}

/// The data is part of the program, so a file that does not parse is our mistake and no test passes with it.
fn parse<T: DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).expect("the data files compiled into the program are valid")
}

/// The facts live as long as the program; leaking them once lets every crate hold plain `'static` references.
fn leak<T>(entries: Vec<T>) -> &'static [T] {
    Box::leak(entries.into_boxed_slice())
}

/// Fills what a data file leaves out because it can be told from the rest.
fn prepare(mut functions: Vec<Function>, kind: FunctionKind) -> Vec<Function> {
    for function in &mut functions {
        if function.kind == FunctionKind::Function {
            function.kind = kind;
        }
        if function.page.is_empty() {
            function.page.clone_from(&function.name);
        }
        if let Some(dispute) = &mut function.dispute {
            dispute.accepted = function.threads;
        }
    }
    functions
}

fn load_classes(methods: &'static [Function]) -> Vec<Class> {
    let mut classes: Vec<Class> = parse(include_str!("../data/classes.json"));
    for class in &mut classes {
        class.methods = methods
            .iter()
            .filter(|method| method.class.as_ref() == Some(&class.name))
            .collect();
        if class.page.is_empty() {
            class.page.clone_from(&class.name);
        }
        if let Some(dispute) = &mut class.dispute {
            dispute.accepted = class.threads;
        }
        let constructor = class.constructor.take().map(|constructor| Function {
            class: Some(class.name.clone()),
            ..constructor
        });
        class.constructor =
            prepare(constructor.into_iter().collect(), FunctionKind::Constructor).pop();
    }
    classes
}

fn load_callbacks(json: &str, ui_only: bool) -> Vec<Callback> {
    let mut callbacks: Vec<Callback> = parse(json);
    for callback in &mut callbacks {
        callback.ui_only = ui_only;
        if callback.page.is_empty() {
            callback.page.clone_from(&callback.name);
        }
    }
    callbacks
}

fn load_libraries() -> Vec<Library> {
    let mut libraries: Vec<Library> = parse(include_str!("../data/lua.json"));
    for library in &mut libraries {
        for entry in &mut library.entries {
            entry.library.clone_from(&library.name);
        }
    }
    libraries
}
