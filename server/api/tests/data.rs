//! The data files as a whole: complete, consistent, and agreeing with the facts that other crates lean on.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use halion_api::{
    Api, Callback, Dispute, Field, Function, FunctionKind, Range, Thread, Threads, Value, api,
};

fn everything_callable(api: &Api) -> impl Iterator<Item = &'static Function> {
    api.functions()
        .iter()
        .chain(api.methods())
        .chain(api.constructors())
}

fn all_callbacks(api: &Api) -> impl Iterator<Item = &'static Callback> {
    api.callbacks().iter().chain(api.ui_callbacks())
}

/// Every value that has a type, with the name of its owner.
fn values(api: &Api) -> Vec<(String, &'static Value)> {
    let mut values = Vec::new();
    for function in everything_callable(api) {
        let owned = [&function.params, &function.named_params, &function.returns];
        let passed = function
            .function_params
            .iter()
            .flat_map(|hop| &hop.arguments);
        values.extend(
            owned
                .into_iter()
                .flatten()
                .chain(passed)
                .map(|value| (function.qualified_name(), value)),
        );
    }
    for callback in all_callbacks(api) {
        let owned = [
            &callback.params,
            &callback.returns,
            &callback.result_keys,
            &callback.event_fields,
        ];
        values.extend(
            owned
                .into_iter()
                .flatten()
                .map(|value| (callback.name.clone(), value)),
        );
    }
    for table in api.tables() {
        values.extend(table.fields.iter().map(|value| (table.name.clone(), value)));
    }
    let keys: Vec<_> = values
        .iter()
        .flat_map(|(owner, value)| value.keys.iter().map(|key| (owner.clone(), key)))
        .collect();
    values.extend(keys);
    values
}

fn fields(api: &Api) -> impl Iterator<Item = (&'static str, &'static Field)> {
    api.classes().iter().flat_map(|class| {
        class
            .fields
            .iter()
            .map(|field| (class.name.as_str(), field))
    })
}

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
fn everything_is_described_in_sentences() {
    let api = api();
    let mut texts: Vec<(String, &str, usize)> = Vec::new();
    texts.extend(
        everything_callable(api)
            .map(|function| (function.qualified_name(), function.description.as_str(), 30)),
    );
    texts.extend(
        all_callbacks(api)
            .map(|callback| (callback.name.clone(), callback.description.as_str(), 30)),
    );
    texts.extend(
        api.classes()
            .iter()
            .map(|class| (class.name.clone(), class.description.as_str(), 30)),
    );
    texts.extend(
        api.tables()
            .iter()
            .map(|table| (table.name.clone(), table.description.as_str(), 25)),
    );
    texts.extend(
        api.globals()
            .iter()
            .map(|global| (global.name.clone(), global.description.as_str(), 25)),
    );
    texts.extend(fields(api).map(|(class, field)| {
        (
            format!("{class}.{}", field.name),
            field.description.as_str(),
            15,
        )
    }));
    for enumeration in api.enums() {
        texts.push((enumeration.name.clone(), &enumeration.description, 25));
        texts.extend(
            enumeration
                .constants
                .iter()
                .map(|constant| (constant.name.clone(), constant.description.as_str(), 10)),
        );
    }
    texts.extend(
        api.controller_numbers()
            .iter()
            .map(|number| (number.name.clone(), number.description.as_str(), 20)),
    );
    for library in api.lua().libraries() {
        texts.push((library.name.clone(), &library.description, 20));
        texts.extend(
            library
                .entries
                .iter()
                .map(|entry| (entry.qualified_name(), entry.description.as_str(), 20)),
        );
    }
    // What a callback passes on is described by the class of the object.
    texts.extend(
        values(api)
            .into_iter()
            .filter(|(_, value)| !value.description.is_empty())
            .map(|(owner, value)| {
                (
                    format!("{owner}({})", value.name),
                    value.description.as_str(),
                    5,
                )
            }),
    );
    let notes = everything_callable(api).flat_map(|function| {
        function
            .function_params
            .iter()
            .map(|hop| (function.qualified_name(), hop.note.as_str(), 20))
    });
    texts.extend(notes);
    texts.extend(
        disputes(api)
            .into_iter()
            .map(|(name, dispute)| (name, dispute.note.as_str(), 40)),
    );
    for (name, text, shortest) in texts {
        assert!(text.len() >= shortest, "{name}: too short: {text:?}");
        assert!(
            text.ends_with('.') && !text.ends_with(".."),
            "{name}: no full stop: {text:?}"
        );
        assert!(
            text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()),
            "{name}: small first letter: {text:?}"
        );
        assert!(
            !text.contains("  ") && text.trim() == text,
            "{name}: stray space: {text:?}"
        );
    }
}

