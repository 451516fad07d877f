//! What this adapter can do, as it tells the client. Nothing is claimed that is not there: a test sends the request
//! behind every flag.

use dap::types::{Capabilities, ExceptionBreakpointsFilter};

/// Id of the one exception filter: script errors that nothing catches.
pub(crate) const UNCAUGHT: &str = "uncaught";

/// The answer to `initialize`.
pub(crate) fn capabilities() -> Capabilities {
    Capabilities {
        supports_configuration_done_request: Some(true),
        supports_evaluate_for_hovers: Some(true),
        supports_set_variable: Some(true),
        supports_exception_info_request: Some(true),
        supports_terminate_request: Some(true),
        support_terminate_debuggee: Some(true),
        supports_restart_request: Some(true),
        supports_delayed_stack_trace_loading: Some(true),
        supports_clipboard_context: Some(true),
        exception_breakpoint_filters: Some(vec![ExceptionBreakpointsFilter {
            filter: UNCAUGHT.to_owned(),
            label: String::from("Script errors"),
            description: Some(String::from(
                "Stops where a script error is raised that no pcall catches",
            )),
            default: Some(true),
            ..ExceptionBreakpointsFilter::default()
        }]),
        ..Capabilities::default()
    }
}
