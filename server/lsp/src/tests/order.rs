//! Messages take effect in the order in which they came, and a question is answered for the text it was asked about.

use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_edits_and_forty_hovers_stay_in_order() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, "local v0 = 0\n").await;
    let mut ids = Vec::new();
    for version in 1..=40_u32 {
        // The name under the cursor is another one in every version.
        let end = format!("v{}", version - 1).len() + 6;
        let edit = json!([{
            "range": { "start": { "line": 0, "character": 6 }, "end": { "line": 0, "character": end } },
            "text": format!("v{version}"),
        }]);
        editor
            .change(&document, i32::try_from(version).unwrap() + 1, edit)
            .await;
        ids.push((version, editor.ask_hover(&document, 0, 6).await));
    }
    for (version, id) in ids {
        let answer = editor.answer(id).await;
        let text = answer["result"]["contents"]["value"].as_str().unwrap();
        assert!(
            text.contains(&format!("local v{version}\n")),
            "version {version}: {text}"
        );
    }
    assert_eq!(editor.diagnostics(&document, 41).await, Vec::<Value>::new());
    editor.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_request_is_answered_at_once_and_the_next_one_too() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let (slow, quick) = (untitled(), Url::parse("untitled:Untitled-2").unwrap());
    editor
        .open(&slow, &format!("{}\nprint(1)\n", faults::BLOCK))
        .await;
    editor.open(&quick, "print(1)\n").await;
    let ids = [
        editor.ask_hover(&slow, 1, 0).await,
        editor.ask_hover(&slow, 1, 1).await,
    ];
    for id in ids {
        editor.notify("$/cancelRequest", json!({ "id": id })).await;
        assert_eq!(editor.answer(id).await["error"]["code"], -32800);
    }
    assert!(editor.hover(&quick, 0, 0).await.contains("print"));
    faults::release();
    editor.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_edits_ends_with_the_findings_of_the_last_text() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, "").await;
    for version in 2..=400 {
        let text = format!("function onNote(event)\n  openURL(\"{version}\")\nend\n").repeat(20);
        editor
            .replace(
                &document,
                version,
                if version == 400 {
                    "local clean = 1"
                } else {
                    &text
                },
            )
            .await;
    }
    assert_eq!(
        editor.diagnostics(&document, 400).await,
        Vec::<Value>::new()
    );
    editor.close().await;
}
