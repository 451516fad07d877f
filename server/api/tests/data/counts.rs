//! What there is: as many entries as the reference has, each once, with the threads its page names.

use std::collections::{BTreeMap, BTreeSet};

use halion_api::{Function, Thread, Threads, api};

use crate::{all_callbacks, disputes, everything_callable, fields};

#[test]
fn counts_are_those_of_the_reference() {
    let api = api();
    let constants: usize = api
        .enums()
        .iter()
        .map(|enumeration| enumeration.constants.len())
        .sum();
    let method_names: BTreeSet<_> = api.methods().iter().map(|method| &method.name).collect();
    let hops: usize = everything_callable(api)
        .map(|function| function.function_params.len())
        .sum();
    let lua_hops: usize = api
        .lua()
        .entries()
        .map(|entry| entry.function_params.len())
        .sum();
    assert_eq!(api.functions().len(), 91);
    assert_eq!((api.methods().len(), method_names.len()), (87, 77));
    assert_eq!(api.constructors().count(), 9);
    assert_eq!((api.classes().len(), fields(api).count()), (14, 71));
    assert_eq!((api.callbacks().len(), api.ui_callbacks().len()), (19, 9));
    assert_eq!((api.enums().len(), constants), (12, 273));
    assert_eq!(
        (
            api.tables().len(),
            api.tables()
                .iter()
                .map(|table| table.fields.len())
                .sum::<usize>()
        ),
        (15, 74)
    );
    assert_eq!(api.controller_numbers().len(), 25);
    assert_eq!(hops + lua_hops, 29);
}

#[test]
fn threads_are_those_of_the_reference() {
    let count = |functions: &[&Function]| {
        let mut count = BTreeMap::new();
        for function in functions {
            let label = if function.ui_only {
                "UI scripts".to_owned()
            } else {
                function.stated().to_string()
            };
            *count.entry(label).or_insert(0) += 1;
        }
        count
            .into_iter()
            .map(|(threads, n)| format!("{threads} {n}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let api = api();
    let functions: Vec<_> = api.functions().iter().collect();
    let methods: BTreeMap<_, _> = api
        .methods()
        .iter()
        .map(|method| (&method.name, method))
        .collect();
    let constructors: Vec<_> = api.constructors().collect();
    assert_eq!(
        count(&functions),
        "Controller 29, Controller and Processor 12, Processor 49, UI scripts 1"
    );
    assert_eq!(
        count(&methods.into_values().collect::<Vec<_>>()),
        "Controller 51, Controller and Processor 25, Processor 1"
    );
    assert_eq!(count(&constructors), "Controller 8, Processor 1");
    let in_controller = api
        .callbacks()
        .iter()
        .filter(|callback| callback.thread == Thread::Controller)
        .count();
    assert_eq!(in_controller, 7);
    assert!(
        api.ui_callbacks()
            .iter()
            .all(|callback| callback.thread == Thread::Controller && callback.ui_only)
    );
}

#[test]
fn names_are_unique() {
    let api = api();
    let mut seen = BTreeSet::new();
    let functions = api
        .functions()
        .iter()
        .chain(api.methods())
        .map(Function::qualified_name);
    let enums = api
        .enums()
        .iter()
        .map(|enumeration| enumeration.name.clone());
    let constants = api.enums().iter().flat_map(|of| {
        of.constants
            .iter()
            .map(|constant| format!("{}.{}", of.name, constant.name))
    });
    let class_names = api
        .classes()
        .iter()
        .map(|class| format!("class {}", class.name));
    let tables = api
        .tables()
        .iter()
        .map(|table| format!("table {}", table.name));
    let fields = fields(api).map(|(class, field)| format!("{class}.field {}", field.name));
    let callbacks = all_callbacks(api).map(|callback| callback.name.clone());
    let lua = api
        .lua()
        .entries()
        .map(|entry| format!("lua {}", entry.qualified_name()));
    for name in functions
        .chain(enums)
        .chain(constants)
        .chain(class_names)
        .chain(tables)
        .chain(fields)
        .chain(callbacks)
        .chain(lua)
    {
        assert!(seen.insert(name.clone()), "{name} occurs twice");
    }
}

#[test]
fn disputed_entries_keep_both_readings() {
    let table: Vec<String> = disputes(api())
        .into_iter()
        .map(|(name, dispute)| {
            format!(
                "{name}: stated {}, accepted {}, doubtful {}",
                dispute.stated, dispute.accepted, dispute.doubtful
            )
        })
        .collect();
    assert_eq!(
        table,
        [
            "defineModulation: stated Processor, accepted Controller and Processor, doubtful no thread",
            "getProductName: stated Processor, accepted Processor, doubtful no thread",
            "getTime: stated Processor, accepted Processor, doubtful Controller",
            "Layer:appendZone: stated Controller and Processor, accepted Controller and Processor, doubtful Processor",
            "Layer:getQCAssignmentMode: stated Controller and Processor, accepted Controller and Processor, doubtful no thread",
            "ModulationMatrixRow:getSource1: stated Processor, accepted Controller, doubtful Processor",
            "Event: stated Processor, accepted Controller and Processor, doubtful no thread",
            "class Event: stated Processor, accepted Controller and Processor, doubtful no thread",
        ]
    );
    let api = api();
    assert_eq!(api.constructor("Event").unwrap().threads, Threads::BOTH);
    assert_eq!(
        api.enumeration("EventType").unwrap().threads(),
        Threads::BOTH
    );
    assert_eq!(
        api.enumeration("EventType").unwrap().stated,
        Threads::PROCESSOR
    );
}
