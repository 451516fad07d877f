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

/// Objects whose fields, methods and metatables may each be any of all: too much work to be analysed exactly.
fn flooded() -> String {
    let classes = (0..40).map(|n| {
        format!(
            "C{n} = {{}}
            C{n}.__index = function(t, k) return C{n}[k] or any(k) end
            C{n}.__call = function(t, f) for k, v in pairs(all) do f(v, t) end return any(f) end
            function C{n}:m{n}(x) self[x] = any(x) return x(self), any(self) + x end
            function C{n}:go(f) for _, v in pairs(all) do v:go(function(y) f(y) self(v) end) end end
            all[#all + 1] = setmetatable({{ name = 'c{n}' }}, C{n})\n"
        )
    });
    let any = "all = {}\nlocal function any(k) return all[k] or all[1] end\n";
    let note = "function onNote(e) any(e.note):go(function(v) v(v) end) end\n";
    [any, &classes.collect::<String>(), note].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_took_too_much_work_is_tried_again_when_it_is_saved() {
    let mut editor = Editor::open_folder(None, json!({})).await;
    let document = untitled();
    editor.open(&document, &flooded()).await;
    editor.diagnostics(&document, 1).await;
    let small = "local function put(page, mode)
  if mode == 'on' and page == 'a' then openURL(page) end
end
function onNote(event) put('a', 'off') put('b', 'on') end\n";
    editor.replace(&document, 2, small).await;
    let merged = editor.diagnostics(&document, 2).await;
    assert_eq!(merged.len(), 1, "{merged:?}");
    assert_eq!(merged[0]["severity"], 2, "calls are not told apart");
    let saved = json!({ "textDocument": { "uri": document } });
    editor.notify("textDocument/didSave", saved.clone()).await;
    assert_eq!(editor.diagnostics(&document, 2).await, Vec::<Value>::new());
    // What was tried is not tried again.
    editor.notify("textDocument/didSave", saved).await;
    let more = format!("{small}local version = 3\n");
    editor.replace(&document, 3, &more).await;
    assert_eq!(editor.diagnostics(&document, 3).await, Vec::<Value>::new());
    editor.close().await;
}
