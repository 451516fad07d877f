//! Code actions through the protocol.

use serde_json::json;

use super::*;

const SCRIPT: &str =
    "function onNote(event)\n  print(\"🎹\") openURL(\"a\")\n  print(event)\nend\n";

async fn actions(editor: &mut Editor, document: &Url, line: u32, context: Value) -> Vec<Value> {
    let place = json!({ "line": line, "character": 3 });
    let params = json!({
        "textDocument": { "uri": document },
        "range": { "start": place, "end": place },
        "context": context,
    });
    let answer = editor.request("textDocument/codeAction", params).await;
    answer["result"].as_array().unwrap().clone()
}

/// The text after the edits of an action, which lie on one line each.
fn applied(text: &str, uri: &Url, action: &Value) -> String {
    let mut lines: Vec<Vec<u16>> = text
        .split('\n')
        .map(|line| line.encode_utf16().collect())
        .collect();
    let edits = action["edit"]["changes"][uri.as_str()].as_array().unwrap();
    for edit in edits.iter().rev() {
        let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
        assert_eq!(start["line"], end["line"]);
        let at = |place: &Value| usize::try_from(place["character"].as_u64().unwrap()).unwrap();
        let line = usize::try_from(start["line"].as_u64().unwrap()).unwrap();
        let new = edit["newText"].as_str().unwrap().encode_utf16();
        lines[line].splice(at(start)..at(end), new);
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|line| String::from_utf16(line).unwrap())
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn a_finding_gets_its_fixes_and_is_gone_after_the_first() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, SCRIPT).await;
    let findings = editor.diagnostics(&document, 1).await;
    let context = json!({ "diagnostics": findings, "only": ["quickfix"] });
    let actions = actions(&mut editor, &document, 1, context).await;
    let titles: Vec<&str> = actions
        .iter()
        .map(|action| action["title"].as_str().unwrap())
        .collect();
    assert!(titles[0].starts_with("Wrap in runAsync"), "{titles:?}");
    assert!(titles[1].starts_with("Suppress wrong-thread"), "{titles:?}");
    assert_eq!(actions.len(), 2);
    assert_eq!(actions[0]["kind"], "quickfix");
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[1]["isPreferred"], false);
    assert_eq!(actions[0]["diagnostics"], json!(findings));
    for (version, action) in (2..).zip(&actions) {
        let text = applied(SCRIPT, &document, action);
        editor.replace(&document, version, &text).await;
        let left = editor.diagnostics(&document, version).await;
        assert!(left.is_empty(), "{text}: {left:?}");
    }
    editor.close().await;
}

#[tokio::test]
async fn there_are_no_actions_without_a_finding_or_of_another_kind() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, SCRIPT).await;
    let none = json!({ "diagnostics": [] });
    assert!(actions(&mut editor, &document, 0, none).await.is_empty());
    let other = json!({ "diagnostics": [], "only": ["refactor"] });
    assert!(actions(&mut editor, &document, 1, other).await.is_empty());
    editor.close().await;
}

#[tokio::test]
async fn all_safe_fixes_of_a_file_are_one_action_for_those_who_ask() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    let text = "-- 🎹\nfunction onNote(event)\n  openURL(\"a\")\nend\nfunction onRelease(event)\n  openURL(\"b\")\nend\n";
    editor.open(&document, text).await;
    for kind in ["source", "source.fixAll", "source.fixAll.halionScript"] {
        let context = json!({ "diagnostics": [], "only": [kind] });
        let actions = actions(&mut editor, &document, 0, context).await;
        assert_eq!(actions.len(), 1, "{actions:?}");
        assert_eq!(actions[0]["kind"], "source.fixAll.halionScript");
        let edit = &actions[0]["edit"]["changes"][document.as_str()][0];
        editor
            .change(
                &document,
                2,
                json!([{ "range": edit["range"], "text": edit["newText"] }]),
            )
            .await;
        assert!(editor.diagnostics(&document, 2).await.is_empty());
        editor.replace(&document, 3, text).await;
        assert_eq!(editor.diagnostics(&document, 3).await.len(), 2);
    }
    editor.close().await;
}
