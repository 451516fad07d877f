//! The envelope of the Debug Adapter Protocol: what every message has, before anything inside it is decoded.
//!
//! `seq` and `command` of a request are read first and its arguments stay JSON, so that a request with unknown name or
//! wrong arguments can still be answered. (The `dap` crate's own envelope loses `seq` in both cases.)

use halion_debugger::Problem;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A request as it came in; `arguments` is `{}` when the client left it out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) seq: i64,
    pub(crate) command: String,
    pub(crate) arguments: Value,
}

/// What a client can send.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming {
    Request(Request),
    /// A response or an event of the client: this adapter asks clients nothing, so there is nothing to do with it.
    Other,
}

impl Incoming {
    /// Reads the envelope from the bytes of one message; the error is a sentence for the client's user.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Incoming, String> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| format!("a message is not valid JSON: {error}"))?;
        let Value::Object(mut message) = value else {
            return Err(String::from("a message is not a JSON object"));
        };
        match message.get("type").and_then(Value::as_str) {
            Some("request") => Self::request(&mut message).map(Incoming::Request),
            Some("response" | "event") => Ok(Incoming::Other),
            Some(other) => Err(format!("a message has the unknown type \"{other}\"")),
            None => Err(String::from("a message has no \"type\"")),
        }
    }

    fn request(message: &mut Map<String, Value>) -> Result<Request, String> {
        let Some(seq) = message.get("seq").and_then(Value::as_i64) else {
            return Err(String::from("a request has no integer \"seq\""));
        };
        let Some(command) = message
            .get("command")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return Err(format!("request {seq} has no \"command\""));
        };
        let arguments = match message.remove("arguments") {
            None | Some(Value::Null) => json!({}),
            Some(arguments) => arguments,
        };
        Ok(Request {
            seq,
            command,
            arguments,
        })
    }
}

/// What this adapter sends. The one writer numbers them (`seq`, from 1), see [`Outgoing::numbered`].
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Outgoing {
    Response {
        request_seq: i64,
        success: bool,
        command: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        #[serde(skip_serializing_if = "Value::is_null")]
        body: Value,
    },
    Event {
        event: &'static str,
        #[serde(skip_serializing_if = "Value::is_null")]
        body: Value,
    },
}

impl Outgoing {
    /// The answer of a request that worked; a null `body` is left out.
    pub(crate) fn success(request_seq: i64, command: &str, body: Value) -> Outgoing {
        Outgoing::Response {
            request_seq,
            success: true,
            command: command.to_owned(),
            message: None,
            body,
        }
    }

    /// The answer of a request that failed: short form in `message`, for people in `body.error`.
    pub(crate) fn failure(request_seq: i64, command: &str, refusal: &Refusal) -> Outgoing {
        Outgoing::Response {
            request_seq,
            success: false,
            command: command.to_owned(),
            message: Some(refusal.short().to_owned()),
            body: json!({ "error": {
                "id": refusal.blame as i64,
                "format": escape_format(&refusal.text),
                "showUser": refusal.blame == Blame::User,
            }}),
        }
    }

    /// The message as JSON with its number.
    pub(crate) fn numbered(&self, seq: i64) -> Result<Value, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        value["seq"] = seq.into();
        Ok(value)
    }
}

/// `{name}` in `format` stands for a variable of the message; ours are plain text.
fn escape_format(text: &str) -> String {
    text.replace('{', "(").replace('}', ")")
}

/// Whose mistake it is decides who sees it. The number is `body.error.id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The user's: a dialog or a red line tells what to do.
    User = 1,
    /// The client's: a request that makes no sense to us, or that this adapter does not have.
    Client = 2,
    /// The answer needs a stopped script and it runs (or the other way round).
    NotStopped = 3,
    /// An expression that failed: shown where the expression was typed, never as a dialog.
    Expression = 4,
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) blame: Blame,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn user(text: impl Into<String>) -> Refusal {
        Refusal {
            blame: Blame::User,
            text: text.into(),
        }
    }

    pub(crate) fn client(text: impl Into<String>) -> Refusal {
        Refusal {
            blame: Blame::Client,
            text: text.into(),
        }
    }

    pub(crate) fn expression(text: impl Into<String>) -> Refusal {
        Refusal {
            blame: Blame::Expression,
            text: text.into(),
        }
    }

    pub(crate) fn not_stopped() -> Refusal {
        Refusal {
            blame: Blame::NotStopped,
            text: String::from("the script is running; pause it first"),
        }
    }

    /// The protocol's `message`: a predefined word where there is one.
    fn short(&self) -> &str {
        if self.blame == Blame::NotStopped {
            "notStopped"
        } else {
            &self.text
        }
    }
}

impl From<Problem> for Refusal {
    /// What the client is told about a question without an answer.
    fn from(problem: Problem) -> Refusal {
        match problem {
            Problem::Running => Refusal::not_stopped(),
            Problem::Ended | Problem::Stale => Refusal::client(problem.to_string()),
            Problem::Expression(message) => Refusal::expression(message),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn absent_arguments_are_an_empty_object() {
        let incoming =
            Incoming::decode(br#"{"seq":3,"type":"request","command":"disconnect"}"#).unwrap();
        assert_eq!(
            incoming,
            Incoming::Request(Request {
                seq: 3,
                command: "disconnect".into(),
                arguments: json!({})
            })
        );
    }

    #[test]
    fn a_broken_envelope_says_what_is_missing() {
        let problem = |text: &str| Incoming::decode(text.as_bytes()).unwrap_err();
        assert_eq!(
            problem(r#"{"type":"request","command":"next"}"#),
            "a request has no integer \"seq\""
        );
        assert_eq!(
            problem(r#"{"seq":7,"type":"request"}"#),
            "request 7 has no \"command\""
        );
        assert_eq!(problem("[1]"), "a message is not a JSON object");
        assert!(problem("{\"seq\":").starts_with("a message is not valid JSON"));
    }

    #[test]
    fn failures_carry_the_error_in_the_body() {
        let message = Outgoing::failure(4, "next", &Refusal::not_stopped())
            .numbered(9)
            .unwrap();
        assert_eq!(message["message"], "notStopped");
        assert_eq!(message["body"]["error"]["showUser"], false);
        assert_eq!(
            (&message["seq"], &message["request_seq"]),
            (&json!(9), &json!(4))
        );
    }
}
