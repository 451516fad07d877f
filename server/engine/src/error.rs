//! Script errors in HALion's own shape: `callback: line: message: source line` (HALion semantics 1.7, 11.9).

use std::fmt;

use halion_api::Thread;

use crate::record::TaskId;

/// One error that a script made; the task it happened in is dead.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptError {
    /// The callback or function at the bottom of the task; the script's path for global statements; `?` if unnamed.
    pub callback: String,
    /// File of the line.
    pub path: String,
    /// Line the error is reported for, from 1; 0 if no line is known.
    pub line: u32,
    /// The message without its position.
    pub message: String,
    /// The line of the script, untrimmed, without its line end.
    pub source_line: String,
    /// The thread the task ran on.
    pub thread: Thread,
    /// The task.
    pub task: TaskId,
    /// The calls at the moment of the error, innermost first.
    pub stack: Vec<StackFrame>,
}

/// One call on the stack of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFrame {
    /// The function as its caller names it; `<anonymous>` if it has no name.
    pub function: String,
    /// File of the line.
    pub path: String,
    /// Line that was executing, from 1.
    pub line: u32,
}

impl ScriptError {
    /// What a callback returned cannot be used.
    pub(crate) fn in_result(
        callback: &str,
        path: &str,
        message: String,
        thread: Thread,
        task: TaskId,
    ) -> ScriptError {
        ScriptError {
            callback: callback.to_owned(),
            path: path.to_owned(),
            line: 0,
            message,
            source_line: String::new(),
            thread,
            task,
            stack: Vec::new(),
        }
    }

    /// The line HALion's output pane shows. The source line keeps its indentation, as in HALion's picture.
    pub fn text(&self) -> String {
        if self.line == 0 {
            return format!("{}: {}", self.callback, self.message);
        }
        format!(
            "{}: {}: {}: {}",
            self.callback, self.line, self.message, self.source_line
        )
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for ScriptError {}
