//! The usual course of things: start, open, findings with their chain, hover, settings, end.

use serde_json::json;

use super::*;

const WRONG: &str = "function onNote(event)\n  openURL(\"http://localhost\")\nend\n";

#[tokio::test]
async fn what_is_advertised_is_what_there_is() {
    let (editor, result) = Editor::initialize(json!({ "capabilities": {} })).await;
    let capabilities = result["capabilities"].as_object().unwrap();
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    assert_eq!(
        capabilities["textDocumentSync"],
        json!({ "openClose": true, "change": 2, "save": true })
    );
    assert_eq!(result["serverInfo"]["name"], "halion-script");
    editor.close().await;
}

#[tokio::test]
async fn every_advertised_request_has_a_handler() {
    let (mut editor, result) = Editor::initialize(json!({ "capabilities": {} })).await;
    let document = untitled();
    editor.open(&document, WRONG).await;
    let requests = [
        ("hoverProvider", "textDocument/hover"),
        ("definitionProvider", "textDocument/definition"),
        ("documentSymbolProvider", "textDocument/documentSymbol"),
        ("completionProvider", "textDocument/completion"),
        ("signatureHelpProvider", "textDocument/signatureHelp"),
        ("codeActionProvider", "textDocument/codeAction"),
        ("codeLensProvider", "textDocument/codeLens"),
        ("executeCommandProvider", "workspace/executeCommand"),
    ];
    let mut known = vec!["positionEncoding", "textDocumentSync", "workspace"];
    for (capability, method) in requests {
        known.push(capability);
        let is_advertised = result["capabilities"].get(capability).is_some();
        let mut params = at(&document, 1, 4);
        if capability == "codeActionProvider" {
            params["range"] = json!({ "start": params["position"], "end": params["position"] });
            params["context"] = json!({ "diagnostics": [] });
        }
        if capability == "executeCommandProvider" {
            params = json!({ "command": "halionScript.rulePage", "arguments": ["wrong-thread"] });
        }
        let answer = editor.request(method, params).await;
        assert_eq!(
            is_advertised,
            answer.get("error").is_none(),
            "{method}: {answer}"
        );
    }
    for capability in result["capabilities"].as_object().unwrap().keys() {
        assert!(
            known.contains(&capability.as_str()),
            "{capability} is advertised and not tested"
        );
    }
    editor.close().await;
}

#[tokio::test]
async fn a_wrong_thread_call_is_shown_with_the_path_that_proves_it() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, WRONG).await;
    let findings = editor.diagnostics(&document, 1).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = &findings[0];
    assert_eq!(finding["code"], "wrong-thread");
    assert_eq!(finding["severity"], 1);
    assert_eq!(finding["source"], "halion-script");
    assert_eq!(
        finding["range"]["start"],
        json!({ "line": 1, "character": 2 })
    );
    assert_eq!(
        finding["range"]["end"],
        json!({ "line": 1, "character": 9 })
    );
    let message = finding["message"].as_str().unwrap();
    assert!(
        message.starts_with("openURL only works in Controller, but this runs in Processor: onNote"),
        "{message}"
    );
    assert!(
        message.contains("Function HALion::openURL is not available in the Processor context."),
        "{message}"
    );
    assert!(
        finding["codeDescription"]["href"]
            .as_str()
            .unwrap()
            .ends_with("/openURL.html")
    );
    assert_eq!(finding["data"]["function"], "openURL");
    let related = finding["relatedInformation"].as_array().unwrap();
    assert_eq!(
        related[0]["message"],
        "HALion calls onNote in the Processor"
    );
    assert_eq!(related[0]["location"]["uri"], document.as_str());
    assert_eq!(
        related[0]["location"]["range"]["start"],
        json!({ "line": 0, "character": 9 })
    );
    editor.close().await;
}

#[tokio::test]
async fn every_step_of_the_path_says_why_control_gets_there() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    let script = "local h = {}\nh.save = function() savePreset(\"a\", this) end\nfunction go() h.save() end\nfunction onNote(event) spawn(go) end\n";
    editor.open(&document, script).await;
    let findings = editor.diagnostics(&document, 1).await;
    let related = findings[0]["relatedInformation"].as_array().unwrap();
    let steps: Vec<(u64, &str)> = related
        .iter()
        .map(|step| {
            let line = step["location"]["range"]["start"]["line"].as_u64();
            (line.unwrap() + 1, step["message"].as_str().unwrap())
        })
        .collect();
    let expected = [
        (4, "HALion calls onNote in the Processor"),
        (4, "onNote calls spawn (Processor)"),
        (4, "spawn runs go in the Processor"),
        (3, "go calls h.save, which was stored before (Processor)"),
        (2, "h.save comes from here"),
    ];
    assert_eq!(steps, expected);
    editor.close().await;
}

