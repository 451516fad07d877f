//! What is offered where, and the script after it.

use halion_analysis::ScriptKind;

use super::*;
use crate::File;

fn snapshot(text: &str) -> Snapshot {
    let file = File::new("a.lua".into(), text.into());
    Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto)
}

/// The first fix for the line of `$0`.
fn first(text: &str) -> (Snapshot, Option<Fix>) {
    let offset = text.find("$0").unwrap();
    let snapshot = snapshot(&text.replace("$0", ""));
    let fix = quick_fixes(&snapshot, FileId(0), offset..offset)
        .into_iter()
        .next();
    (snapshot, fix)
}

/// The script after the first fix at `$0`.
fn check(text: &str, expected: &str) {
    let (snapshot, fix) = first(text);
    let fix = fix.unwrap_or_else(|| panic!("no fix: {text}"));
    assert_ne!(fix.kind, FixKind::Suppress, "{text}");
    let changed = fix.apply(&snapshot);
    assert_eq!(&**changed.files()[0].text(), expected);
}

/// There is nothing but the comment that suppresses the finding.
fn check_none(text: &str) {
    let (_, fix) = first(text);
    assert_eq!(fix.map(|fix| fix.kind), Some(FixKind::Suppress), "{text}");
}

/// The fix of a kind for the finding at `$0`.
fn of_kind(text: &str, kind: FixKind) -> (Snapshot, Option<Fix>) {
    let offset = text.find("$0").unwrap();
    let snapshot = snapshot(&text.replace("$0", ""));
    let fixes = quick_fixes(&snapshot, FileId(0), offset..offset);
    let fix = fixes.into_iter().find(|fix| fix.kind == kind);
    (snapshot, fix)
}

/// The script after the fix of a kind at `$0`; a second time with line breaks of CR LF.
pub(super) fn check_kind(text: &str, kind: FixKind, expected: &str) {
    let n_variants = if text.contains('\n') { 2 } else { 1 };
    for newline in ["\n", "\r\n"].into_iter().take(n_variants) {
        let (text, expected) = (text.replace('\n', newline), expected.replace('\n', newline));
        let (snapshot, fix) = of_kind(&text, kind);
        let fix = fix.unwrap_or_else(|| panic!("no {kind:?}: {text}"));
        let changed = fix.apply(&snapshot);
        assert_eq!(**changed.files()[0].text(), *expected);
    }
}

/// There is no fix of a kind at `$0`.
pub(super) fn check_lacks(text: &str, kind: FixKind) {
    let (snapshot, fix) = of_kind(text, kind);
    let after = fix.map(|fix| fix.apply(&snapshot).files()[0].text().to_string());
    assert_eq!(after, None, "{text}");
    assert!(!snapshot.analysis().diagnostics.is_empty(), "{text}");
}

fn is_safe(text: &str) -> bool {
    first(text).1.is_some_and(|fix| fix.safe)
}

#[test]
fn a_call_in_the_processor_becomes_run_async() {
    check(
        "function onNote(e)\n  $0openURL('a' .. e.note) -- why\nend",
        "function onNote(e)\n  runAsync(openURL, 'a' .. e.note) -- why\nend",
    );
    check(
        "function onNote(e)\n  $0openURL [[a]]\nend",
        "function onNote(e)\n  runAsync(openURL, [[a]])\nend",
    );
    check(
        "local o = openURL\nfunction onNote(e) if e.note > 3 then $0o( --[[b]] 'a' ) end end",
        "local o = openURL\nfunction onNote(e) if e.note > 3 then runAsync(o, --[[b]] 'a' ) end end",
    );
    check(
        "function onNote(e)\n  $0openURL(\n    'a'\n  )\nend",
        "function onNote(e)\n  runAsync(openURL,\n    'a'\n  )\nend",
    );
    // An argument that is for the Controller too goes there as well.
    check(
        "function onNote(e)\n  $0openURL(tostring(messageBox('a')))\nend",
        "function onNote(e)\n  runAsync(function() openURL(tostring(messageBox('a'))) end)\nend",
    );
    check_lacks(
        "function onNote(e)\n  $0openURL(tostring(messageBox('a')))\nend",
        FixKind::RunAsync,
    );
}

