//! What a person reads: whole sentences, and addresses that lead somewhere.

use std::collections::BTreeSet;

use halion_api::{Callback, Function, api};

use crate::{all_callbacks, disputes, everything_callable, fields, values};

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
