//! How a run begins, and how it begins again.

#![allow(clippy::unwrap_used)]

mod client;

use client::{Client, sample};
use serde_json::{Value, json};

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
async fn stop_on_entry_and_no_debug() {
    let mut client = Client::new(SCRIPT);
    client.start(&[], json!({ "stopOnEntry": true })).await;
    assert_eq!(client.stopped().await, "entry Controller <main>:1");
    client.disconnect().await;
    let mut client = Client::new(SCRIPT);
    client.start(&[10], json!({ "noDebug": true })).await;
    assert_eq!(client.ended().await, 0);
    client.disconnect().await;
}

#[tokio::test]
async fn saving_the_script_plays_it_again() {
    let mut client = Client::new("print('one')\nprint('end')\n");
    client.start(&[2], json!({})).await;
    client.stopped().await;
    client.write("script.lua", "print('two')\n\nprint('end')\n");
    let changed = client.event("breakpoint").await;
    assert_eq!(changed["breakpoint"]["line"], 3);
    assert_eq!(client.event("continued").await["allThreadsContinued"], true);
    assert_eq!(client.stopped().await, "breakpoint Controller <main>:3");
    client.go_on(1).await;
    client.ended().await;
    assert_eq!(client.output("stdout"), "one\ntwo\nend\n");
    assert_eq!(
        client.output("console"),
        "script.lua was saved: playing it again\n"
    );
    client.disconnect().await;
}

#[tokio::test]
async fn restart_plays_it_again() {
    let mut client = Client::new(SCRIPT);
    client.start(&[10], json!({})).await;
    client.stopped().await;
    client.request("restart", json!({})).await;
    assert_eq!(client.stopped().await, "breakpoint Processor onNote:10");
    client.disconnect().await;
}

#[tokio::test]
async fn samples_can_be_launched_by_their_folder() {
    let mut client = Client::new("");
    client.initialize().await;
    client
        .request("launch", json!({ "program": sample("open_url") }))
        .await;
    client.request("configurationDone", json!({})).await;
    assert!(
        client
            .stopped()
            .await
            .starts_with("exception Processor onNote:")
    );
    client.disconnect().await;
}

#[tokio::test]
async fn clients_that_count_from_zero() {
    let mut client = Client::new(SCRIPT);
    client
        .request(
            "initialize",
            json!({ "adapterID": "x", "linesStartAt1": false, "columnsStartAt1": false }),
        )
        .await;
    client
        .request("launch", json!({ "program": client.script() }))
        .await;
    assert_eq!(client.set_breakpoints(&[9]).await, [(9, true)]);
    client.request("configurationDone", json!({})).await;
    client.event("stopped").await;
    let frames = client.frames(2).await;
    assert_eq!(
        (&frames[0]["line"], &frames[0]["column"]),
        (&json!(9), &json!(0))
    );
    client.disconnect().await;
}

#[tokio::test]
async fn launches_that_cannot_work_say_why() {
    let launch = async |arguments: fn(&Client) -> Value| {
        let mut client = Client::new("print(1)\n");
        client.initialize().await;
        let arguments = arguments(&client);
        let text = client.refused("launch", arguments).await;
        client.event("terminated").await;
        let text = text.replace(client.folder().to_str().unwrap(), "@");
        client.disconnect().await;
        text
    };
    assert!(launch(|_| json!({})).await.contains("no \"program\""));
    assert!(
        launch(|client| json!({ "program": client.path("none.lua") }))
            .await
            .contains("@/none.lua")
    );
    assert!(
        launch(|client| json!({ "program": client.script(), "untilMs": -1 }))
            .await
            .contains("untilMs")
    );
    let with_scenario = |client: &Client| {
        client.write("s.toml", "[[input]]\nat_ms = 0\nkind = \"nonsense\"\n");
        json!({ "program": client.script(), "scenario": client.path("s.toml") })
    };
    assert!(launch(with_scenario).await.starts_with("@/s.toml: line "));
}

/// No hook runs inside a library call: the session ends without the script.
#[tokio::test]
async fn a_library_call_that_never_ends_does_not_keep_the_session() {
    let endless = "print('now')\nstring.find(string.rep('a', 3000), string.rep('.-', 9) .. 'b')\n";
    let mut client = Client::new(endless);
    client.start(&[], json!({})).await;
    client.event("output").await;
    client.request("terminate", json!({})).await;
    client.event("terminated").await;
    client.disconnect().await;
}
