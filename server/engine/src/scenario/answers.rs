//! `[[message_box]]`: what closes the boxes that a script opens, one after the other (HALion semantics 11.7).

use super::{
    read::Fields,
    schema::{Form, Key},
};

/// The keys of one answer; the names are those of `MessageBoxResult`.
pub(super) const KEYS: &[Key] = &[Key::required(
    "answer",
    Form::Choice(&["button1", "button2", "button3", "escape"]),
    "What closes the box.",
)];

/// The answers in their order.
pub(super) fn of(scenario: &Fields) -> Vec<String> {
    let boxes = scenario.tables("message_box").iter();
    boxes.map(|answer| answer.text("answer")).collect()
}
