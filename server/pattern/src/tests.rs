//! What the matcher finds is what Lua finds, and its limit holds.

// Links Lua.
use halion_lua as _;
use mlua::{Function, Lua, Table, Value};
use proptest::prelude::*;

use super::*;

/// The matches of a search: starts and ends from 0.
fn matches(search: Search, subject: &[u8], pattern: &[u8]) -> Option<Vec<(usize, usize)>> {
    let mut all = Vec::new();
    let mut search = search;
    loop {
        let n_before = all.len();
        let found = find(search, subject, pattern, u64::MAX).ok()?;
        all.extend(found.into_iter().map(|found| (found.start, found.end)));
        match (search, all.last()) {
            (Search::Next(_), Some(&(start, end))) if all.len() > n_before => {
                search = Search::Next(end.max(start + 1));
            }
            _ => return Some(all),
        }
    }
}

/// The same by Lua itself: what `gsub` and `gmatch` hand out with position captures around the pattern.
fn matches_of_lua(search: Search, subject: &[u8], pattern: &[u8]) -> Option<Vec<(usize, usize)>> {
    let lua = Lua::new();
    let string: Table = lua.globals().get("string").unwrap();
    let (anchor, inner) = match (search, pattern) {
        (Search::Next(_), _) | (_, []) => (&b""[..], pattern),
        (_, [b'^', inner @ ..]) => (&b"^"[..], inner),
        _ => (&b""[..], pattern),
    };
    let is_to_end = inner.last() == Some(&b'$') && !inner.ends_with(b"%$");
    let inner = if is_to_end {
        &inner[..inner.len() - 1]
    } else {
        inner
    };
    let end: &[u8] = if is_to_end { b"()$" } else { b"()" };
    let whole = [anchor, b"()", inner, end].concat();
    let (subject, pattern) = (
        lua.create_string(subject).unwrap(),
        lua.create_string(&whole).unwrap(),
    );
    let ends = |values: &mlua::MultiValue| {
        let at = |value: Option<&Value>| match value {
            Some(Value::Integer(at)) => *at as usize - 1,
            Some(Value::Number(at)) => *at as usize - 1,
            other => panic!("{other:?}"),
        };
        (at(values.front()), at(values.back()))
    };
    let mut all = Vec::new();
    match search {
        Search::First(start) => {
            let find: Function = string.get("match").unwrap();
            let found: mlua::MultiValue = find.call((subject, pattern, start as f64 + 1.0)).ok()?;
            if found.front().is_some_and(|value| !value.is_nil()) {
                all.push(ends(&found));
            }
        }
        Search::Next(_) => {
            let each: Function = string.get("gmatch").unwrap();
            let next: Function = each.call((subject, pattern)).ok()?;
            loop {
                let found: mlua::MultiValue = next.call(()).ok()?;
                if found.front().is_none_or(Value::is_nil) {
                    break;
                }
                all.push(ends(&found));
            }
        }
        Search::Replace(most) => {
            let replace: Function = string.get("gsub").unwrap();
            let found = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
            let into = found.clone();
            let note = lua
                .create_function(move |_, values: mlua::MultiValue| {
                    into.borrow_mut().push(ends(&values));
                    Ok(())
                })
                .unwrap();
            let replaced: mlua::Result<mlua::MultiValue> =
                replace.call((subject, pattern, note, most as f64));
            replaced.ok()?;
            all = found.borrow().clone();
        }
    }
    Some(all)
}

