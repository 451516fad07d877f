//! Builds Lua 5.2.4 from the `lua-src` crate with a constant hash seed and the names of Lua 5.1 that scripts still use.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=halion_seed.h");
    let target = env::var("TARGET").expect("cargo sets TARGET for build scripts");
    let manifest_dir = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let header = Path::new(&manifest_dir).join("halion_seed.h");
    let header = header.display();

    // The flags travel through the environment because `lua-src` does not hand out its `cc::Build`. A path may hold
    // spaces, so they are quoted the way a shell would.
    let flags = if target.contains("msvc") {
        format!("/DLUA_COMPAT_ALL '/FI{header}'")
    } else {
        format!("-DLUA_COMPAT_ALL -include '{header}'")
    };
    let underscored = target.replace(['-', '.'], "_");
    let variable = format!("CFLAGS_{underscored}");
    let inherited = [
        format!("CFLAGS_{target}"),
        variable.clone(),
        "TARGET_CFLAGS".to_owned(),
        "CFLAGS".to_owned(),
    ]
    .iter()
    .find_map(|name| env::var(name).ok())
    .unwrap_or_default();
    // SAFETY: a build script is one thread, and nothing reads the environment meanwhile.
    unsafe {
        env::remove_var(format!("CFLAGS_{target}"));
        env::set_var(variable, format!("{inherited} {flags}"));
        env::set_var("CC_SHELL_ESCAPED_FLAGS", "1");
    }

    // The interpreter is optimised in every profile: the engine's time budget counts instructions, people count seconds.
    lua_src::Build::new()
        .debug(false)
        .opt_level("2")
        .build(lua_src::Lua52)
        .print_cargo_metadata();
}
