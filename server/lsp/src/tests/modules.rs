//! Scripts of several files: modules, library folders, files that change on disk.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use super::*;

const MAIN: &str = "local m = require \"m\"\nfunction onNote(event)\n  m.go()\nend\n";
const MODULE: &str =
    "local m = {}\nfunction m.go()\n  openURL(\"http://localhost\")\nend\nreturn m\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The chain of a finding as `file:line` (from 1) with its reason.
fn chain(finding: &Value) -> Vec<String> {
    let related = finding["relatedInformation"].as_array().unwrap().iter();
    let shown = related.map(|entry| {
        let uri = entry["location"]["uri"].as_str().unwrap();
        let line = entry["location"]["range"]["start"]["line"]
            .as_u64()
            .unwrap()
            + 1;
        format!(
            "{}:{line} {}",
            uri.rsplit('/').next().unwrap(),
            entry["message"].as_str().unwrap()
        )
    });
    shown.collect()
}

#[tokio::test]
async fn a_module_shows_what_the_scripts_that_load_it_find_in_it() {
    let folder = folder(&[("main.lua", MAIN), ("m.lua", MODULE)]);
    let mut editor = Editor::open_folder(Some(folder.path()), json!({})).await;
    let module = uri(&folder.path().join("m.lua"));
    editor.open(&module, MODULE).await;
    let findings = editor.diagnostics(&module, 1).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0]["code"], "wrong-thread");
    let chain = chain(&findings[0]);
    assert_eq!(chain[0], "main.lua:2 HALion calls onNote in the Processor");
    assert!(chain[1].starts_with("main.lua:3 "), "{chain:?}");
    editor.close().await;
}

#[tokio::test]
async fn a_script_shows_its_findings_in_modules_that_are_not_open() {
    let folder = folder(&[("main.lua", MAIN), ("m.lua", MODULE)]);
    let mut editor = Editor::open_folder(Some(folder.path()), json!({})).await;
    editor
        .open(&uri(&folder.path().join("main.lua")), MAIN)
        .await;
    let module = uri(&folder.path().join("m.lua"));
    let published = editor
        .wait_for("findings in the module", |message| {
            message["params"]["uri"] == module.as_str()
                && message["params"]["diagnostics"] != json!([])
        })
        .await;
    assert_eq!(
        published["params"]["diagnostics"][0]["range"]["start"]["line"],
        2
    );
    assert_eq!(published["params"].get("version"), None);
    editor.close().await;
}

#[tokio::test]
async fn an_edit_of_the_script_changes_the_findings_of_its_open_module() {
    let folder = folder(&[("main.lua", MAIN), ("m.lua", MODULE)]);
    let mut editor = Editor::open_folder(Some(folder.path()), json!({})).await;
    let (main, module) = (
        uri(&folder.path().join("main.lua")),
        uri(&folder.path().join("m.lua")),
    );
    editor.open(&module, MODULE).await;
    assert_eq!(editor.diagnostics(&module, 1).await.len(), 1);
    editor.open(&main, MAIN).await;
    editor
        .replace(&main, 2, "local m = require \"m\"\nm.go()\n")
        .await;
    let is_clean = |message: &Value| {
        message["params"]["uri"] == module.as_str() && message["params"]["diagnostics"] == json!([])
    };
    editor.wait_for("the module to be clean", is_clean).await;
    editor.close().await;
}

#[tokio::test]
async fn modules_are_found_in_library_folders() {
    let library = folder(&[("m.lua", MODULE)]);
    let script = folder(&[("main.lua", MAIN)]);
    let options = json!({ "halionScript": { "libraryDirs": [library.path()] } });
    let mut editor = Editor::open_folder(Some(script.path()), options).await;
    editor
        .open(&uri(&script.path().join("main.lua")), MAIN)
        .await;
    let module = uri(&library.path().join("m.lua"));
    let found = |message: &Value| {
        message["params"]["uri"] == module.as_str() && message["params"]["diagnostics"] != json!([])
    };
    editor.wait_for("findings in the library", found).await;
    editor.close().await;
}

#[tokio::test]
async fn library_folders_may_be_named_later() {
    let library = folder(&[("m.lua", MODULE)]);
    let script = folder(&[("main.lua", MAIN)]);
    let mut editor = Editor::open_folder(Some(script.path()), json!({})).await;
    let main = uri(&script.path().join("main.lua"));
    editor.open(&main, MAIN).await;
    editor.diagnostics(&main, 1).await;
    let settings = json!({ "settings": { "halionScript": { "libraryDirs": [library.path()] } } });
    editor
        .notify("workspace/didChangeConfiguration", settings)
        .await;
    let module = uri(&library.path().join("m.lua"));
    let found = |message: &Value| {
        message["params"]["uri"] == module.as_str() && message["params"]["diagnostics"] != json!([])
    };
    editor.wait_for("findings in the library", found).await;
    editor.close().await;
}

