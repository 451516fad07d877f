//! `syntax-error`: the text is not Lua 5.2, as the parser tells it. The rest of the file is analysed all the same.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::script::{FileId, Script};

/// Errors of all files.
pub(crate) fn check(script: &Script) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (idx, file) in script.files.iter().enumerate() {
        let file_id = FileId(u32::try_from(idx).expect("fewer than 2^32 files"));
        diagnostics.extend(file.parse.errors().iter().map(|error| Diagnostic {
            code: Code::SyntaxError,
            severity: Severity::Error,
            file: file_id,
            range: error.range,
            message: error.message.clone(),
            function: None,
            thread: None,
            chain: Vec::new(),
            supplied_at: None,
            also_from: Vec::new(),
            help: Vec::new(),
            runtime_text: None,
            meant: None,
        }));
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_half_typed_statement_does_not_hide_the_rest() {
        check(
            r#"
            function onNote(event)
              local x =
              openURL("u") -- error: [wrong-thread] "openURL" onNote
            end
            "#,
            "",
        );
    }
}
