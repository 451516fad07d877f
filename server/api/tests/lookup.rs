//! Lookup by name, and the rules that other crates read off an entry.
#![allow(clippy::unwrap_used)]

use halion_api::{Availability, FunctionKind, RunsOn, Thread, Threads, api, wrong_thread_message};

#[test]
fn finds_each_kind_by_name() {
    let api = api();
    assert_eq!(
        api.function("openURL").unwrap().threads,
        Threads::CONTROLLER
    );
    assert_eq!(
        api.function("AudioFile.open").unwrap().kind,
        FunctionKind::Static
    );
    assert!(
        api.function("open").is_none()
            && api.function("Layer").is_none()
            && api.function("onNote").is_none()
    );
    assert_eq!(api.methods_named("findBusses").len(), 3);
    assert!(api.methods_named("findNothing").is_empty());
    assert_eq!(api.constructor("Layer").unwrap().qualified_name(), "Layer");
    assert!(api.constructor("LoadProgress").is_none());
    assert_eq!(api.callback("onNote").unwrap().thread, Thread::Processor);
    assert!(api.callback("onDropDone").is_none() && api.ui_callback("onDropDone").is_some());
    assert_eq!(api.constant("EventType", "noteOn").unwrap().value, 1);
    assert_eq!(
        api.enumeration("ModulationSource")
            .unwrap()
            .constant_of(41)
            .unwrap()
            .name,
        "sampleAndHold"
    );
    assert_eq!(api.global("this").unwrap().value_type, "MidiModule");
    assert!(api.table("MidiSequence").unwrap().field("tracks").is_some());
}

#[test]
fn methods_and_fields_are_inherited() {
    let api = api();
    let ancestry: Vec<_> = api
        .ancestry("Program")
        .map(|class| class.name.as_str())
        .collect();
    assert_eq!(ancestry, ["Program", "Layer", "Element"]);
    assert_eq!(
        api.method("Program", "setName").unwrap().qualified_name(),
        "Element:setName"
    );
    assert_eq!(
        api.method("Program", "appendZone")
            .unwrap()
            .qualified_name(),
        "Layer:appendZone"
    );
    assert!(api.field("Zone", "parent").is_some() && api.field("Element", "keyLow").is_none());
    assert!(api.method("Event", "setName").is_none());
}

#[test]
fn clone_takes_elements_in_the_controller_only() {
    let clone = api().function("clone").unwrap();
    assert_eq!(clone.threads, Threads::BOTH);
    assert_eq!(clone.threads_for("Event"), Threads::BOTH);
    assert_eq!(clone.threads_for("Layer"), Threads::CONTROLLER);
}

#[test]
fn functions_given_as_arguments_know_their_thread() {
    let api = api();
    let hop = |name: &str| api.function(name).unwrap().function_params.first().unwrap();
    assert!(hop("runAsync").runs_on == RunsOn::Controller && hop("runAsync").caller_suspended);
    assert!(hop("runSync").runs_on == RunsOn::Processor && !hop("runSync").passes_arguments);
    assert_eq!(
        hop("spawn").runs_on.thread(Thread::Processor),
        Thread::Processor
    );
    let filter = &api.method("Layer", "findZones").unwrap().function_params[0];
    assert!(filter.sync && !filter.may_suspend && filter.position == Some(2));
    let [change, in_processor] = api
        .function("defineParameter")
        .unwrap()
        .function_params
        .as_slice()
    else {
        panic!("two entries")
    };
    assert!(change.first_function_argument && change.key.as_deref() == Some("onChanged"));
    assert_eq!(in_processor.only_if.as_deref(), Some("processorCallback"));
    assert_eq!(
        (in_processor.runs_on, in_processor.fallback),
        (RunsOn::Processor, Some(Thread::Controller))
    );
}

#[test]
fn suspending_functions_are_the_documented_four() {
    let suspending: Vec<_> = api()
        .functions()
        .iter()
        .filter(|function| function.suspends)
        .map(|function| function.name.as_str())
        .collect();
    assert_eq!(
        suspending,
        ["runAsync", "wait", "waitBeat", "waitForRelease"]
    );
    let in_on_note: Vec<_> = api()
        .functions()
        .iter()
        .filter(|function| !function.only_in.is_empty())
        .map(|function| function.name.as_str())
        .collect();
    assert_eq!(in_on_note, ["isNoteHeld", "waitForRelease"]);
}

