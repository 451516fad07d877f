//! What happens at the edges of the protocol: malformed, unknown, early and late messages.

#![allow(clippy::unwrap_used)]

mod client;

use client::Client;
use serde_json::json;

#[tokio::test]
async fn malformed_messages_end_nothing_but_themselves() {
    let mut client = Client::new("print(1)\n");
    client
        .send_raw(b"Content-Length: 9\r\n\r\n{\"seq\": 1")
        .await;
    assert!(
        client.event("output").await["output"]
            .as_str()
            .unwrap()
            .contains("not valid JSON")
    );
    client.send_raw(b"rubbish\r\n\r\n").await;
    assert!(
        client.event("output").await["output"]
            .as_str()
            .unwrap()
            .contains("no Content-Length")
    );
    client
        .send_raw(b"content-length: 2\r\nContent-Type: x\r\n\r\n[]")
        .await;
    assert!(
        client.event("output").await["output"]
            .as_str()
            .unwrap()
            .contains("not a JSON object")
    );
    client.initialize().await;
    client.disconnect().await;
}

#[tokio::test]
async fn a_truncated_message_is_named() {
    let mut client = Client::new("print(1)\n");
    client.initialize().await;
    client.send_raw(b"Content-Length: 50\r\n\r\n{\"seq\"").await;
    client.hang_up().await;
    let problem = "the input ended after 6 of 50 bytes of a message";
    assert_eq!(
        client.event("output").await["output"],
        format!("debug adapter: {problem}\n")
    );
    assert!(client.receive().await.is_none());
    assert_eq!(
        client.adapter.await.unwrap().unwrap_err().to_string(),
        problem
    );
}

#[tokio::test]
async fn unknown_and_early_requests_are_refused() {
    let mut client = Client::new("print(1)\n");
    assert_eq!(
        client.refused("threads", json!({})).await,
        "\"threads\" came before \"initialize\""
    );
    client.initialize().await;
    assert_eq!(
        client.refused("stepBack", json!({})).await,
        "this debug adapter has no request \"stepBack\""
    );
    assert_eq!(
        client.refused("initialize", json!({})).await,
        "\"initialize\" came a second time"
    );
    assert!(
        client
            .refused("scopes", json!({ "frameId": "x" }))
            .await
            .starts_with("the arguments of \"scopes\" are wrong")
    );
    assert_eq!(
        client.refused("next", json!({ "threadId": 1 })).await,
        "no script is running"
    );
    assert!(
        client
            .refused("pause", json!({ "threadId": 7 }))
            .await
            .contains("no thread 7")
    );
    client.disconnect().await;
}

#[tokio::test]
async fn arguments_can_be_missing() {
    let mut client = Client::new("print(1)\n");
    client.initialize().await;
    for command in ["threads", "configurationDone", "terminate", "disconnect"] {
        assert_eq!(
            client.call(command, None).await["success"],
            true,
            "{command}"
        );
    }
}

/// A request for every capability; one that nobody handles would be refused as unknown.
#[tokio::test]
async fn what_is_advertised_is_handled() {
    let mut client = Client::new("print(1)\n");
    let capabilities = client.initialize().await;
    let requests = |flag: &str| match flag {
        "supportsConfigurationDoneRequest" => "configurationDone",
        "supportsEvaluateForHovers" | "supportsClipboardContext" => "evaluate",
        "supportsSetVariable" => "setVariable",
        "supportsExceptionInfoRequest" => "exceptionInfo",
        "supportsTerminateRequest" => "terminate",
        "supportTerminateDebuggee" => "disconnect",
        "supportsRestartRequest" => "restart",
        "supportsDelayedStackTraceLoading" => "stackTrace",
        "exceptionBreakpointFilters" => "setExceptionBreakpoints",
        other => panic!("which request is behind {other}?"),
    };
    let mut commands: Vec<&str> = capabilities
        .as_object()
        .unwrap()
        .keys()
        .map(|flag| requests(flag))
        .collect();
    commands.sort_by_key(|command| *command == "disconnect");
    for command in commands {
        let response = client.call(command, Some(json!({}))).await;
        let text = response["body"]["error"]["format"]
            .as_str()
            .unwrap_or_default();
        assert!(!text.contains("has no request"), "{command}: {text}");
    }
}

/// Whatever a client asks, in whatever order and state: each request has one answer, and the session goes on.
#[tokio::test]
async fn requests_in_any_order_have_one_answer_each() {
    const COMMANDS: [&str; 12] = [
        "threads",
        "next",
        "stackTrace",
        "evaluate",
        "stepIn",
        "setBreakpoints",
        "pause",
        "scopes",
        "continue",
        "variables",
        "stepOut",
        "exceptionInfo",
    ];
    let mut random = 12345u32;
    let mut next = |n: usize| {
        random = random.wrapping_mul(1664525).wrapping_add(1013904223);
        (random >> 16) as usize % n
    };
    let mut client =
        Client::new("while true do\n  for i = 1, 10 do\n    local x = i\n  end\nend\n");
    client.start(&[], json!({ "stopOnEntry": true })).await;
    for _ in 0..300 {
        let command = COMMANDS[next(COMMANDS.len())];
        let source = json!({ "path": client.script() });
        let arguments = json!({
            "threadId": 1 + next(3), "frameId": next(20), "variablesReference": next(20), "expression": "i",
            "source": source, "breakpoints": [{ "line": 1 + next(6) }],
        });
        client.send(command, Some(arguments)).await;
    }
    let seq = client.send("disconnect", None).await;
    let mut n_answers = 0;
    while let Some(message) = client.receive().await {
        n_answers += usize::from(message["type"] == "response");
        if message["request_seq"] == seq {
            break;
        }
    }
    // Those of `start` were counted before.
    assert_eq!(n_answers, 301);
    assert_eq!(client.n_open(), 0);
}

/// HALion semantics 11.10: HALion connects to a listening editor, which is not there yet; the refusal says so and the session goes on.
#[tokio::test]
async fn attaching_is_refused_by_name() {
    let mut client = Client::new("");
    client.initialize().await;
    assert_eq!(
        client.refused("attach", json!({})).await,
        "attaching to a running HALion is not there yet; use a configuration with \"request\": \"launch\""
    );
    client.disconnect().await;
}
