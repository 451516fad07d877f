//! The data files as a whole: counts, names, types and the few facts other crates lean on.
#![allow(clippy::unwrap_used)]

use halion_api::{FunctionKind, RunsOn, Thread, Threads, api};

#[test]
fn counts_are_those_of_the_reference() {
    let api = api();
    let constants: usize = api
        .enums()
        .iter()
        .map(|enumeration| enumeration.constants.len())
        .sum();
    let fields: usize = api.classes().iter().map(|class| class.fields.len()).sum();
    assert_eq!(api.functions().len(), 91);
    assert_eq!(api.methods().len(), 87);
    assert_eq!(api.constructors().count(), 9);
    assert_eq!((api.classes().len(), fields), (14, 71));
    assert_eq!((api.callbacks().len(), api.ui_callbacks().len()), (19, 9));
    assert_eq!((api.enums().len(), constants), (12, 273));
    assert_eq!(api.tables().len(), 15);
    assert_eq!(api.controller_numbers().len(), 25);
}

#[test]
fn lookup_finds_each_kind() {
    let api = api();
    assert_eq!(
        api.function("openURL").unwrap().threads,
        Threads::CONTROLLER
    );
    assert_eq!(
        api.function("AudioFile.open").unwrap().kind,
        FunctionKind::Static
    );
    assert!(api.function("open").is_none());
    assert_eq!(
        api.method("Program", "setName").unwrap().qualified_name(),
        "Element:setName"
    );
    assert_eq!(api.methods_named("findBusses").len(), 3);
    assert_eq!(
        api.constructor("Event").unwrap().kind,
        FunctionKind::Constructor
    );
    assert_eq!(api.callback("onNote").unwrap().thread, Thread::Processor);
    assert!(api.callback("onDropDone").is_none() && api.ui_callback("onDropDone").is_some());
    assert_eq!(api.constant("EventType", "noteOn").unwrap().value, 1);
    assert_eq!(
        api.lua().entry("table.sort").unwrap().function_params[0].runs_on,
        RunsOn::Caller
    );
}