#[test]
fn the_standard_library_is_that_of_lua_5_2_without_what_halion_removes() {
    let lua = api().lua();
    let named = |availability| -> Vec<String> {
        let entries = lua
            .entries()
            .filter(|entry| entry.availability == availability && entry.library != "coroutine");
        entries.map(halion_api::LuaEntry::qualified_name).collect()
    };
    assert_eq!(
        named(Availability::Removed),
        [
            "io.popen",
            "io.tmpfile",
            "os.execute",
            "os.exit",
            "os.getenv",
            "os.setlocale",
            "os.tmpname"
        ]
    );
    assert_eq!(
        named(Availability::Deprecated),
        [
            "loadstring",
            "module",
            "unpack",
            "package.loaders",
            "package.seeall",
            "table.maxn",
            "math.log10"
        ]
    );
    assert_eq!(
        lua.library("coroutine").unwrap().availability,
        Availability::Removed
    );
    // What other versions have says which, and is nil.
    let absent = || {
        let entries = lua.entries();
        entries.filter(|entry| entry.availability == Availability::Absent)
    };
    assert!(absent().all(|entry| entry.part_of.is_some() && entry.threads().is_empty()));
    let from_5_1: Vec<_> = absent()
        .filter(|entry| entry.part_of.as_deref() == Some("Lua 5.1"))
        .map(halion_api::LuaEntry::qualified_name)
        .collect();
    assert_eq!(
        from_5_1,
        [
            "getfenv",
            "setfenv",
            "gcinfo",
            "newproxy",
            "table.foreach",
            "table.foreachi",
            "table.getn"
        ]
    );
    assert!(lua.has_global("bit32") && lua.has_global("unpack"));
    assert!(
        !["file", "utf8", "bit", "coroutine", "setfenv"]
            .map(|name| lua.has_global(name))
            .contains(&true)
    );
    assert!(
        lua.library("coroutine")
            .unwrap()
            .entries
            .iter()
            .all(|entry| entry.threads().is_empty())
    );
    assert_eq!(lua.entry("print").unwrap().threads(), Threads::BOTH);
    let calling: Vec<_> = lua
        .entries()
        .filter(|entry| !entry.function_params.is_empty())
        .map(halion_api::LuaEntry::qualified_name)
        .collect();
    assert_eq!(
        calling,
        [
            "load",
            "pcall",
            "xpcall",
            "string.gsub",
            "table.sort",
            "debug.sethook"
        ]
    );
    let may_suspend = |name: &str| lua.entry(name).unwrap().function_params[0].may_suspend;
    assert!(
        may_suspend("pcall")
            && may_suspend("xpcall")
            && !may_suspend("table.sort")
            && !may_suspend("string.gsub")
    );
}

#[test]
fn addresses_are_those_of_the_published_reference() {
    let api = api();
    let base = "https://steinbergmedia.github.io/halion-script-api";
    assert_eq!(
        api.function("AudioFile.open").unwrap().url(),
        format!("{base}/HALion-Script/pages/AudioFileopen.html")
    );
    assert_eq!(
        api.constructor("Bus").unwrap().url(),
        format!("{base}/HALion-Script/pages/Bus-Constructor.html")
    );
    assert_eq!(
        api.ui_callback("onDropDone").unwrap().url(),
        format!("{base}/HALion-Macro-Page/pages/Drag-Group.html#ondropdone")
    );
    assert_eq!(
        api.lua().entry("table.sort").unwrap().url(),
        "https://www.lua.org/manual/5.2/manual.html#pdf-table.sort"
    );
    assert_eq!(
        api.lua().entry("utf8.len").unwrap().url(),
        "https://www.lua.org/manual/5.3/manual.html#pdf-utf8.len"
    );
}

#[test]
fn a_wrong_call_reads_as_in_halion() {
    let function = api().method("Layer", "setName").unwrap();
    assert_eq!(
        wrong_thread_message(&function.name, Thread::Processor),
        "Function HALion::setName is not available in the Processor context."
    );
}
