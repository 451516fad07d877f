//! Links Lua 5.2.4, built so that equal scripts behave equally in every process: constant hash seed, `LUA_COMPAT_ALL`.
//!
//! `mlua` is told to expect Lua from elsewhere (`mlua-sys` feature `external`); this crate is that elsewhere. A crate
//! that uses `mlua` depends on this one too and takes `mlua` from here, so that nobody links a second Lua.

pub use mlua;

mod region;
mod reserve;

pub use region::{Interpreter, Report};

/// Opens the standard libraries; naming it keeps every linker from dropping the archive this crate carries.
#[used]
static ANCHOR: unsafe extern "C-unwind" fn(*mut mlua_sys::lua_State) = mlua_sys::luaL_openlibs;

#[cfg(test)]
mod tests {
    use mlua::{Lua, Result};

    const SCRIPT: &str = "
        local t = {}
        for i = 1, 100 do t['key' .. i * 7] = i end
        local keys = {}
        for k in pairs(t) do keys[#keys + 1] = k end
        return _VERSION .. ' ' .. table.concat(keys, ' ', 1, 6) .. ' ' .. tostring(unpack ~= nil and loadstring ~= nil and math.log10 ~= nil)";

    #[test]
    fn string_keys_are_visited_in_one_order_in_every_process() -> Result<()> {
        let text: String = Lua::new().load(SCRIPT).eval()?;
        assert_eq!(
            text,
            "Lua 5.2 key98 key196 key420 key511 key385 key644 true"
        );
        Ok(())
    }
}