#[tokio::test]
async fn a_client_without_related_places_gets_the_chain_in_the_message() {
    let (mut editor, _) = Editor::initialize(json!({ "capabilities": {} })).await;
    let document = untitled();
    editor.open(&document, WRONG).await;
    let findings = editor.diagnostics(&document, 1).await;
    let message = findings[0]["message"].as_str().unwrap();
    assert!(
        message.contains(":1: HALion calls onNote in the Processor"),
        "{message}"
    );
    assert!(findings[0].get("relatedInformation").is_none());
    editor.close().await;
}

#[tokio::test]
async fn a_repaired_script_is_clean_at_the_next_version() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, WRONG).await;
    assert_eq!(editor.diagnostics(&document, 1).await.len(), 1);
    let edit = json!([{
        "range": { "start": { "line": 1, "character": 2 }, "end": { "line": 1, "character": 10 } },
        "text": "runAsync(openURL, ",
    }]);
    editor.change(&document, 2, edit).await;
    assert_eq!(editor.diagnostics(&document, 2).await, Vec::<Value>::new());
    editor.close().await;
}

#[tokio::test]
async fn columns_after_an_emoji_are_utf_16() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor
        .open(
            &document,
            "function onNote(event)\n  local t = \"🎹é\"; openURL(t)\nend\n",
        )
        .await;
    let findings = editor.diagnostics(&document, 1).await;
    assert_eq!(
        findings[0]["range"]["start"],
        json!({ "line": 1, "character": 19 })
    );
    assert!(
        editor
            .hover(&document, 1, 19)
            .await
            .contains("openURL(address)")
    );
    let edit = json!([{
        "range": { "start": { "line": 1, "character": 13 }, "end": { "line": 1, "character": 15 } },
        "text": "",
    }]);
    editor.change(&document, 2, edit).await;
    let findings = editor.diagnostics(&document, 2).await;
    assert_eq!(
        findings[0]["range"]["start"],
        json!({ "line": 1, "character": 17 })
    );
    editor.close().await;
}

#[tokio::test]
async fn a_client_that_counts_bytes_gets_bytes() {
    let params =
        json!({ "capabilities": { "general": { "positionEncodings": ["utf-16", "utf-8"] } } });
    let (mut editor, result) = Editor::initialize(params).await;
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-8");
    let document = untitled();
    editor
        .open(
            &document,
            "function onNote(event)\n  local t = \"🎹é\"; openURL(t)\nend\n",
        )
        .await;
    let findings = editor.diagnostics(&document, 1).await;
    assert_eq!(
        findings[0]["range"]["start"],
        json!({ "line": 1, "character": 22 })
    );
    editor.close().await;
}

#[tokio::test]
async fn a_hover_says_whether_the_place_fits() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, WRONG).await;
    let hover = editor.hover(&document, 1, 5).await;
    assert!(hover.contains("**Controller only**"), "{hover}");
    assert!(
        hover.contains("This function runs in Processor (onNote): openURL cannot be called here"),
        "{hover}"
    );
    assert!(hover.contains("/openURL.html"), "{hover}");
    assert_eq!(
        editor.hover(&document, 0, 0).await,
        "",
        "a keyword has no hover"
    );
    editor.close().await;
}

#[tokio::test]
async fn a_closed_document_has_no_findings() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, WRONG).await;
    assert_eq!(editor.diagnostics(&document, 1).await.len(), 1);
    editor
        .notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": document } }),
        )
        .await;
    let published = editor
        .wait_for("the clearing", |message| {
            message["method"] == "textDocument/publishDiagnostics"
        })
        .await;
    assert_eq!(published["params"]["diagnostics"], json!([]));
    editor.close().await;
}

#[tokio::test]
async fn a_setting_that_makes_no_sense_is_named() {
    let mut editor =
        Editor::open_folder(None, json!({ "halionScript": { "scriptKind": "mdi" } })).await;
    let shown = editor
        .wait_for("a message", |message| {
            message["method"] == "window/showMessage"
        })
        .await;
    let text = shown["params"]["message"].as_str().unwrap();
    assert!(text.contains("scriptKind is \"mdi\""), "{text}");
    editor.close().await;
}

#[tokio::test]
async fn a_ui_script_has_one_thread() {
    let mut editor =
        Editor::open_folder(None, json!({ "halionScript": { "scriptKind": "ui" } })).await;
    let document = untitled();
    editor
        .open(&document, "openURL(\"http://localhost\")\n")
        .await;
    assert_eq!(editor.diagnostics(&document, 1).await, Vec::<Value>::new());
    editor.close().await;
}
