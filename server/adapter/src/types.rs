//! Protocol types of our own, each beside the one of the `dap` crate (0.4.1-alpha1) that it stands in for.
//!
//! Everything else comes from `dap`. The reasons were checked against the official schema:
//!
//! - [`SetBreakpointsArguments`], [`SourceBreakpoint`], [`Source`]: `dap` reads `hit_condition`, `log_message` and
//!   `source_reference` where clients send camel case, so what they ask for would vanish without a word.
//! - [`InitializeArguments`]: `dap` fails on a client that leaves out `adapterID`.
//! - [`ContinueResponse`]: `dap` writes `all_threads_continued`; the client then assumes the default.
//! - [`StoppedEvent`], [`ContinuedEvent`], [`OutputEvent`]: `dap` writes null for absent fields, which no field allows.
//!   (`terminated` has a body only when there is something in it; ours has none.)
//! - Error responses, the envelope and the framing are in `message` and `transport`: `dap` puts the error beside the
//!   body, and loses the `seq` of what it cannot decode.
//!
//! Outgoing `dap::types::Source` and `Breakpoint` are right as long as only their one-word fields are set; `convert`
//! is the one place that makes them.

use serde::{Deserialize, Serialize};

/// What the client is and how it counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InitializeArguments {
    #[serde(default = "yes")]
    pub(crate) lines_start_at1: bool,
    #[serde(default = "yes")]
    pub(crate) columns_start_at1: bool,
    pub(crate) path_format: Option<String>,
    #[serde(default)]
    pub(crate) supports_variable_paging: bool,
    #[serde(default)]
    pub(crate) supports_variable_type: bool,
}

fn yes() -> bool {
    true
}

/// All breakpoints of a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetBreakpointsArguments {
    pub(crate) source: Source,
    pub(crate) breakpoints: Option<Vec<SourceBreakpoint>>,
    /// What clients sent before there were [`SourceBreakpoint`]s.
    pub(crate) lines: Option<Vec<i64>>,
}

/// A breakpoint the client wants.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SourceBreakpoint {
    pub(crate) line: i64,
    pub(crate) condition: Option<String>,
    pub(crate) hit_condition: Option<String>,
    pub(crate) log_message: Option<String>,
}

/// A file the client means.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Source {
    pub(crate) name: Option<String>,
    pub(crate) path: Option<String>,
}

/// Both threads always go on together.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContinueResponse {
    pub(crate) all_threads_continued: bool,
}

/// The script stands still.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoppedEvent {
    pub(crate) reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) thread_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    pub(crate) all_threads_stopped: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hit_breakpoint_ids: Vec<i64>,
}

/// The script goes on though nobody asked it to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContinuedEvent {
    pub(crate) thread_id: i64,
    pub(crate) all_threads_continued: bool,
}

/// A piece of text for the console.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OutputEvent {
    pub(crate) category: &'static str,
    pub(crate) output: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<dap::types::Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<i64>,
}