fn pattern() -> impl Strategy<Value = String> {
    let class = prop_oneof![
        Just("."),
        Just("a"),
        Just("b"),
        Just("%a"),
        Just("%W"),
        Just("%d"),
        Just("[ab]"),
        Just("[^a]"),
        Just("[a-c1]"),
        Just("[%d%-]"),
        Just("[]]"),
        Just("[^]a]"),
        Just("[a-]"),
        Just("%."),
        Just("("),
        Just("%u"),
        Just("%S"),
        Just("%x"),
        Just("%p"),
        Just("-"),
    ];
    let quantifier = prop_oneof![
        4 => Just(""), 1 => Just("*"), 1 => Just("+"), 1 => Just("-"), 1 => Just("?"),
    ];
    let single = (class, quantifier).prop_map(|(class, quantifier)| match class {
        "(" => String::new(),
        _ => format!("{class}{quantifier}"),
    });
    let piece = prop_oneof![
        6 => single.clone(),
        1 => single.clone().prop_map(|inner| format!("({inner})")),
        1 => (single.clone(), single).prop_map(|(one, other)| format!("({one}({other}))")),
        1 => Just("%b()".to_owned()),
        1 => Just("%f[%a]".to_owned()),
    ];
    let ends = (
        prop_oneof![4 => Just(""), 1 => Just("^")],
        prop_oneof![4 => Just(""), 1 => Just("$")],
    );
    (ends, prop::collection::vec(piece, 0..5))
        .prop_map(|((start, end), pieces)| format!("{start}{}{end}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn it_finds_what_lua_finds(
        pattern in pattern(),
        subject in "[abc1 .()-]{0,12}",
        search in prop_oneof![
            (0usize..4).prop_map(Search::First),
            Just(Search::Next(0)),
            (0usize..5).prop_map(Search::Replace),
        ],
    ) {
        let search = match search {
            Search::First(start) => Search::First(start.min(subject.len())),
            other => other,
        };
        let (subject, pattern) = (subject.as_bytes(), pattern.as_bytes());
        prop_assert_eq!(
            matches(search, subject, pattern),
            matches_of_lua(search, subject, pattern),
        );
    }

    #[test]
    fn no_text_is_too_odd(pattern in "[%ab()\\[\\]^$*+?.-]{0,12}", subject in "[ab()%]{0,8}") {
        let (subject, pattern) = (subject.as_bytes(), pattern.as_bytes());
        let n_steps = steps(Search::Next(0), subject, pattern, 0, 10_000);
        prop_assert!(n_steps <= 10_100);
    }
}

#[test]
fn what_a_capture_holds_can_come_again() {
    for (pattern, subject) in [("(a+)b%1", "aabaa"), ("(%a)%1", "abba"), ("()%1", "ab")] {
        let (pattern, subject) = (pattern.as_bytes(), subject.as_bytes());
        let search = Search::First(0);
        let mine = matches(search, subject, pattern).unwrap();
        let lua = Lua::new();
        let find: Function = lua.load("return string.find").eval().unwrap();
        let texts = [subject, pattern].map(|text| lua.create_string(text).unwrap());
        let start: Option<f64> = find.call((&texts[0], &texts[1])).unwrap();
        assert_eq!(mine.first().map(|found| found.0 as f64 + 1.0), start);
    }
}

#[test]
fn the_limit_holds() {
    let subject = vec![b'a'; 10_000];
    assert!(may_exceed(&subject, b".-.-.-b", 1e6));
    assert!(!may_exceed(b"key = value", b"%w+ = %w+", 1e5));
    let n_steps = steps(Search::First(0), &subject, b".-.-.-b", 0, 1_000_000);
    assert!((1_000_000..1_000_100).contains(&n_steps), "{n_steps}");
    assert!(plain_steps(0, &subject, &[&subject[..5000], b"b"].concat(), 1000) <= 1001);
}

/// Steps after which a search of these tests is given up.
const LIMIT: u64 = 20_000;

fn search_in(text: &str, pattern: &str, search: Search) -> Result<Vec<Found>, Stop> {
    find(search, text.as_bytes(), pattern.as_bytes(), LIMIT)
}

fn captured(text: &str, pattern: &str) -> Option<Vec<String>> {
    let found = search_in(text, pattern, Search::First(0)).expect("a good pattern");
    let found = found.into_iter().next()?;
    let whole = Capture::Text(found.start, found.end);
    let captures = match found.captures.as_slice() {
        [] => vec![whole],
        captures => captures.to_vec(),
    };
    let shown = captures.into_iter().map(|capture| match capture {
        Capture::Text(start, end) => text[start..end].to_owned(),
        Capture::Position(at) => format!("{}", at + 1),
    });
    Some(shown.collect())
}

#[test]
fn patterns_find_what_lua_finds() {
    let cases: &[(&str, &str, Option<&[&str]>)] = &[
        ("onNote", "^on(.+)$", Some(&["Note"])),
        ("ui:open", "^(%w+):(%w+)$", Some(&["ui", "open"])),
        ("note", "^on", None),
        ("a.b", "%.", Some(&["."])),
        ("key=[x]", "%b[]", Some(&["[x]"])),
        ("THE (quick) fox", "%((%a+)%)", Some(&["quick"])),
        ("hello", "()ll()", Some(&["3", "5"])),
        ("aaab", "a-b", Some(&["aaab"])),
        ("step12", "[^%d]+", Some(&["step"])),
        ("x]y", "[]]", Some(&["]"])),
        ("C#4", "^([A-G]#?)(%-?%d+)$", Some(&["C#", "4"])),
        ("D-1", "^([A-G]#?)(%-?%d+)$", Some(&["D", "-1"])),
        ("\"a\"", "([\"'])(.-)%1", Some(&["\"", "a"])),
        ("THE end", "%f[%a]%l+", Some(&["end"])),
        ("", "^$", Some(&[""])),
    ];
    for (text, pattern, expected) in cases {
        let expected = expected.map(|all| all.iter().map(|&one| one.to_owned()).collect());
        assert_eq!(captured(text, pattern), expected, "{text} {pattern}");
    }
}

#[test]
fn all_parts_in_order() {
    let starts = |text, pattern| {
        let all = search_in(text, pattern, Search::Replace(10)).expect("a good pattern");
        all.iter().map(|found| found.start).collect::<Vec<_>>()
    };
    assert_eq!(starts("ui.main.click", "%w+"), [0, 3, 8]);
    assert_eq!(starts("ab", "x*"), [0, 1, 2]);
    assert_eq!(starts("aaa", "^a"), [0]);
}

#[test]
fn what_is_malformed_is_given_up() {
    for pattern in ["[a", "%", "(a", "a)", "%1"] {
        let found = search_in("aaa", pattern, Search::First(0));
        assert_eq!(found, Err(Stop::Refused), "{pattern}");
    }
    let slow = "a-".repeat(12) + "b";
    let found = search_in(&"a".repeat(60), &slow, Search::First(0));
    assert_eq!(found, Err(Stop::Limit));
}
