//! Lines above functions, the commands behind them, and the pages of rules, through the protocol.

use serde_json::json;

use super::*;

const SCRIPT: &str = "local function go(note)\n  playNote(note, 100)\nend\nfunction onNote(event)\n  go(event.note)\nend\nfunction help()\n  openURL(\"a\")\nend\n";

async fn lenses(editor: &mut Editor, document: &Url) -> Vec<Value> {
    let params = json!({ "textDocument": { "uri": document } });
    let answer = editor.request("textDocument/codeLens", params).await;
    answer["result"].as_array().unwrap().clone()
}

async fn execute(editor: &mut Editor, command: &str, arguments: Value) -> Value {
    let params = json!({ "command": command, "arguments": arguments });
    editor.request("workspace/executeCommand", params).await
}

fn titles(lenses: &[Value]) -> Vec<&str> {
    let titles = lenses.iter().map(|lens| lens["command"]["title"].as_str());
    titles.map(Option::unwrap).collect()
}

#[tokio::test]
async fn a_line_above_a_function_leads_to_its_callers() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, SCRIPT).await;
    let lenses = lenses(&mut editor, &document).await;
    assert_eq!(
        titles(&lenses),
        ["Processor (onNote)", "Processor", "needs Controller"]
    );
    // A line that leads nowhere is no link.
    assert_eq!(lenses[2]["command"]["command"], "");
    let command = &lenses[0]["command"];
    let answer = execute(
        &mut editor,
        command["command"].as_str().unwrap(),
        command["arguments"].clone(),
    )
    .await;
    assert_eq!(
        answer["result"]["paths"],
        json!(["onNote > go, in the Processor"])
    );
    let lines: Vec<u64> = answer["result"]["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["range"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [3, 4]);
    // An editor that does not show the places gets a message.
    let shown = editor
        .wait_for("a message", |message| {
            message["method"] == "window/showMessage"
        })
        .await;
    assert_eq!(shown["params"]["message"], "onNote > go, in the Processor");
    editor.close().await;
}

#[tokio::test]
async fn lines_above_functions_can_be_switched_off() {
    let off = json!({ "halionScript": { "codeLens": false } });
    let mut editor = Editor::open_folder(None, off).await;
    let document = untitled();
    editor.open(&document, SCRIPT).await;
    assert!(lenses(&mut editor, &document).await.is_empty());
    let on = json!({ "settings": { "halionScript": { "codeLens": true } } });
    editor.notify("workspace/didChangeConfiguration", on).await;
    assert_eq!(lenses(&mut editor, &document).await.len(), 3);
    editor.close().await;
}

#[tokio::test]
async fn the_page_of_a_rule_is_a_command() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let answer = execute(
        &mut editor,
        "halionScript.rulePage",
        json!(["wrong-thread"]),
    )
    .await;
    let page = answer["result"].as_str().unwrap();
    assert!(page.starts_with("# wrong-thread: "), "{page}");
    for (command, arguments) in [
        ("halionScript.rulePage", json!(["no-such-rule"])),
        ("halionScript.showCallers", json!([1])),
        ("halionScript.nothing", json!([])),
    ] {
        let answer = execute(&mut editor, command, arguments).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    editor.close().await;
}

#[tokio::test]
async fn a_finding_leads_to_the_page_of_its_rule_where_the_editor_shows_it() {
    let (mut editor, _) = Editor::initialize(json!({
        "capabilities": {
            "textDocument": { "publishDiagnostics": { "codeDescriptionSupport": true } },
            "experimental": { "halionScript": { "rulePages": true } },
        },
    }))
    .await;
    let document = untitled();
    editor
        .open(&document, "function onNote()\n  openURL(\"a\")\nend\n")
        .await;
    let findings = editor.diagnostics(&document, 1).await;
    assert_eq!(
        findings[0]["codeDescription"]["href"],
        "halion-script-rule:/wrong-thread.md"
    );
    editor.close().await;
}

/// A server that knows a client which can be told to ask for lines again.
async fn refreshing() -> Editor {
    let (editor, _) = Editor::initialize(json!({
        "capabilities": { "workspace": { "codeLens": { "refreshSupport": true } } },
    }))
    .await;
    editor
}

/// Waits until the server wants the lines to be asked for again.
async fn refreshed(editor: &mut Editor) {
    let wanted = |message: &Value| message["method"] == "workspace/codeLens/refresh";
    let request = editor.wait_for("a refresh", wanted).await;
    let answer = json!({ "jsonrpc": "2.0", "id": request["id"], "result": null });
    editor.send(answer).await;
}

#[tokio::test]
async fn lines_that_were_asked_for_too_early_are_asked_for_again() {
    let mut editor = refreshing().await;
    let document = untitled();
    let params = json!({ "textDocument": { "uri": document } });
    let early = editor.request("textDocument/codeLens", params).await;
    assert_eq!(early["result"], Value::Null);
    editor.open(&document, SCRIPT).await;
    refreshed(&mut editor).await;
    assert_eq!(lenses(&mut editor, &document).await.len(), 3);
    editor.close().await;
}

#[tokio::test]
async fn lines_are_asked_for_again_when_a_function_runs_elsewhere() {
    let mut editor = refreshing().await;
    let document = untitled();
    editor.open(&document, SCRIPT).await;
    refreshed(&mut editor).await;
    let moved = format!("-- a line above\n{SCRIPT}");
    editor.replace(&document, 2, &moved).await;
    editor.diagnostics(&document, 2).await;
    editor
        .replace(&document, 3, &moved.replace("onNote", "onIdle"))
        .await;
    editor.diagnostics(&document, 3).await;
    refreshed(&mut editor).await;
    lenses(&mut editor, &document).await;
    let early = editor.early.iter();
    let again = early.filter(|message| message["method"] == "workspace/codeLens/refresh");
    assert_eq!(again.count(), 0, "a moved line is no reason");
    editor.close().await;
}
