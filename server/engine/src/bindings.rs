//! Puts the whole of HALion's API into the globals, from the data of the `api` crate.
//!
//! Invariant: every function, method, constructor and table of the API exists. What `builtins` does not implement checks
//! its thread, says once by name that it is not simulated, and returns nothing.

use halion_api::{Function as ApiFunction, FunctionKind, Thread, Threads, api};
use mlua::{Lua, Table};

use crate::{
    builtins::{self, elements},
    native, protected,
    runtime::Host,
    scenario::ScriptKind,
};

/// Fills the globals of a fresh state.
pub(crate) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    protected::install(lua)?;
    builtins::lua_library::install(lua, host)?;
    let globals = lua.globals();
    let script_kind = host.world.borrow().script_kind;
    for function in api().functions() {
        let body = builtins::body(&function.name).unwrap_or(builtins::not_simulated);
        let threads = match script_kind {
            ScriptKind::Ui if function.ui_only => Threads::of(Thread::Controller),
            _ => threads(function),
        };
        let bound = native::api_function(lua, host, function, threads, body)?;
        place(lua, &globals, function, bound)?;
    }
    for enumeration in api().enums() {
        let table = lua.create_table()?;
        for constant in &enumeration.constants {
            table.raw_set(constant.name.as_str(), constant.value as f64)?;
        }
        globals.raw_set(enumeration.name.as_str(), table)?;
    }
    elements::install(lua, host)?;
    if script_kind == ScriptKind::Ui {
        builtins::ui::install(lua)?;
    }
    builtins::event_object::install(lua, host)?;
    builtins::variables::install(lua, host)
}

/// Where a function of a MIDI module script may run. `getElement` exists in UI scripts only and is refused on both threads (HALion semantics 10.7).
pub(crate) fn threads(function: &ApiFunction) -> Threads {
    if function.ui_only {
        Threads::NONE
    } else {
        function.threads
    }
}

/// Puts a function below its name: global, or a field of a global table such as `AudioFile`.
fn place(
    lua: &Lua,
    globals: &Table,
    function: &ApiFunction,
    bound: mlua::Function,
) -> mlua::Result<()> {
    let Some(class) = function
        .class
        .as_deref()
        .filter(|_| function.kind == FunctionKind::Static)
    else {
        return globals.raw_set(function.name.as_str(), bound);
    };
    let table = match globals.raw_get::<Option<Table>>(class)? {
        Some(table) => table,
        None => {
            let table = lua.create_table()?;
            globals.raw_set(class, &table)?;
            table
        }
    };
    table.raw_set(function.name.as_str(), bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the API has and the engine does not simulate, with the reason; it says so once and returns nothing.
    const NOT_SIMULATED: &[(&str, &str)] = &[];

    #[test]
    fn every_function_and_method_is_simulated_or_has_a_reason() {
        let functions = api()
            .functions()
            .iter()
            .filter(|function| builtins::body(&function.name).is_none());
        let methods = api()
            .classes()
            .iter()
            .flat_map(|class| class.methods.iter().copied());
        let methods = methods.filter(|method| builtins::method_body(&method.name).is_none());
        let missing: Vec<String> = functions
            .chain(methods)
            .map(ApiFunction::qualified_name)
            .collect();
        let listed: Vec<String> = NOT_SIMULATED
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        assert_eq!(missing, listed);
    }
}
