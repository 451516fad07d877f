//! Golden traces: what a script did once, in a file beside the test, and every later run is compared with it.

use std::path::PathBuf;

use halion_workspace::{Reason, read_text, save_text};
use mlua::{Lua, Result};

use crate::bench::{Bench, bench};
use crate::failure::{fail, fail_with};
use crate::report::Detail;

/// Compares a trace with the golden file `name`, or writes that.
pub(crate) fn expect(lua: &Lua, name: &str, trace: &[String]) -> Result<()> {
    let bench = bench(lua);
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || !name.chars().all(is_plain) {
        let message = "the name of a golden trace is made of letters, digits, _ and -";
        return Err(fail(lua, message));
    }
    let actual: String = trace.iter().map(|line| format!("{line}\n")).collect();
    let path = path_of(&bench, name);
    let shown = (bench.plan.shown)(&path);
    let expected = match read_text(&path) {
        Ok(text) => Some(text),
        Err(problem) if problem.reason == Reason::Missing => None,
        Err(problem) => return Err(fail(lua, problem.to_string())),
    };
    // What a checkout with other line ends does to the file is no difference.
    let expected = expected.map(|text| text.replace("\r\n", "\n"));
    if expected.as_ref() == Some(&actual) {
        return Ok(());
    }
    if bench.plan.bless {
        save_text(&path, &actual).map_err(|problem| fail(lua, problem.to_string()))?;
        bench.blessed.borrow_mut().push(shown);
        return Ok(());
    }
    match expected {
        None => Err(fail(
            lua,
            format!("there is no {shown} yet; --bless writes it"),
        )),
        Some(expected) => {
            let detail = Detail::Values { expected, actual };
            let message =
                format!("the trace differs from {shown}; --bless accepts it as it is now");
            Err(fail_with(lua, message, detail))
        }
    }
}

/// `echo.NAME.trace` beside `echo.test.lua`.
fn path_of(bench: &Bench, name: &str) -> PathBuf {
    let file_name = bench.file_name();
    let stem = file_name.strip_suffix(".test.lua").unwrap_or(&file_name);
    bench.path.with_file_name(format!("{stem}.{name}.trace"))
}
