//! Lines above functions, and the ways to a function that a click on its line shows.

use halion_ide::{Step, callers, lenses};
use serde_json::{Value, json};
use tower_lsp::lsp_types::*;

use crate::diagnostics::steps_to;
use crate::scripts::View;

/// Shows who calls a function. Arguments: the address of a document, a position in the function. The answer has `locations` of all
/// steps, for an editor that shows them beside the function, and `paths` as text.
pub(crate) const SHOW_CALLERS: &str = "halionScript.showCallers";

/// Gives the page of a rule as Markdown. Argument: its code.
pub(crate) const RULE_PAGE: &str = "halionScript.rulePage";

/// A click on a line that only tells something does nothing.
const NO_COMMAND: &str = "";

impl View {
    pub(crate) fn code_lenses(&self) -> Vec<CodeLens> {
        if !self.wants_lenses {
            return Vec::new();
        }
        let lines = self.text().lines();
        let found = lenses(&self.version.snapshot, self.file()).into_iter();
        let converted = found.map(|lens| {
            let range = lines.range(lens.range);
            let command = match lens.is_called {
                true => Command {
                    title: lens.title,
                    command: SHOW_CALLERS.into(),
                    arguments: Some(vec![json!(self.text().uri), json!(range.start)]),
                },
                false => Command {
                    title: lens.title,
                    command: NO_COMMAND.into(),
                    arguments: None,
                },
            };
            CodeLens {
                range,
                command: Some(command),
                data: None,
            }
        });
        converted.collect()
    }

    /// What [`SHOW_CALLERS`] answers.
    pub(crate) fn callers(&self, position: Position) -> Value {
        let offset = self.text().lines().offset(position);
        let paths = callers(&self.version.snapshot, self.file(), offset);
        let mut locations: Vec<Location> = Vec::new();
        for location in paths.iter().flat_map(|path| steps_to(path, &self.version)) {
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
        let paths: Vec<String> = paths.iter().map(|path| described(path)).collect();
        json!({ "locations": locations, "paths": paths })
    }
}

/// `onNote > playAll > notify, in the Processor`.
fn described(path: &[Step]) -> String {
    let names: Vec<&str> = path.iter().map(Step::shown_name).collect();
    let thread = path.last().map(|step| step.thread.name());
    format!(
        "{}, in the {}",
        names.join(" > "),
        thread.unwrap_or_default()
    )
}

/// The two arguments of [`SHOW_CALLERS`].
pub(crate) fn place_in(arguments: &[Value]) -> Option<(Url, Position)> {
    let [uri, position] = arguments else {
        return None;
    };
    let uri = serde_json::from_value(uri.clone()).ok()?;
    Some((uri, serde_json::from_value(position.clone()).ok()?))
}

/// The page of the rule in the one argument of [`RULE_PAGE`].
pub(crate) fn page_in(arguments: &[Value]) -> Option<&'static str> {
    let [code] = arguments else { return None };
    let code = halion_ide::Code::named(code.as_str()?)?;
    Some(code.page().markdown)
}
