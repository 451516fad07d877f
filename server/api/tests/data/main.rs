//! The data files as a whole: complete, consistent, and readable. This file holds the ways to walk over every entry.
#![allow(clippy::unwrap_used)]

mod consistency;
mod counts;
mod prose;

use halion_api::{Api, Callback, Dispute, Field, Function, Value};

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

fn disputes(api: &Api) -> Vec<(String, &'static Dispute)> {
    let functions = everything_callable(api)
        .filter_map(|function| Some((function.qualified_name(), function.dispute.as_ref()?)));
    let classes = api
        .classes()
        .iter()
        .filter_map(|class| Some((format!("class {}", class.name), class.dispute.as_ref()?)));
    functions.chain(classes).collect()
}
