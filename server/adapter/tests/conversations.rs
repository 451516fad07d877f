//! Conversations of a client with the adapter: start, stops, steps, questions, the end.

#![allow(clippy::unwrap_used)]

mod client;

use client::Client;
use serde_json::json;

/// Line numbers of what follows are counted from this text.
const SCRIPT: &str = "\
local count = 0
chord = {60, 64, 67}

local function double(n)
  local result = n * 2
  return result
end

function onNote(event)
  local key = event.note
  count = count + double(key)
  runAsync(function(n)
    local inside = n + 1
    print('inside', inside)
  end, key)
  print('after', key)
  wait(10)
  print('later')
  postEvent(event)
end
";

#[tokio::test]
async fn a_session_from_start_to_end() {
    let mut client = Client::new(SCRIPT);
    client.start(&[10], json!({})).await;
    assert_eq!(client.stopped().await, "breakpoint Processor onNote:10");
    assert_eq!(client.stack(1).await, [] as [String; 0]);
    let locals = client.scope(2, "Locals").await;
    assert_eq!(
        locals,
        ["event = noteOn id=1 note=60 velocity=100 tuning=0 ppqPosition=0"]
    );
    client.go_on(2).await;
    assert_eq!(client.ended().await, 0);
    assert_eq!(client.output("stdout"), "inside 61\nafter 60\nlater\n");
    client.disconnect().await;
}

#[tokio::test]
async fn breakpoints_move_to_code_and_say_so() {
    let mut client = Client::new(SCRIPT);
    client.initialize().await;
    assert_eq!(
        client.set_breakpoints(&[3, 8, 99]).await,
        [(5, true), (9, true), (99, false)]
    );
    client
        .request("launch", json!({ "program": client.script() }))
        .await;
    assert_eq!(client.set_breakpoints(&[3]).await, [(5, true)]);
    client.request("configurationDone", json!({})).await;
    assert_eq!(client.stopped().await, "breakpoint Processor double:5");
    client.disconnect().await;
}

#[tokio::test]
async fn breakpoints_can_be_set_before_launch_in_files_the_script_does_not_load() {
    let mut client = Client::new("print(1)\n");
    client.write("other.lua", "print(2)\n");
    client.initialize().await;
    let other =
        json!({ "source": { "path": client.path("other.lua") }, "breakpoints": [{ "line": 1 }] });
    let body = client.request("setBreakpoints", other).await;
    assert_eq!(body["breakpoints"][0]["verified"], true);
    client
        .request("launch", json!({ "program": client.script() }))
        .await;
    let changed = client.event("breakpoint").await;
    assert_eq!(changed["breakpoint"]["verified"], false);
    assert_eq!(
        changed["breakpoint"]["message"],
        "the script has not loaded this file"
    );
    assert_eq!(changed["breakpoint"]["id"], body["breakpoints"][0]["id"]);
    client.disconnect().await;
}

#[tokio::test]
async fn breakpoints_in_modules_are_hit() {
    let mut client = Client::new("local m = require('mod')\nprint(m.f(1))\n");
    client.write(
        "mod.lua",
        "local m = {}\nfunction m.f(x)\n  return x + 1\nend\nreturn m\n",
    );
    client.initialize().await;
    client
        .request("launch", json!({ "program": client.script() }))
        .await;
    let arguments =
        json!({ "source": { "path": client.path("mod.lua") }, "breakpoints": [{ "line": 3 }] });
    client.request("setBreakpoints", arguments).await;
    client.request("configurationDone", json!({})).await;
    let verified = client.event("breakpoint").await;
    assert_eq!(verified["breakpoint"]["verified"], true);
    assert_eq!(client.stopped().await, "breakpoint Controller f:3");
    let frames = client.frames(1).await;
    assert_eq!(frames[0]["source"]["path"], client.path("mod.lua"));
    assert_eq!(frames[1]["source"]["path"], client.script());
    client.go_on(1).await;
    client.ended().await;
    client.disconnect().await;
}

#[tokio::test]
async fn stepping_over_run_async_and_wait_stays_in_the_callback() {
    let mut client = Client::new(SCRIPT);
    client.start(&[10], json!({})).await;
    client.stopped().await;
    for line in [11, 12, 16, 17, 18, 19] {
        assert_eq!(
            client.step("next", 2).await,
            format!("step Processor onNote:{line}")
        );
    }
    assert_eq!(client.output("stdout"), "inside 61\nafter 60\nlater\n");
    client.disconnect().await;
}

