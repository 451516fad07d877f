//! The questions besides hover, through the protocol.

use serde_json::json;

use super::*;

const SCRIPT: &str = "local function go(note)\n  playNote(note, )\nend\nfunction onNote(event)\n  go(event.note)\nend\n";

async fn with_script() -> (Editor, Url) {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, SCRIPT).await;
    (editor, document)
}

#[tokio::test]
async fn the_definition_of_a_local_function() {
    let (mut editor, document) = with_script().await;
    let answer = editor
        .request("textDocument/definition", at(&document, 4, 3))
        .await;
    assert_eq!(answer["result"][0]["uri"], document.as_str());
    assert_eq!(
        answer["result"][0]["range"]["start"],
        json!({ "line": 0, "character": 15 })
    );
    editor.close().await;
}

#[tokio::test]
async fn the_outline_lists_functions() {
    let (mut editor, document) = with_script().await;
    let answer = editor
        .request(
            "textDocument/documentSymbol",
            json!({ "textDocument": { "uri": document } }),
        )
        .await;
    let names: Vec<&str> = answer["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|symbol| symbol["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["go", "onNote"]);
    editor.close().await;
}

#[tokio::test]
async fn completion_sorts_what_cannot_be_called_last_and_explains_on_demand() {
    let (mut editor, document) = with_script().await;
    let answer = editor
        .request("textDocument/completion", at(&document, 4, 2))
        .await;
    let items = answer["result"].as_array().unwrap();
    let item = |label: &str| {
        items
            .iter()
            .find(|item| item["label"] == label)
            .unwrap()
            .clone()
    };
    assert_eq!(item("playNote")["sortText"], "1playNote");
    assert_eq!(item("openURL")["sortText"], "9openURL");
    let resolved = editor
        .request("completionItem/resolve", item("openURL"))
        .await;
    let text = resolved["result"]["documentation"]["value"]
        .as_str()
        .unwrap();
    assert!(text.contains("**Controller only**"), "{text}");
    editor.close().await;
}

#[tokio::test]
async fn signature_help_marks_the_parameter() {
    let (mut editor, document) = with_script().await;
    let answer = editor
        .request("textDocument/signatureHelp", at(&document, 1, 17))
        .await;
    assert_eq!(answer["result"]["activeParameter"], 1);
    let label = &answer["result"]["signatures"][0]["parameters"][1]["label"];
    assert_eq!(label, "velocity");
    editor.close().await;
}
