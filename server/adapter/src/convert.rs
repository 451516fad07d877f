//! From the client's words to ours and back: lines, paths, threads, frames, variables.
//!
//! The only place that knows how the client counts lines and spells paths. DAP columns are UTF-16 units; this adapter
//! knows lines only, so each column it sends is the first one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dap::types;
use halion_debugger::vocabulary::{
    Frame, FrameKind, Place, Scope, ScopeKind, Shown, Stop, StopReason, Variable,
};
use halion_debugger::{Breakpoint, Thread, vocabulary::Filter};

use crate::message::Refusal;
use crate::types::{InitializeArguments, StoppedEvent};

/// How the client counts and spells.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    first_line: i64,
    first_column: i64,
    is_uri: bool,
    pages: bool,
    types: bool,
    /// The client's spelling of each file it has named, by the engine's.
    spellings: BTreeMap<String, String>,
}

impl Default for Client {
    fn default() -> Self {
        Client {
            first_line: 1,
            first_column: 1,
            is_uri: false,
            pages: false,
            types: false,
            spellings: BTreeMap::new(),
        }
    }
}

impl Client {
    pub(crate) fn new(arguments: &InitializeArguments) -> Client {
        Client {
            first_line: i64::from(arguments.lines_start_at1),
            first_column: i64::from(arguments.columns_start_at1),
            is_uri: arguments.path_format.as_deref() == Some("uri"),
            pages: arguments.supports_variable_paging,
            types: arguments.supports_variable_type,
            spellings: BTreeMap::new(),
        }
    }

    /// A line of ours as the client counts.
    pub(crate) fn line(&self, line: u32) -> i64 {
        i64::from(line) - 1 + self.first_line
    }

    /// A line of the client's as we count, from 1; nonsense becomes line 1.
    pub(crate) fn engine_line(&self, line: i64) -> u32 {
        u32::try_from(line.saturating_sub(self.first_line).saturating_add(1))
            .unwrap_or(0)
            .max(1)
    }

    /// The engine's path of a file the client names, and from now on the client's spelling of it.
    pub(crate) fn engine_path(&mut self, path: &str) -> Result<String, Refusal> {
        let file = if self.is_uri {
            from_uri(path)?
        } else {
            PathBuf::from(path)
        };
        let engine_path = key(&file);
        self.spellings.insert(engine_path.clone(), path.to_owned());
        Ok(engine_path)
    }

    /// How a file that we found is spelt, unless the client has named it itself.
    pub(crate) fn learn(&mut self, file: &Path) {
        let spelt = absolute(file).to_string_lossy().into_owned();
        let spelt = if self.is_uri { to_uri(&spelt) } else { spelt };
        self.spellings.entry(key(file)).or_insert(spelt);
    }

    /// A file for the client, in its own spelling if it has named the file. Only `name` and `path`: see `types`.
    pub(crate) fn source(&self, path: &str) -> types::Source {
        let spelt = self.spellings.get(path).cloned();
        let spelt = spelt.unwrap_or_else(|| {
            if self.is_uri {
                to_uri(path)
            } else {
                path.to_owned()
            }
        });
        let name = Path::new(path)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        types::Source {
            name,
            path: Some(spelt),
            ..types::Source::default()
        }
    }

    pub(crate) fn breakpoint(&self, breakpoint: &Breakpoint) -> types::Breakpoint {
        types::Breakpoint {
            id: Some(breakpoint.id.0),
            verified: breakpoint.problem.is_none(),
            message: breakpoint.problem.clone(),
            source: Some(self.source(&breakpoint.place.path)),
            line: Some(self.line(breakpoint.place.line)),
            ..types::Breakpoint::default()
        }
    }

    pub(crate) fn frame(&self, frame: &Frame) -> types::StackFrame {
        let hint = match frame.kind {
            FrameKind::Script => None,
            FrameKind::Native => Some(types::StackFramePresentationhint::Subtle),
            FrameKind::Label => Some(types::StackFramePresentationhint::Label),
        };
        let (source, line, column) = match &frame.place {
            Some(place) => (
                Some(self.source(&place.path)),
                self.line(place.line),
                self.first_column,
            ),
            // Without a source the client ignores both numbers, which must be there.
            None => (None, 0, 0),
        };
        types::StackFrame {
            id: frame.id.0,
            name: frame.name.clone(),
            source,
            line,
            column,
            presentation_hint: hint,
            ..types::StackFrame::default()
        }
    }

    pub(crate) fn scope(&self, scope: &Scope) -> types::Scope {
        types::Scope {
            name: scope.kind.name().to_owned(),
            presentation_hint: (scope.kind == ScopeKind::Locals)
                .then_some(types::ScopePresentationhint::Locals),
            variables_reference: scope.variables.0,
            named_variables: self.pages.then_some(scope.n_named as i64),
            expensive: false,
            ..types::Scope::default()
        }
    }

    pub(crate) fn variable(&self, variable: &Variable) -> types::Variable {
        let (n_named, n_indexed) = self.counts(&variable.value);
        let read_only = || types::VariablePresentationHint {
            attributes: Some(vec![types::VariablePresentationHintAttributes::ReadOnly]),
            ..types::VariablePresentationHint::default()
        };
        types::Variable {
            name: variable.name.clone(),
            value: variable.value.text.clone(),
            type_field: self.type_of(&variable.value),
            presentation_hint: (!variable.writable).then(read_only),
            evaluate_name: variable.expression.clone(),
            variables_reference: variable.value.variables.0,
            named_variables: n_named,
            indexed_variables: n_indexed,
            ..types::Variable::default()
        }
    }