#[tokio::test]
async fn stepping_into_run_async_shows_who_waits() {
    let mut client = Client::new(SCRIPT);
    client.start(&[11], json!({})).await;
    client.stopped().await;
    assert_eq!(client.step("next", 2).await, "step Processor onNote:12");
    assert_eq!(
        client.step("stepIn", 2).await,
        "step Controller <anonymous>:13"
    );
    let label = "waiting in runAsync: Processor";
    assert_eq!(
        client.stack(1).await,
        ["<anonymous>:13", label, "onNote:12"]
    );
    assert_eq!(client.frames(1).await[1]["presentationHint"], "label");
    assert_eq!(client.stack(2).await, [label, "onNote:12"]);
    assert_eq!(client.evaluate(1, "n").await, "60");
    let waiting = client.frames(1).await[2]["id"].clone();
    let body = client
        .request(
            "evaluate",
            json!({ "expression": "event.note, key", "frameId": waiting }),
        )
        .await;
    assert_eq!(body["result"], "60, 60");
    assert_eq!(client.step("stepOut", 1).await, "step Processor onNote:16");
    client.disconnect().await;
}

#[tokio::test]
async fn a_breakpoint_on_a_call_over_several_lines_stops_once() {
    let mut client = Client::new(SCRIPT);
    client.start(&[12, 17], json!({})).await;
    assert_eq!(client.stopped().await, "breakpoint Processor onNote:12");
    client.go_on(2).await;
    assert_eq!(client.stopped().await, "breakpoint Processor onNote:17");
    client.disconnect().await;
    let mut client = Client::new(SCRIPT);
    client.start(&[12], json!({})).await;
    client.stopped().await;
    assert_eq!(
        client.step("stepIn", 2).await,
        "step Controller <anonymous>:13"
    );
    client.disconnect().await;
}

#[tokio::test]
async fn breakpoints_inside_what_is_stepped_over_still_stop() {
    let mut client = Client::new(SCRIPT);
    client.start(&[11, 13], json!({})).await;
    client.stopped().await;
    assert_eq!(client.step("next", 2).await, "step Processor onNote:12");
    assert_eq!(
        client.step("next", 2).await,
        "breakpoint Controller <anonymous>:13"
    );
    assert_eq!(
        client.step("next", 1).await,
        "step Controller <anonymous>:14"
    );
    client.disconnect().await;
}

#[tokio::test]
async fn stepping_in_and_out_of_functions() {
    let mut client = Client::new(SCRIPT);
    client.start(&[11], json!({})).await;
    client.stopped().await;
    assert_eq!(client.step("stepIn", 2).await, "step Processor double:5");
    assert_eq!(client.stack(2).await, ["double:5", "onNote:11"]);
    assert_eq!(client.step("stepOut", 2).await, "step Processor onNote:12");
    client.disconnect().await;
}

#[tokio::test]
async fn variables_in_scopes_and_pages() {
    let script = "big = {}\nfor i = 1, 200 do big[i] = i end\nbig.name = 'x'\nlocal up = 5\nlocal function f(a, ...)\n  local t = {a = 1, [10] = {}}\n  return up\nend\nf('text', 1, nil)\n";
    let mut client = Client::new(script);
    client.start(&[7], json!({})).await;
    client.stopped().await;
    assert_eq!(
        client.scope(1, "Locals").await,
        [
            "a = \"text\"",
            "t = {[10] = {}, a = 1}",
            "...[1] = 1",
            "...[2] = nil"
        ]
    );
    assert_eq!(client.scope(1, "Upvalues").await, ["up = 5"]);
    assert_eq!(
        client.scope(1, "Globals").await,
        ["big = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …}"]
    );
    let frame = client.frames(1).await[0]["id"].clone();
    let body = client
        .request(
            "evaluate",
            json!({ "expression": "big", "frameId": frame, "context": "watch" }),
        )
        .await;
    assert_eq!(
        (
            &body["indexedVariables"],
            &body["namedVariables"],
            &body["type"]
        ),
        (&json!(200), &json!(1), &json!("table"))
    );
    let big = body["variablesReference"].as_i64().unwrap();
    let page = json!({ "filter": "indexed", "start": 198, "count": 100 });
    assert_eq!(
        client.variables(big, page).await,
        ["[199] = 199", "[200] = 200"]
    );
    assert_eq!(
        client.variables(big, json!({ "filter": "named" })).await,
        ["name = \"x\""]
    );
    client.go_on(1).await;
    client.disconnect().await;
}