#[test]
fn each_parameter_and_result_is_described() {
    let api = api();
    for function in everything_callable(api) {
        for value in function
            .params
            .iter()
            .chain(&function.named_params)
            .chain(&function.returns)
        {
            assert!(
                !value.description.is_empty(),
                "{}: {} lacks a description",
                function.qualified_name(),
                value.name
            );
        }
    }
}

#[test]
fn types_and_references_are_known() {
    let api = api();
    let lua = [
        "any", "boolean", "function", "integer", "number", "string", "table",
    ];
    let is_type = |name: &str| lua.contains(&name) || api.class(name).is_some();
    let is_enum = |name: &str| name == "ControllerNumber" || api.enumeration(name).is_some();
    for (owner, value) in values(api) {
        let place = format!("{owner}({})", value.name);
        assert!(
            !value.types.is_empty() && value.types.iter().all(|name| is_type(name)),
            "{place}: {:?}",
            value.types
        );
        assert!(
            value.enumeration.iter().all(|name| is_enum(name)),
            "{place}: {:?}",
            value.enumeration
        );
        assert!(
            value.table.iter().all(|name| api.table(name).is_some()),
            "{place}: {:?}",
            value.table
        );
        assert!(
            value
                .element_type
                .iter()
                .all(|name| is_type(name) || api.table(name).is_some()),
            "{place}: {:?}",
            value.element_type
        );
    }
    for (class, field) in fields(api) {
        assert!(
            !field.types.is_empty() && field.types.iter().all(|name| is_type(name)),
            "{class}.{}: {:?}",
            field.name,
            field.types
        );
        assert!(
            field.enumeration.iter().all(|name| is_enum(name)),
            "{class}.{}: {:?}",
            field.name,
            field.enumeration
        );
        assert!(
            field.element_type.iter().all(|name| is_type(name)),
            "{class}.{}: {:?}",
            field.name,
            field.element_type
        );
        assert!(
            field
                .event_types
                .iter()
                .all(|name| api.constant("EventType", name).is_some()),
            "{class}.{}",
            field.name
        );
    }
    for class in api.classes() {
        assert!(
            class.extends.iter().all(|base| api.class(base).is_some()),
            "{}",
            class.name
        );
        assert!(
            class
                .obtained_by
                .iter()
                .all(|source| is_callable_or_field(api, source)),
            "{}: {:?}",
            class.name,
            class.obtained_by
        );
    }
    for method in api.methods() {
        assert!(
            method
                .class
                .as_deref()
                .is_some_and(|class| api.class(class).is_some()),
            "{}",
            method.name
        );
    }
    for callback in all_callbacks(api) {
        assert!(
            callback
                .event_type
                .iter()
                .all(|name| api.constant("EventType", name).is_some()),
            "{}",
            callback.name
        );
        assert!(
            callback
                .fallback
                .iter()
                .all(|name| api.callback(name).is_some()),
            "{}",
            callback.name
        );
        assert!(
            callback
                .pass_on_with
                .iter()
                .all(|name| api.function(name).is_some()),
            "{}",
            callback.name
        );
    }
    for global in api.globals() {
        assert!(is_type(&global.value_type), "{}", global.name);
        assert!(
            global
                .members
                .iter()
                .all(|member| api.function(&format!("{}.{member}", global.name)).is_some()),
            "{}",
            global.name
        );
    }
    for function in everything_callable(api) {
        assert!(
            function
                .only_in
                .iter()
                .all(|name| api.callback(name).is_some()),
            "{}",
            function.name
        );
    }
}

fn is_callable_or_field(api: &Api, source: &str) -> bool {
    let field = source
        .split_once('.')
        .is_some_and(|(class, field)| api.field(class, field).is_some());
    field || api.function(source).is_some() || !api.methods_named(source).is_empty()
}

