//! What is wrong with a script, in all its files.

use halion_analysis::Diagnostic;
use halion_api::{Function, api};

use crate::Snapshot;

/// By file, then by place; computed at the first call.
pub fn diagnostics(snapshot: &Snapshot) -> &[Diagnostic] {
    &snapshot.analysis().diagnostics
}

/// The address of the reference page of the function that a finding is about.
#[must_use]
pub fn reference_url(diagnostic: &Diagnostic) -> Option<String> {
    function_named(diagnostic.function.as_deref()?).map(Function::url)
}

/// The function, method or constructor that a diagnostic calls by this name: `openURL`, `setName`, `Layer:setName`.
pub(crate) fn function_named(name: &str) -> Option<&'static Function> {
    let api = api();
    let bare = name.rsplit([':', '.']).next().unwrap_or(name);
    let method = || {
        name.split_once(':')
            .and_then(|(class, method)| api.method(class, method))
    };
    api.function(name)
        .or_else(|| api.constructor(name))
        .or_else(method)
        .or_else(|| api.methods_named(bare).first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_by_every_name_a_finding_uses() {
        for (name, page) in [
            ("openURL", "openURL"),
            ("setName", "setName"),
            ("AudioFile.open", "AudioFileopen"),
        ] {
            let url = function_named(name).map(Function::url);
            assert!(url.is_some_and(|url| url.contains(page)), "{name}");
        }
        assert!(function_named("noSuchThing").is_none());
    }
}