/// Of the calls in one line only the first is a finding.
#[test]
fn calls_in_one_line_have_their_turns() {
    check(
        "function onNote(e)\n  if e.note > 60 then $0openURL('a') else openURL('b') end\nend",
        "function onNote(e)\n  if e.note > 60 then runAsync(openURL, 'a') else openURL('b') end\nend",
    );
    check(
        "function onNote(e) $0openURL('a'); openURL('b'); openURL('c') end",
        "function onNote(e) runAsync(function() openURL('a'); openURL('b'); openURL('c') end) end",
    );
    check_kind(
        "function onNote(e) $0openURL('a'); openURL('b') end",
        FixKind::RunAsync,
        "function onNote(e) runAsync(openURL, 'a'); openURL('b') end",
    );
    check(
        "function onNote(e) $0openURL(openURL('a')) end",
        "function onNote(e) runAsync(function() openURL(openURL('a')) end) end",
    );
    let text = "function onNote(e)\n  if e.note > 60 then openURL('a') else openURL('b') end\nend";
    let expected = "function onNote(e)\n  if e.note > 60 then runAsync(openURL, 'a') else runAsync(openURL, 'b') end\nend";
    let script = snapshot(text);
    let fixed = fix_all(&[(&script, FileId(0))]);
    assert_eq!(fixed, Some((expected.to_owned(), 2)));
}

#[test]
fn a_method_call_hands_its_object_over() {
    check(
        "function onNote(e)\n  $0this.parent:setName('a')\nend",
        "function onNote(e)\n  runAsync(this.parent.setName, this.parent, 'a')\nend",
    );
    // An object that is not a mere path is found in the Controller.
    check(
        "function onNote(e)\n  $0findLayers(true)[1]:setName('a')\nend",
        "function onNote(e)\n  runAsync(function() findLayers(true)[1]:setName('a') end)\nend",
    );
}

#[test]
fn run_async_is_only_for_statements_where_the_callback_can_wait() {
    check_none("function onNote(e)\n  local keys = $0loadPreset('a')\nend");
    check_none("function calcModulation()\n  $0openURL('a')\n  return 0\nend");
    check_none(
        "function onNote(e)\n  table.sort({ 2, 1 }, function(a, b)\n  $0openURL('a') return a < b end)\nend",
    );
    check_none("function onNote(e)\n  pcall($0openURL, 'a')\nend");
    check_none("function onNote(e)\n  local runAsync = print\n  $0openURL('a')\nend");
    // The other thread comes here too, where runAsync is what is wrong.
    check_none(
        "local function go()\n  $0openURL('a')\nend\nfunction onNote(e) go() end\nfunction onLoadIntoSlot() go() end",
    );
}

#[test]
fn a_hop_on_its_own_thread_goes_away() {
    // That it needs both threads now is due to the other call, which is an error already.
    check(
        "function onIdle()\n  $0runAsync(openURL, 'a')\n  releaseVoice(1)\nend",
        "function onIdle()\n  openURL('a')\n  releaseVoice(1)\nend",
    );
    check(
        "function onLoadIntoSlot()\n  $0runAsync(openURL, 'a')\nend",
        "function onLoadIntoSlot()\n  openURL('a')\nend",
    );
    check(
        "function onNote(e)\n  $0runSync(function() playNote(e.note, 100) end, 7)\nend",
        "function onNote(e)\n  playNote(e.note, 100)\nend",
    );
    check(
        "function onNote(e)\n  $0runSync(function()\n    local n = e.note\n    playNote(n, 100)\n  end)\nend",
        "function onNote(e)\n  do\n    local n = e.note\n    playNote(n, 100)\n  end\nend",
    );
    check(
        "function onIdle()\n  $0runAsync(function() -- why\n    openURL('--') -- because\n  end)\nend",
        "function onIdle()\n  do -- why\n    openURL('--') -- because\n  end\nend",
    );
    // The id was meant for the function, which cannot do without it.
    check(
        "function onNote(e)\n  $0runSync(postEvent, e)\nend",
        "function onNote(e)\n  postEvent(e)\nend",
    );
    check(
        "local function go() end\nfunction onNote(e)\n  $0runSync(go, e.note)\nend",
        "local function go() end\nfunction onNote(e)\n  go()\nend",
    );
    check_none("function onIdle()\n  $0runAsync(openURL, '--' --[[lost]])\nend");
    check_none(
        "function onNote(e)\n  $0runSync(function() if e.note > 1 then return end playNote(1, 1) end)\nend",
    );
}

#[test]
fn a_call_in_the_controller_becomes_run_sync_and_keeps_what_its_arguments_are() {
    check(
        "function onLoadIntoSlot()\n  $0playNote(60, 100)\nend",
        "function onLoadIntoSlot()\n  runSync(function() playNote(60, 100) end)\nend",
    );
    check(
        "function onLoadIntoSlot()\n  for i = 1, 3 do\n    $0playNote(60 + i, i)\n  end\nend",
        "function onLoadIntoSlot()\n  for i = 1, 3 do\n    do\n      local value = 60 + i\n      runSync(function() playNote(value, i) end)\n    end\n  end\nend",
    );
    check(
        "defineParameter('Volume', nil, 1, 0, 2)\nfunction onLoadIntoSlot() $0playNote(60, Volume) end",
        "defineParameter('Volume', nil, 1, 0, 2)\nfunction onLoadIntoSlot() do local Volume = Volume; runSync(function() playNote(60, Volume) end) end end",
    );
}