#[test]
fn ranges_and_special_values_are_sane() {
    let api = api();
    let sane = |range: Option<Range>| {
        range.is_none_or(|range| {
            range.min < range.max && range.min.is_finite() && range.max.is_finite()
        })
    };
    for (owner, value) in values(api) {
        assert!(
            sane(value.range),
            "{owner}({}): {:?}",
            value.name,
            value.range
        );
        assert!(
            value
                .special
                .iter()
                .all(|special| !special.meaning.is_empty()),
            "{owner}({})",
            value.name
        );
        let number = value
            .default
            .as_deref()
            .and_then(|text| text.parse::<f64>().ok());
        let special = value
            .special
            .iter()
            .any(|special| Some(&special.value) == value.default.as_ref());
        let fits = number
            .zip(value.range)
            .is_none_or(|(number, range)| range.contains(number));
        assert!(
            fits || special,
            "{owner}({}): default outside the range",
            value.name
        );
    }
    for (class, field) in fields(api) {
        assert!(
            sane(field.range),
            "{class}.{}: {:?}",
            field.name,
            field.range
        );
    }
    for enumeration in api.enums() {
        assert!(
            enumeration
                .constants
                .is_sorted_by_key(|constant| constant.value),
            "{}: not in order",
            enumeration.name
        );
    }
}

#[test]
fn signatures_name_the_parameters() {
    for function in everything_callable(api()) {
        let name = match function.kind {
            FunctionKind::Static => function.qualified_name(),
            _ => function.name.clone(),
        };
        let all = function.signatures.join("\n");
        assert!(!function.signatures.is_empty(), "{name} has no signature");
        assert!(
            function
                .signatures
                .iter()
                .all(|signature| signature.starts_with(&name)),
            "{name}: {all}"
        );
        for param in function.params.iter().chain(&function.named_params) {
            assert!(
                all.contains(&param.name),
                "{name}: no signature has {}",
                param.name
            );
        }
    }
}

#[test]
fn function_parameters_can_be_found_in_a_call() {
    for function in everything_callable(api()) {
        for hop in &function.function_params {
            let place = format!("{}({})", function.qualified_name(), hop.param);
            assert!(
                hop.position.is_some() || hop.first_function_argument || hop.key.is_some(),
                "{place} cannot be found"
            );
            if let Some(position) = hop.position {
                let param = &function.params[position as usize - 1];
                assert_eq!(param.name, hop.param, "{place}");
                assert!(param.types.iter().any(|name| name == "function"), "{place}");
            }
            if let Some(key) = &hop.key {
                let keys = function
                    .params
                    .iter()
                    .flat_map(|param| &param.keys)
                    .chain(&function.named_params);
                assert!(
                    keys.clone().any(|value| &value.name == key),
                    "{place}: no key {key}"
                );
                assert!(
                    hop.only_if
                        .iter()
                        .all(|only_if| keys.clone().any(|value| &value.name == only_if)),
                    "{place}"
                );
            }
        }
    }
}

#[test]
fn pages_have_addresses_and_links_lead_somewhere() {
    let api = api();
    let chapters = [
        "Controller-Numbers",
        "Protecting-Layers",
        "Using-Slot-Local-Variables",
    ]
    .map(String::from);
    let mut pages: BTreeSet<String> = chapters.into();
    pages.extend(everything_callable(api).map(|function| function.page.clone()));
    pages.extend(all_callbacks(api).map(|callback| callback.page.clone()));
    pages.extend(api.classes().iter().map(|class| class.page.clone()));
    pages.extend(
        api.enums()
            .iter()
            .map(|enumeration| enumeration.page.clone()),
    );
    pages.extend(api.tables().iter().map(|table| table.page.clone()));
    let see_also = everything_callable(api).map(|function| (&function.name, &function.see_also));
    for (name, links) in
        see_also.chain(all_callbacks(api).map(|callback| (&callback.name, &callback.see_also)))
    {
        assert!(
            links.iter().all(|link| pages.contains(link)),
            "{name}: {links:?}"
        );
    }
    let urls = everything_callable(api)
        .map(Function::url)
        .chain(all_callbacks(api).map(Callback::url));
    for url in urls.chain(api.lua().entries().map(|entry| entry.url())) {
        assert!(
            url.starts_with("https://") && !url.contains([' ', '\\']) && !url.contains("//pages"),
            "{url}"
        );
    }
    assert!(pages.iter().all(|page| !page.is_empty()));
}

fn disputes(api: &Api) -> Vec<(String, &'static Dispute)> {
    let functions = everything_callable(api)
        .filter_map(|function| Some((function.qualified_name(), function.dispute.as_ref()?)));
    let classes = api
        .classes()
        .iter()
        .filter_map(|class| Some((format!("class {}", class.name), class.dispute.as_ref()?)));
    functions.chain(classes).collect()
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