#[tokio::test]
async fn a_script_without_a_workspace_loads_the_modules_beside_it() {
    let folder = folder(&[("main.lua", MAIN), ("m.lua", MODULE)]);
    let mut editor = Editor::open_folder(None, json!({})).await;
    editor
        .open(&uri(&folder.path().join("main.lua")), MAIN)
        .await;
    let module = uri(&folder.path().join("m.lua"));
    let found = |message: &Value| {
        message["params"]["uri"] == module.as_str() && message["params"]["diagnostics"] != json!([])
    };
    editor.wait_for("findings in the module", found).await;
    editor.close().await;
}

#[tokio::test]
async fn a_module_that_was_opened_first_belongs_to_the_script_that_is_opened_next() {
    let folder = folder(&[("main.lua", MAIN), ("m.lua", MODULE)]);
    let mut editor = Editor::open_folder(None, json!({})).await;
    let (main, module) = (
        uri(&folder.path().join("main.lua")),
        uri(&folder.path().join("m.lua")),
    );
    editor.open(&module, MODULE).await;
    let alone = editor.diagnostics(&module, 1).await;
    assert_eq!(alone[0]["code"], "needs-controller", "{alone:?}");
    editor.open(&main, MAIN).await;
    let joined = editor.diagnostics(&module, 1).await;
    assert_eq!(joined.len(), 1, "{joined:?}");
    assert_eq!(joined[0]["code"], "wrong-thread");
    editor.close().await;
}

#[tokio::test]
async fn a_require_that_is_typed_loads_the_module() {
    let folder = folder(&[("main.lua", ""), ("m.lua", MODULE)]);
    let mut editor = Editor::open_folder(Some(folder.path()), json!({})).await;
    let main = uri(&folder.path().join("main.lua"));
    editor.open(&main, "").await;
    assert_eq!(editor.diagnostics(&main, 1).await, Vec::<Value>::new());
    editor.replace(&main, 2, MAIN).await;
    let module = uri(&folder.path().join("m.lua"));
    let found = |message: &Value| {
        message["params"]["uri"] == module.as_str() && message["params"]["diagnostics"] != json!([])
    };
    editor.wait_for("findings in the module", found).await;
    editor.close().await;
}

#[tokio::test]
async fn a_module_that_changes_on_disk_is_read_again() {
    let folder = folder(&[("main.lua", MAIN), ("m.lua", MODULE)]);
    let mut editor = Editor::open_folder(Some(folder.path()), json!({})).await;
    editor
        .open(&uri(&folder.path().join("main.lua")), MAIN)
        .await;
    let path = folder.path().join("m.lua");
    let module = uri(&path);
    let of_module = |message: &Value| message["params"]["uri"] == module.as_str();
    editor
        .wait_for("findings", |message| {
            of_module(message) && message["params"]["diagnostics"] != json!([])
        })
        .await;
    fs::write(&path, "return { go = function() end }\n").unwrap();
    editor
        .notify(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": module, "type": 2 }] }),
        )
        .await;
    editor
        .wait_for("a clean module", |message| {
            of_module(message) && message["params"]["diagnostics"] == json!([])
        })
        .await;
    editor.close().await;
}

#[tokio::test]
async fn a_module_that_appears_on_disk_is_found() {
    let folder = folder(&[("main.lua", MAIN)]);
    let mut editor = Editor::open_folder(Some(folder.path()), json!({})).await;
    let main = uri(&folder.path().join("main.lua"));
    editor.open(&main, MAIN).await;
    editor.diagnostics(&main, 1).await;
    let path = folder.path().join("m.lua");
    fs::write(&path, MODULE).unwrap();
    let module = uri(&path);
    editor
        .notify(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": module, "type": 1 }] }),
        )
        .await;
    let found = |message: &Value| {
        message["params"]["uri"] == module.as_str() && message["params"]["diagnostics"] != json!([])
    };
    editor.wait_for("findings in the module", found).await;
    editor.close().await;
}

#[tokio::test]
async fn the_client_is_asked_to_watch_scripts_if_it_can() {
    let params = json!({
        "capabilities": { "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } },
    });
    let (mut editor, _) = Editor::initialize(params).await;
    let request = editor
        .wait_for("the registration", |message| {
            message["method"] == "client/registerCapability"
        })
        .await;
    let registration = &request["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(
        registration["registerOptions"]["watchers"][0]["globPattern"],
        "**/*.lua"
    );
    editor
        .send(json!({ "jsonrpc": "2.0", "id": request["id"], "result": null }))
        .await;
    editor.close().await;
}
