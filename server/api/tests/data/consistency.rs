//! What programs rely on: known types, sane ranges, function arguments that can be found in a call.

use halion_api::{Api, FunctionKind, Range, api};

use crate::{all_callbacks, everything_callable, fields, values};

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
