//! The requests this adapter has, in one table, and what each does.
//!
//! A handler answers its request now, or hands a reply to the engine's thread that answers it later; a refusal that it
//! returns becomes the answer. No request is left without one.

use dap::requests as dap;
use halion_debugger::vocabulary::{
    ErrorInfo, Frame, FrameId, Page, Resume, Scope, Shown, Variable, VariablesId,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::capabilities::{UNCAUGHT, capabilities};
use crate::convert::{self, THREADS, thread, thread_id};
use crate::launch::LaunchArguments;
use crate::message::{Refusal, Request};
use crate::session::{Run, Session};
use crate::types::{ContinueResponse, InitializeArguments, SetBreakpointsArguments};

type Handler = fn(&mut Session, &Request) -> Result<(), Refusal>;

/// All requests, in the order of a session.
pub(crate) const REQUESTS: [(&str, Handler); 22] = [
    ("initialize", initialize),
    ("launch", launch),
    ("setBreakpoints", set_breakpoints),
    ("setExceptionBreakpoints", set_exception_breakpoints),
    ("configurationDone", configuration_done),
    ("threads", threads),
    ("continue", go_on),
    ("next", |session, request| {
        step(session, request, Resume::Over)
    }),
    ("stepIn", |session, request| {
        step(session, request, Resume::In)
    }),
    ("stepOut", |session, request| {
        step(session, request, Resume::Out)
    }),
    ("pause", pause),
    ("stackTrace", stack_trace),
    ("scopes", scopes),
    ("variables", variables),
    ("evaluate", evaluate),
    ("setVariable", set_variable),
    ("exceptionInfo", exception_info),
    ("source", source),
    ("restart", restart),
    ("terminate", terminate),
    ("disconnect", disconnect),
    ("attach", attach),
];

/// Does a request, or says why not.
pub(crate) fn handle(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let handler = REQUESTS
        .iter()
        .find(|(command, _)| *command == request.command);
    let Some((_, handler)) = handler else {
        return Err(Refusal::client(format!(
            "this debug adapter has no request \"{}\"",
            request.command
        )));
    };
    if !session.is_initialized && !matches!(request.command.as_str(), "initialize" | "disconnect") {
        return Err(Refusal::client(format!(
            "\"{}\" came before \"initialize\"",
            request.command
        )));
    }
    handler(session, request)
}

fn arguments<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    serde_json::from_value(request.arguments.clone()).map_err(|error| {
        Refusal::client(format!(
            "the arguments of \"{}\" are wrong: {error}",
            request.command
        ))
    })
}

fn running(session: &Session) -> Result<&Run, Refusal> {
    session
        .run
        .as_ref()
        .ok_or_else(|| Refusal::client("no script is running"))
}

fn stopped(session: &Session) -> Result<&Run, Refusal> {
    let run = running(session)?;
    if run.stopped.is_some() {
        Ok(run)
    } else {
        Err(Refusal::not_stopped())
    }
}

fn initialize(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    if session.is_initialized {
        return Err(Refusal::client("\"initialize\" came a second time"));
    }
    let arguments: InitializeArguments = arguments(request)?;
    session.client = convert::Client::new(&arguments);
    session.is_initialized = true;
    session.respond(request, capabilities());
    session.send_event("initialized", Value::Null);
    Ok(())
}

fn launch(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    if session.arguments.is_some() {
        return Err(Refusal::client(
            "this session has launched a script already",
        ));
    }
    let arguments: LaunchArguments =
        arguments(request).map_err(|refusal| Refusal::user(refusal.text))?;
    let launched = session.launch(arguments, Some(request.clone()));
    if let Err(refusal) = launched {
        session.refuse(request, &refusal);
        session.terminated();
    }
    Ok(())
}

fn attach(_: &mut Session, _: &Request) -> Result<(), Refusal> {
    Err(Refusal::user(
        "attaching to a running HALion is not there yet; use a configuration with \"request\": \"launch\"",
    ))
}

