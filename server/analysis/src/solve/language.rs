//! What Lua and HALion put into `_G` and into their own tables from the start.

use halion_api::{Availability, api};
use smol_str::SmolStr;

use super::Solver;
use crate::builtins::Builtins;
use crate::heap::Lib;
use crate::script::ScriptKind;
use crate::value::{SetId, TableId, Value, ValueId};

impl Solver<'_> {
    /// What the language put at a key of one of its tables.
    pub(super) fn base(&mut self, table: TableId, key: ValueId) -> Option<SetId> {
        let lib = self.heap.get(table).lib?;
        if let Some(&known) = self.bases.get(&(table, key)) {
            return known;
        }
        let base = self.find_base(lib, key);
        self.bases.insert((table, key), base);
        base
    }

    fn find_base(&mut self, lib: Lib, key: ValueId) -> Option<SetId> {
        let Value::Str(name) = self.values.get(key) else {
            return None;
        };
        let name = SmolStr::new(self.names.text(name));
        let name = name.as_str();
        match lib {
            Lib::Globals => self.base_global(name),
            Lib::Lua("package") if matches!(name, "loaded" | "preload") => {
                let table = match name {
                    "loaded" => self.lib("package.loaded", Lib::Loaded),
                    _ => self.lib("package.preload", Lib::Preload),
                };
                Some(self.values.one(table))
            }
            Lib::Loaded => match name {
                "_G" => Some(self.values.one(Value::Table(self.globals))),
                _ => api()
                    .lua()
                    .library(name)
                    .and_then(|_| self.base_global(name)),
            },
            Lib::Preload => None,
            Lib::Lua(library) => {
                let full_name = format!("{library}.{name}");
                match self.builtins.lua(&full_name) {
                    Some(id) => Some(self.builtin(id)),
                    None => self.missing(&full_name),
                }
            }
            Lib::Static(class) => {
                let function = api().function(&format!("{class}.{name}"))?;
                let id = self.builtins.api(function);
                Some(self.builtin(id))
            }
            #[allow(clippy::cast_precision_loss, reason = "constants are small")]
            Lib::Enum(enumeration) => {
                let constant = enumeration.constant(name)?;
                Some(
                    self.values
                        .one(Value::Num((constant.value as f64).to_bits())),
                )
            }
        }
    }

    fn base_global(&mut self, name: &str) -> Option<SetId> {
        if name == "_G" {
            return Some(self.values.one(Value::Table(self.globals)));
        }
        if let Some(function) = api().function(name).or_else(|| api().constructor(name)) {
            let id = self.builtins.api(function);
            return Some(self.builtin(id));
        }
        if let Some(enumeration) = api().enumeration(name) {
            let table = self.lib(&enumeration.name, Lib::Enum(enumeration));
            return Some(self.values.one(table));
        }
        if let Some(global) = api().global(name) {
            if global.midi_only && self.kind == ScriptKind::Ui {
                return None;
            }
            if !global.members.is_empty() {
                let table = self.lib(&global.name, Lib::Static(&global.name));
                return Some(self.values.one(table));
            }
            return self
                .class_named(&global.value_type)
                .map(|class| self.values.one(Value::Host(class)));
        }
        if name != "_G"
            && name != "file"
            && let Some(library) = api().lua().library(name)
            && library.availability.is_there()
        {
            let table = self.lib(&library.name, Lib::Lua(&library.name));
            return Some(self.values.one(table));
        }
        if let Some(id) = Builtins::lua(&mut self.builtins, name) {
            return Some(self.builtin(id));
        }
        if let Some(missing) = self.missing(name) {
            return Some(missing);
        }
        // A filter given to a method that was written without its object still runs here.
        let method = api()
            .methods_named(name)
            .iter()
            .find(|method| !method.function_params.is_empty())?;
        let id = self.builtins.api(method);
        Some(self.builtin(id))
    }

    /// Nil, for what other versions of Lua have: a test for it is decided (HALion semantics 11.1).
    fn missing(&self, full_name: &str) -> Option<SetId> {
        let lua = api().lua();
        let entry = lua.entry(full_name).map(|entry| entry.availability);
        let library = lua.library(full_name).map(|library| library.availability);
        let is_missing = |availability: Availability| !availability.is_there();
        entry
            .or(library)
            .is_some_and(is_missing)
            .then_some(self.sets.nil)
    }
}