#[test]
fn run_sync_is_not_offered_where_its_effect_would_come_too_late() {
    check_lacks("$0playNote(60, 100)", FixKind::RunSync);
    check_none("function onLoadIntoSlot()\n  local id = $0playNote(60, 100)\nend");
    check_none("function onLoadIntoSlot()\n  $0playNote(60, 100)\n  print(getFreeVoices())\nend");
    check_lacks(
        "function onLoadIntoSlot()\n  $0waitBeats(1)\nend",
        FixKind::RunSync,
    );
}

#[test]
fn only_what_nobody_can_notice_is_safe() {
    assert!(is_safe(
        "function onNote(e)\n  postEvent(e)\n  $0openURL('a')\nend"
    ));
    assert!(is_safe(
        "function onNote(e)\n  if e.note > 3 then $0openURL('a') else print(1) end\nend"
    ));
    assert!(!is_safe(
        "function onNote(e)\n  $0openURL('a')\n  postEvent(e)\nend"
    ));
    assert!(!is_safe(
        "function onNote(e)\n  for i = 1, 2 do $0openURL('a') end\nend"
    ));
    assert!(!is_safe(
        "local function go()\n  $0openURL('a')\nend\nfunction onNote(e) go() end"
    ));
    assert!(!is_safe(
        "function onNote(e)\n  $0openURL('a')\nend\nfunction onRelease(e) onNote(e) end"
    ));
    assert!(is_safe(
        "function onLoadIntoSlot()\n  $0runAsync(openURL, 'a')\nend"
    ));
    assert!(!is_safe(
        "function onLoadIntoSlot()\n  $0playNote(60, 100)\nend"
    ));
    assert!(!is_safe(
        "function onNote(e)\n  $0runSync(postEvent, e)\nend"
    ));
    assert!(!is_safe("function onNote(e)\n  $0playnote(60)\nend"));
}

#[test]
fn a_comment_is_always_offered_last_and_hides_the_finding() {
    let text = "function onNote(e)\r\n\topenURL('a')\r\nend";
    let snapshot = snapshot(text);
    let fixes = fixes_for(&snapshot, 0);
    let kinds: Vec<FixKind> = fixes.iter().map(|fix| fix.kind).collect();
    assert_eq!(kinds, [FixKind::RunAsync, FixKind::Suppress]);
    let changed = fixes[1].apply(&snapshot);
    let expected = "function onNote(e)\r\n\t---@diagnostic disable-next-line: wrong-thread\r\n\topenURL('a')\r\nend";
    assert_eq!(&**changed.files()[0].text(), expected);
    assert!(changed.analysis().diagnostics.is_empty());
}

#[test]
fn a_comment_is_not_put_into_a_string() {
    let snapshot = snapshot("function onNote(e)\n  print [[\n]] openURL('a')\nend");
    let fixes = fixes_for(&snapshot, 0);
    assert_eq!(fixes.len(), 1);
    assert_eq!(fixes[0].kind, FixKind::RunAsync);
}

#[test]
fn half_typed_scripts_and_odd_ranges_are_survived() {
    let text = "function onNote(e)\n  openURL(\n";
    let snapshot = snapshot(text);
    for start in 0..text.len() + 3 {
        let fixes = quick_fixes(&snapshot, FileId(0), start..start + 4);
        assert!(fixes.len() < 3);
    }
    assert!(quick_fixes(&snapshot, FileId(9), 0..1).is_empty());
}

#[test]
fn an_answer_about_a_large_script_has_fixes_for_few_findings() {
    let calls = "  if e.note == 1 then openURL('a') end\n".repeat(3);
    let n_findings = |padding: usize| {
        let text = format!(
            "function onNote(e)\n{calls}end\n--{}\n",
            "-".repeat(padding)
        );
        let file = File::new("a.lua".into(), text.as_str().into());
        let script = Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto);
        let fixes = quick_fixes(&script, FileId(0), 0..text.len());
        let findings: std::collections::BTreeSet<_> = fixes.iter().map(|fix| fix.finding).collect();
        findings.len()
    };
    assert_eq!(n_findings(0), 3);
    assert_eq!(n_findings(1_000_000), 1);
}