fn set_breakpoints(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: SetBreakpointsArguments = arguments(request)?;
    let Some(path) = arguments.source.path else {
        let name = arguments
            .source
            .name
            .unwrap_or_else(|| String::from("this source"));
        return Err(Refusal::client(format!(
            "{name} has no path, and breakpoints are set in files"
        )));
    };
    let path = session.client.engine_path(&path)?;
    let wanted = arguments.breakpoints.unwrap_or_default();
    let conditional = wanted.iter().any(|wanted| {
        wanted.condition.is_some() || wanted.hit_condition.is_some() || wanted.log_message.is_some()
    });
    let mut lines: Vec<i64> = wanted.iter().map(|wanted| wanted.line).collect();
    if lines.is_empty() {
        lines = arguments.lines.unwrap_or_default();
    }
    let lines: Vec<u32> = lines
        .into_iter()
        .map(|line| session.client.engine_line(line))
        .collect();
    let text = halion_workspace::read_text(std::path::Path::new(&path)).ok();
    let set = session.breakpoints.set(&path, text.as_deref(), &lines);
    if let Some(run) = &session.run {
        run.debuggee.breakpoints_changed();
    }
    let mut set: Vec<_> = set
        .iter()
        .map(|breakpoint| session.client.breakpoint(breakpoint))
        .collect();
    if conditional {
        for (breakpoint, wanted) in set.iter_mut().zip(&wanted) {
            if wanted.condition.is_some()
                || wanted.hit_condition.is_some()
                || wanted.log_message.is_some()
            {
                let note = "conditions, hit counts and log messages are not there yet: this one always stops";
                breakpoint.message.get_or_insert_with(|| String::from(note));
            }
        }
    }
    session.respond(request, json!({ "breakpoints": set }));
    Ok(())
}

fn set_exception_breakpoints(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::SetExceptionBreakpointsArguments = arguments(request)?;
    session.stop_at_errors = arguments.filters.iter().any(|filter| filter == UNCAUGHT);
    if let Some(run) = &session.run {
        run.debuggee.stop_at_errors(session.stop_at_errors);
    }
    session.respond(request, Value::Null);
    Ok(())
}

fn configuration_done(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    session.respond(request, Value::Null);
    session.is_configured = true;
    session.start_when_ready();
    Ok(())
}

fn threads(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let threads = THREADS.map(|thread| json!({ "id": thread_id(thread), "name": thread.name() }));
    session.respond(request, json!({ "threads": threads }));
    Ok(())
}

fn go_on(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::ContinueArguments = arguments(request)?;
    let thread = thread(arguments.thread_id)?;
    stopped(session)?;
    session.respond(
        request,
        ContinueResponse {
            all_threads_continued: true,
        },
    );
    resume(session, thread, Resume::Continue);
    Ok(())
}

fn step(session: &mut Session, request: &Request, kind: Resume) -> Result<(), Refusal> {
    let arguments: dap::NextArguments = arguments(request)?;
    let thread = thread(arguments.thread_id)?;
    stopped(session)?;
    session.respond(request, Value::Null);
    resume(session, thread, kind);
    Ok(())
}

fn resume(session: &mut Session, thread: halion_debugger::Thread, kind: Resume) {
    if let Some(run) = session.run.as_mut() {
        run.stopped = None;
        run.debuggee.resume(thread, kind);
    }
}

fn pause(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::PauseArguments = arguments(request)?;
    thread(arguments.thread_id)?;
    running(session)?;
    session.respond(request, Value::Null);
    if let Some(run) = &session.run {
        run.debuggee.pause();
    }
    Ok(())
}

fn stack_trace(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::StackTraceArguments = arguments(request)?;
    let thread = thread(arguments.thread_id)?;
    let start = usize::try_from(arguments.start_frame.unwrap_or(0)).unwrap_or(0);
    let levels = arguments
        .levels
        .and_then(|levels| usize::try_from(levels).ok())
        .filter(|&levels| levels > 0);
    stopped(session)?;
    let reply = session.reply(request, move |client, frames: Vec<Frame>| {
        let page = frames.iter().skip(start).take(levels.unwrap_or(usize::MAX));
        let page: Vec<_> = page.map(|frame| client.frame(frame)).collect();
        Ok(json!({ "stackFrames": page, "totalFrames": frames.len() }))
    });
    stopped(session)?.debuggee.stack(thread, reply);
    Ok(())
}