#[tokio::test]
async fn evaluations_and_assignments() {
    let mut client = Client::new(SCRIPT);
    client.start(&[11], json!({})).await;
    client.stopped().await;
    assert_eq!(client.evaluate(2, "key + 1").await, "61");
    assert_eq!(client.evaluate(2, "key = 40").await, "");
    assert_eq!(client.evaluate(2, "key, #chord").await, "40, 3");
    assert_eq!(client.evaluate(2, "for i = 1, 2 do print(i) end").await, "");
    assert_eq!(
        client.evaluate(2, "wait(5)").await,
        "(this would have to wait, and time stands still here)"
    );
    assert_eq!(
        client.evaluate(2, "runAsync(print)").await,
        "(this would have to wait, and time stands still here)"
    );
    assert_eq!(
        client.evaluate(2, "while true do end").await,
        "(this takes too long)"
    );
    assert_eq!(
        client.evaluate(2, "key.x.y").await,
        "(attempt to index local 'key' (a number value))".replace("local 'key'", "global 'key'")
    );
    let frame = client.frames(2).await[0]["id"].clone();
    let scopes = client.request("scopes", json!({ "frameId": frame })).await;
    let locals = scopes["scopes"][0]["variablesReference"].clone();
    let set = json!({ "variablesReference": locals, "name": "key", "value": "6 * 7" });
    assert_eq!(client.request("setVariable", set).await["value"], "42");
    client.set_breakpoints(&[]).await;
    client.go_on(2).await;
    assert_eq!(client.ended().await, 0);
    assert_eq!(
        client.output("stdout"),
        "1\n2\ninside 43\nafter 42\nlater\n"
    );
    client.disconnect().await;
}

#[tokio::test]
async fn ids_die_when_the_script_goes_on() {
    let mut client = Client::new(SCRIPT);
    client.start(&[10, 11], json!({})).await;
    client.stopped().await;
    let frame = client.frames(2).await[0]["id"].clone();
    client.go_on(2).await;
    client.stopped().await;
    assert_eq!(
        client.refused("scopes", json!({ "frameId": frame })).await,
        "this belongs to an earlier stop"
    );
    assert_eq!(
        client
            .refused("variables", json!({ "variablesReference": 1 << 30 }))
            .await,
        "this belongs to an earlier stop"
    );
    client.disconnect().await;
}

#[tokio::test]
async fn a_script_error_stops_where_it_is_raised() {
    let mut client =
        Client::new("function onNote(event)\n  local url = 'x'\n  openURL(url)\nend\n");
    client.start(&[], json!({})).await;
    assert_eq!(client.stopped().await, "exception Processor onNote:3");
    assert_eq!(client.scope(2, "Locals").await[1], "url = \"x\"");
    let info = client
        .request("exceptionInfo", json!({ "threadId": 2 }))
        .await;
    let message = "Function HALion::openURL is not available in the Processor context.";
    assert_eq!(info["details"]["message"], message);
    assert_eq!(info["breakMode"], "unhandled");
    client.go_on(2).await;
    assert_eq!(client.ended().await, 1);
    let error = client
        .events
        .iter()
        .find(|event| event["body"]["category"] == "stderr")
        .unwrap();
    assert_eq!(
        error["body"]["output"],
        format!("onNote: 3: {message}:   openURL(url)\n")
    );
    assert_eq!(
        (&error["body"]["line"], &error["body"]["source"]["path"]),
        (&json!(3), &json!(client.script()))
    );
    client.disconnect().await;
}

#[tokio::test]
async fn errors_stop_nothing_without_their_filter() {
    let mut client = Client::new("function onNote(event)\n  error('no')\nend\n");
    client.initialize().await;
    client
        .request("launch", json!({ "program": client.script() }))
        .await;
    client
        .request("setExceptionBreakpoints", json!({ "filters": [] }))
        .await;
    client.request("configurationDone", json!({})).await;
    assert_eq!(client.ended().await, 1);
    client.disconnect().await;
}

#[tokio::test]
async fn an_endless_loop_can_be_paused_and_left() {
    let mut client = Client::new("n = 0\nwhile true do\n  n = n + 1\nend\n");
    client.start(&[], json!({})).await;
    let refused = client
        .call("stackTrace", Some(json!({ "threadId": 1 })))
        .await;
    assert_eq!(refused["message"], "notStopped");
    client.request("pause", json!({ "threadId": 1 })).await;
    assert!(
        client
            .stopped()
            .await
            .starts_with("pause Controller <main>:")
    );
    client.go_on(1).await;
    assert_eq!(
        client.request("threads", json!({})).await["threads"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(client.set_breakpoints(&[3]).await, [(3, true)]);
    assert_eq!(client.stopped().await, "breakpoint Controller <main>:3");
    client.set_breakpoints(&[]).await;
    client.go_on(1).await;
    client.disconnect().await;
}

#[tokio::test]
async fn terminate_ends_a_loop_that_catches_every_error() {
    let mut client = Client::new("while true do pcall(function() while true do end end) end\n");
    client.start(&[], json!({})).await;
    client.request("terminate", json!({})).await;
    client.ended().await;
    client.disconnect().await;
}
