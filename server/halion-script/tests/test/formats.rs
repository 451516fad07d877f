//! The formats for programs: TAP and JUnit.

use expect_test::expect;

use crate::{check, test};

const THREE: &str = "
it('passes', function() end)
pending('waits # for better <days>')
it('fails & falls', function() assert.equal(1, 2, 'one & two') end)
";

#[test]
fn tap() {
    check(
        THREE,
        &["--format", "tap"],
        expect![[r#"
        TAP version 14
        1..3
        ok 1 - echo.test.lua: passes
        ok 2 - echo.test.lua: waits \# for better <days> # SKIP pending
        not ok 3 - echo.test.lua: fails & falls
          ---
          message: "one & two"
          details: |
            echo.test.lua:4: it('fails & falls', function() assert.equal(1, 2, 'one & two') end)
            expected: 1
            actual: 2
          ...
        --- exit 1
    "#]],
    );
}

#[test]
fn junit() {
    let said = test(THREE, &["--format", "junit"]);
    let out = without_seconds(&said.out);
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="halion-script" tests="3" skipped="1" failures="1" errors="0">
            <testsuite name="echo.test.lua" tests="3" skipped="1" errors="0" failures="1" time="0">
                <testcase name="passes" classname="echo.test.lua" time="0"/>
                <testcase name="waits # for better &lt;days&gt;" classname="echo.test.lua" time="0">
                    <skipped/>
                </testcase>
                <testcase name="fails &amp; falls" classname="echo.test.lua" time="0">
                    <failure message="one &amp; two">echo.test.lua:4: it(&apos;fails &amp; falls&apos;, function() assert.equal(1, 2, &apos;one &amp; two&apos;) end)
        expected: 1
        actual: 2</failure>
                </testcase>
            </testsuite>
        </testsuites>
    "#]].assert_eq(&out);
    assert_eq!(said.code, 1);
}

/// `time="0.012"` becomes `time="0"`.
fn without_seconds(text: &str) -> String {
    let mut parts = text.split("time=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.split_once('"').map_or("", |(_, rest)| rest);
        format!("{text}time=\"0\"{rest}")
    })
}