fn scopes(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::ScopesArguments = arguments(request)?;
    stopped(session)?;
    let reply = session.reply(request, |client, scopes: Vec<Scope>| {
        let scopes: Vec<_> = scopes.iter().map(|scope| client.scope(scope)).collect();
        Ok(json!({ "scopes": scopes }))
    });
    stopped(session)?
        .debuggee
        .scopes(FrameId(arguments.frame_id), reply);
    Ok(())
}

fn variables(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::VariablesArguments = arguments(request)?;
    let count = arguments
        .count
        .and_then(|count| usize::try_from(count).ok())
        .filter(|&count| count > 0);
    let page = Page {
        filter: arguments.filter.as_ref().map(convert::filter),
        start: usize::try_from(arguments.start.unwrap_or(0)).unwrap_or(0),
        count,
    };
    stopped(session)?;
    let reply = session.reply(request, |client, variables: Vec<Variable>| {
        let variables: Vec<_> = variables
            .iter()
            .map(|variable| client.variable(variable))
            .collect();
        Ok(json!({ "variables": variables }))
    });
    stopped(session)?
        .debuggee
        .variables(VariablesId(arguments.variables_reference), page, reply);
    Ok(())
}

fn evaluate(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::EvaluateArguments = arguments(request)?;
    stopped(session)?;
    let reply = session.reply(request, |client, value: Shown| {
        let (named_variables, indexed_variables) = client.counts(&value);
        let response = ::dap::responses::EvaluateResponse {
            type_field: client.type_of(&value),
            variables_reference: value.variables.0,
            result: value.text,
            named_variables,
            indexed_variables,
            ..::dap::responses::EvaluateResponse::default()
        };
        serde_json::to_value(response).map_err(|error| Refusal::client(error.to_string()))
    });
    let frame = arguments.frame_id.map(FrameId);
    stopped(session)?
        .debuggee
        .evaluate(frame, arguments.expression, reply);
    Ok(())
}

fn set_variable(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::SetVariableArguments = arguments(request)?;
    stopped(session)?;
    let reply = session.reply(request, |client, value: Shown| {
        let response = ::dap::responses::SetVariableResponse {
            type_field: client.type_of(&value),
            variables_reference: Some(value.variables.0),
            value: value.text,
            ..::dap::responses::SetVariableResponse::default()
        };
        serde_json::to_value(response).map_err(|error| Refusal::client(error.to_string()))
    });
    let variables = VariablesId(arguments.variables_reference);
    stopped(session)?
        .debuggee
        .set_variable(variables, arguments.name, arguments.value, reply);
    Ok(())
}

fn exception_info(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    let arguments: dap::ExceptionInfoArguments = arguments(request)?;
    thread(arguments.thread_id)?;
    stopped(session)?;
    let reply = session.reply(request, |_, error: Option<ErrorInfo>| {
        let error =
            error.ok_or_else(|| Refusal::client("the script does not stand at an error"))?;
        let response = ::dap::responses::ExceptionInfoResponse {
            exception_id: String::from("Script error"),
            description: Some(error.text),
            break_mode: ::dap::types::ExceptionBreakMode::Unhandled,
            details: Some(::dap::types::ExceptionDetails {
                message: Some(error.message),
                stack_trace: Some(error.stack),
                ..::dap::types::ExceptionDetails::default()
            }),
        };
        serde_json::to_value(response).map_err(|error| Refusal::client(error.to_string()))
    });
    stopped(session)?.debuggee.error(reply);
    Ok(())
}

fn source(_: &mut Session, _: &Request) -> Result<(), Refusal> {
    Err(Refusal::client(
        "all sources of this debug adapter are files: open their path",
    ))
}

fn restart(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    #[derive(serde::Deserialize)]
    struct RestartArguments {
        arguments: Option<LaunchArguments>,
    }
    let given: RestartArguments = arguments(request)?;
    let launched = given.arguments.or_else(|| session.arguments.clone());
    let launched =
        launched.ok_or_else(|| Refusal::client("nothing was launched that could be restarted"))?;
    session.restart(launched, Some(request.clone()))
}

fn terminate(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    session.respond(request, Value::Null);
    session.terminate();
    Ok(())
}

fn disconnect(session: &mut Session, request: &Request) -> Result<(), Refusal> {
    session.disconnect(request);
    Ok(())
}