    /// Lua's type of a value, for clients that show it.
    pub(crate) fn type_of(&self, value: &Shown) -> Option<String> {
        self.types.then(|| value.type_name.clone())
    }

    /// How many fields and items are inside, for clients that ask for pages.
    pub(crate) fn counts(&self, value: &Shown) -> (Option<i64>, Option<i64>) {
        let count = |n: usize| (self.pages && value.variables.0 != 0).then_some(n as i64);
        (count(value.n_named), count(value.n_indexed))
    }

    /// Where an output comes from.
    pub(crate) fn place(&self, place: Option<&Place>) -> (Option<types::Source>, Option<i64>) {
        (
            place.map(|place| self.source(&place.path)),
            place.map(|place| self.line(place.line)),
        )
    }
}

/// Why and where the script stopped.
pub(crate) fn stopped(stop: &Stop) -> StoppedEvent {
    let event = |reason| StoppedEvent {
        reason,
        description: None,
        thread_id: thread_id(stop.thread),
        text: None,
        all_threads_stopped: true,
        hit_breakpoint_ids: Vec::new(),
    };
    match &stop.reason {
        StopReason::Breakpoint(ids) => StoppedEvent {
            hit_breakpoint_ids: ids.iter().map(|id| id.0).collect(),
            ..event("breakpoint")
        },
        StopReason::Step => event("step"),
        StopReason::Pause => event("pause"),
        StopReason::Entry => event("entry"),
        StopReason::Error(error) => StoppedEvent {
            description: Some(String::from("Script error")),
            text: Some(error.message.clone()),
            ..event("exception")
        },
    }
}

/// The two threads; DAP numbers are 1 Controller, 2 Processor.
pub(crate) const THREADS: [Thread; 2] = [Thread::Controller, Thread::Processor];

/// DAP's number of a thread.
pub(crate) fn thread_id(thread: Thread) -> i64 {
    match thread {
        Thread::Controller => 1,
        Thread::Processor => 2,
    }
}

/// The thread with a DAP number.
pub(crate) fn thread(id: i64) -> Result<Thread, Refusal> {
    let thread = THREADS.into_iter().find(|&thread| thread_id(thread) == id);
    thread.ok_or_else(|| {
        Refusal::client(format!(
            "there is no thread {id}: 1 is the Controller, 2 the Processor"
        ))
    })
}

/// Which part of a big table is asked for.
pub(crate) fn filter(filter: &types::VariablesArgumentsFilter) -> Filter {
    match filter {
        types::VariablesArgumentsFilter::Indexed => Filter::Indexed,
        types::VariablesArgumentsFilter::Named => Filter::Named,
    }
}

/// One name for a file, however it was spelt: absolute, without links, for the engine.
pub(crate) fn key(path: &Path) -> String {
    halion_workspace::identity(&absolute(path))
        .to_string_lossy()
        .into_owned()
}

/// From the root, links as they are.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn from_uri(uri: &str) -> Result<PathBuf, Refusal> {
    let Some(path) = uri.strip_prefix("file://") else {
        return Err(Refusal::client(format!(
            "\"{uri}\" is not the address of a file"
        )));
    };
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let hex = |digit: Option<u8>| digit.and_then(|digit| char::from(digit).to_digit(16));
        bytes.push(match byte {
            b'%' => match (hex(rest.next()), hex(rest.next())) {
                (Some(high), Some(low)) => (high * 16 + low) as u8,
                _ => {
                    return Err(Refusal::client(format!(
                        "\"{uri}\" has a broken % sequence"
                    )));
                }
            },
            byte => byte,
        });
    }
    let path = String::from_utf8_lossy(&bytes).into_owned();
    // `/C:/x` is `C:/x`.
    let is_drive = path.as_bytes().get(2) == Some(&b':') && path.starts_with('/');
    Ok(PathBuf::from(if is_drive { &path[1..] } else { &path }))
}

fn to_uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut uri = String::from(if path.starts_with('/') {
        "file://"
    } else {
        "file:///"
    });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_as_the_client_counts() {
        let from_one = Client::default();
        assert_eq!(
            (
                from_one.line(1),
                from_one.engine_line(1),
                from_one.engine_line(-4)
            ),
            (1, 1, 1)
        );
        let from_zero = Client {
            first_line: 0,
            ..Client::default()
        };
        assert_eq!(
            (
                from_zero.line(1),
                from_zero.engine_line(0),
                from_zero.engine_line(8)
            ),
            (0, 1, 9)
        );
    }

    #[test]
    fn files_keep_the_spelling_of_the_client() {
        let mut client = Client::default();
        let path = client.engine_path("/nowhere/./a.lua").unwrap();
        assert_eq!(
            client.source(&path).path.as_deref(),
            Some("/nowhere/./a.lua")
        );
        assert_eq!(client.source("/other/b.lua").name.as_deref(), Some("b.lua"));
    }

    #[test]
    fn addresses_of_files() {
        assert_eq!(
            from_uri("file:///a%20b/%C3%BC.lua").unwrap(),
            Path::new("/a b/ü.lua")
        );
        assert_eq!(to_uri("/a b/ü.lua"), "file:///a%20b/%C3%BC.lua");
        assert_eq!(from_uri("file:///C:/a.lua").unwrap(), Path::new("C:/a.lua"));
        assert!(from_uri("file:///a%2").is_err());
    }
}
