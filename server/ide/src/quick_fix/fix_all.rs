//! All safe fixes in a file, one after the other, each on what the ones before it have left.

use std::collections::BTreeMap;

use halion_analysis::FileId;

use super::{has_new_finding, safe_fix};
use crate::Snapshot;

/// What one answer may cost, in expressions that analyses evaluate and bytes that they read. A file that takes more gets the further
/// fixes when they are asked for again.
const MAX_COST: u64 = 4_000_000;

/// The text of a file after all safe fixes that stay in it, and how many there are; `None` if there is none.
///
/// `scripts` are the scripts that have the file, each with its place there: the findings are those of the first one, and a fix is made
/// only if no other one gains a finding.
#[must_use]
pub fn fix_all(scripts: &[(&Snapshot, FileId)]) -> Option<(String, usize)> {
    fix_within(scripts, MAX_COST)
}

fn fix_within(scripts: &[(&Snapshot, FileId)], max_cost: u64) -> Option<(String, usize)> {
    let mut left = max_cost;
    let &(first, file) = scripts.first()?;
    let mut changed: Vec<Snapshot> = Vec::new();
    let (mut n_made, mut next) = (0, 0);
    loop {
        let now = changed.first().unwrap_or(first);
        let Some(finding) = now.analysis().diagnostics.get(next) else {
            break;
        };
        if left == 0 {
            break;
        }
        let fix = match finding.file == file {
            true => safe_fix(now, next, &mut left),
            false => None,
        };
        let fix = fix.filter(|fix| fix.edits.iter().all(|edit| edit.file == file));
        let after = fix.and_then(|fix| {
            let fixed = fix.apply(now);
            let text = fixed.file(file)?.text().to_string();
            let scripts = scripts.iter().enumerate().map(|(idx, &(script, file))| {
                let before = changed.get(idx).unwrap_or(script);
                let after = before.with_texts(BTreeMap::from([(file, text.clone())]));
                (!has_new_finding(before.analysis(), after.analysis())).then_some(after)
            });
            scripts.collect::<Option<Vec<_>>>()
        });
        match after {
            Some(after) => {
                changed = after;
                n_made += 1;
            }
            None => next += 1,
        }
    }
    let text = changed.first()?.file(file)?.text().to_string();
    Some((text, n_made))
}

#[cfg(test)]
mod tests {
    use halion_analysis::ScriptKind;

    use super::*;
    use crate::File;

    fn snapshot(files: &[(&str, &str)]) -> Snapshot {
        let modules = files
            .iter()
            .enumerate()
            .map(|(idx, (path, _))| (path.trim_end_matches(".lua").to_owned(), idx));
        let modules = modules.collect();
        let files = files
            .iter()
            .map(|(path, text)| File::new((*path).into(), (*text).into()));
        Snapshot::new(files.collect(), &modules, ScriptKind::Auto)
    }

    #[test]
    fn safe_fixes_build_on_each_other_and_the_rest_stays() {
        let text = "function onNote(e)\n  local keys = getKeyProperties()\n  keys[1] = {}\n  openURL('a')\nend\nfunction onRelease(e)\n  local keys = getKeyProperties()\n  openURL('b')\n  keys[1] = nil\nend\n";
        let expected = "local keys = getKeyProperties()\n\nfunction onNote(e)\n  keys[1] = {}\n  runAsync(openURL, 'a')\nend\nfunction onRelease(e)\n  openURL('b')\n  keys[1] = nil\nend\n";
        let script = snapshot(&[("a.lua", text)]);
        let fixed = fix_all(&[(&script, FileId(0))]);
        assert_eq!(fixed, Some((expected.to_owned(), 3)));
        let script = snapshot(&[("a.lua", expected)]);
        assert_eq!(fix_all(&[(&script, FileId(0))]), None);
    }

    #[test]
    fn what_is_spent_ends_it_and_the_rest_comes_when_it_is_asked_for_again() {
        let mut text = "function onNote(e)\n  local keys = getKeyProperties()\n  keys[1] = {}\n  openURL('a')\nend\nfunction onRelease(e)\n  openURL('b')\nend\n".to_owned();
        let all = fix_all(&[(&snapshot(&[("a.lua", &text)]), FileId(0))]);
        let mut n_made = 0;
        // Enough for one finding.
        while let Some((fixed, n)) = fix_within(&[(&snapshot(&[("a.lua", &text)]), FileId(0))], 1) {
            assert_eq!(n, 1);
            (text, n_made) = (fixed, n_made + n);
        }
        assert!(n_made > 1);
        assert_eq!(all, Some((text, n_made)));
    }

    #[test]
    fn a_script_that_needs_the_module_as_it_is_keeps_it() {
        let module = ("go.lua", "function go()\n  runAsync(openURL, 'a')\nend\n");
        let one = snapshot(&[
            (
                "a.lua",
                "require 'go'\nfunction onLoadIntoSlot() go() end\n",
            ),
            module,
        ]);
        let other = snapshot(&[
            ("b.lua", "require 'go'\nfunction onNote(e) go() end\n"),
            module,
        ]);
        assert!(fix_all(&[(&one, FileId(1))]).is_some());
        assert_eq!(fix_all(&[(&one, FileId(1)), (&other, FileId(1))]), None);
    }
}
