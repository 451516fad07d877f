//! What is wrong with a scenario: the line, the key, and what is allowed.

use std::fmt;

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// Line of the text, from 1; `None` for MIDI files.
    pub line: Option<u32>,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl ScenarioError {
    /// An error in a line of the text.
    pub(crate) fn at(line: u32, message: String) -> ScenarioError {
        ScenarioError {
            line: Some(line),
            message,
        }
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ScenarioError {}
