//! Bad input and our own mistakes end one request, not the session.

use serde_json::json;

use super::*;

#[tokio::test]
async fn an_unknown_request_is_refused_by_name() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let answer = editor.request("halion/noSuchThing", json!({})).await;
    assert_eq!(answer["error"]["code"], -32601);
    editor.close().await;
}

#[tokio::test]
async fn an_unknown_notification_is_ignored() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    editor.notify("$/setTrace", json!({ "value": "off" })).await;
    editor.notify("halion/noSuchThing", json!({})).await;
    editor.close().await;
}

#[tokio::test]
async fn wrong_parameters_are_refused() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let answer = editor
        .request("textDocument/hover", json!({ "position": 7 }))
        .await;
    assert_eq!(answer["error"]["code"], -32602);
    editor.close().await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_session_goes_on() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let broken: [(&[u8], i64); 6] = [
        (b"Content-Length: 5\r\n\r\n{\"a\":", -32700),
        (b"Content-Length: 2\r\n\r\n[]", -32600),
        (b"Content-Length: 2\r\n\r\n{}", -32600),
        (b"Content-Length: 2\r\n\r\n\xff\xfe", -32700),
        (b"Content-Length: many\r\n\r\n", -32700),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", -32700),
    ];
    for (bytes, code) in broken {
        editor.send_bytes(bytes).await;
        // What follows broken input is found again by its header.
        let id = editor
            .ask("textDocument/hover", at(&untitled(), 0, 0))
            .await;
        let refusal = editor
            .wait_for("a refusal", |message| {
                message["id"].is_null() && message.get("error").is_some()
            })
            .await;
        assert_eq!(
            refusal["error"]["code"],
            code,
            "{}",
            String::from_utf8_lossy(bytes)
        );
        assert_eq!(editor.answer(id).await["result"], Value::Null);
    }
    editor.close().await;
}

#[tokio::test]
async fn a_message_cut_short_costs_only_itself() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let whole = framed(
        json!({ "jsonrpc": "2.0", "method": "$/setTrace", "params": { "value": "off" } })
            .to_string()
            .as_bytes(),
    );
    editor.send_bytes(&whole[..whole.len() - 20]).await;
    let id = editor
        .ask("textDocument/hover", at(&untitled(), 0, 0))
        .await;
    let refusal = editor
        .wait_for("a refusal", |message| message.get("error").is_some())
        .await;
    assert_eq!(refusal["error"]["code"], -32700);
    assert_eq!(editor.answer(id).await["result"], Value::Null);
    editor.close().await;
}

#[tokio::test]
async fn a_panic_in_a_query_is_an_error_of_that_query() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor
        .open(&document, &format!("{}\nprint(1)\n", faults::PANIC))
        .await;
    let id = editor.ask_hover(&document, 1, 0).await;
    let answer = editor.answer(id).await;
    assert_eq!(answer["error"]["code"], -32603);
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("panic on purpose"),
        "{answer}"
    );
    editor.replace(&document, 2, "print(1)\n").await;
    assert!(editor.hover(&document, 0, 0).await.contains("print"));
    editor.close().await;
}

#[tokio::test]
async fn a_panic_in_the_analysis_leaves_the_next_version_its_findings() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, "--!panic in this analysis\n").await;
    editor
        .replace(&document, 2, "function onNote() openURL(\"\") end\n")
        .await;
    assert_eq!(editor.diagnostics(&document, 2).await.len(), 1);
    editor.close().await;
}

#[tokio::test]
async fn positions_and_documents_that_do_not_exist_are_no_mistake() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    assert_eq!(editor.hover(&document, 0, 0).await, "");
    editor.replace(&document, 7, "never opened").await;
    editor.open(&document, "print(1)").await;
    assert_eq!(editor.hover(&document, 99, 99).await, "");
    editor.close().await;
}

#[tokio::test]
async fn the_server_ends_with_its_input() {
    let editor = Editor::open_folder(None, json!({})).await;
    let Editor {
        to_server,
        server,
        from_server,
        ..
    } = editor;
    drop(to_server);
    assert_eq!(within("the end", server).await.unwrap(), Ended::Abrupt);
    drop(from_server);
}

#[tokio::test]
async fn the_server_ends_at_exit_though_its_input_stays_open() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    editor.notify("exit", Value::Null).await;
    let Editor {
        to_server,
        server,
        from_server,
        ..
    } = editor;
    assert_eq!(within("the end", server).await.unwrap(), Ended::Abrupt);
    drop((to_server, from_server));
}

#[tokio::test]
async fn the_server_ends_when_nobody_reads() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    editor.ask_hover(&untitled(), 0, 0).await;
    let Editor {
        to_server,
        server,
        from_server,
        ..
    } = editor;
    drop(from_server);
    assert_eq!(within("the end", server).await.unwrap(), Ended::Abrupt);
    drop(to_server);
}

#[tokio::test]
async fn monstrous_scripts_are_answered() {
    let monsters = [
        format!("x = {}{}\nprint(1)", "{".repeat(10_000), "}".repeat(10_000)),
        format!("x = 1{}\nprint(1)", " + 1".repeat(10_000)),
        format!("x = a{}\nprint(1)", ".b".repeat(10_000)),
        format!("x = {}1{}\nprint(1)", "f(".repeat(190), ")".repeat(190)),
        format!(
            "{}{}\nprint(1)",
            "if x then ".repeat(190),
            " end".repeat(190)
        ),
        format!(
            "{}{}\nprint(1)",
            "function f() ".repeat(190),
            " end".repeat(190)
        ),
        format!("x = \"{}\"\nprint(1)", "y".repeat(1 << 20)),
    ];
    let mut editor = Editor::open_folder(None, json!({})).await;
    for (idx, monster) in monsters.iter().enumerate() {
        let document = Url::parse(&format!("untitled:Monster-{idx}")).unwrap();
        editor.open(&document, monster).await;
        editor.diagnostics(&document, 1).await;
        assert!(
            editor.hover(&document, 1, 0).await.contains("print"),
            "{idx}"
        );
        let symbols = json!({ "textDocument": { "uri": document } });
        editor.request("textDocument/documentSymbol", symbols).await;
        editor
            .request("textDocument/completion", at(&document, 1, 0))
            .await;
    }
    editor.close().await;
}
