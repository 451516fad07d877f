//! Cases for the comparison with `luac5.2`: fixed ones for what tokens alone seldom hit, limits, and changed scripts.

/// One thing each, right and wrong.
#[rustfmt::skip]
pub(crate) const FIXED: &[&str] = &[
    "", "\u{FEFF}", "\u{FEFF}x = 1", "\u{FEFF}#!lua\nx = 1", "#", "#!lua", "# a\rx = = 1", "# a\nx = = 1",
    "x = 1\n# no comment", " #!lua\nx = 1", "#\u{FEFF}\nx=1", "\u{FEFF}\u{FEFF}x = 1", "x = 1\0", "x = '\0'", "-- \0",
    "\u{1b}Lua", "x\u{b}=\u{c}1", "\u{e9} = 1", "x = '\u{e9}'", "-- \u{e9}", "x\u{a0}= 1", "x = 1 \u{1A}", "x = 0x",
    "x = 0xg", "x = 0x.", "x = 0x.p1", "x = 0x1p", "x = 0x1p+", "x = 0x1.p1", "x = 0x1.8p-1", "x = 0x.1", "x = 1e",
    "x = 1e+", "x = 1e5e5", "x = 1..2", "x = 1.2.3", "x = 1...2", "x = 3a", "x = 3x", "x = 3 x = 4", "x = 3x = 4",
    "x = .5.", "x = 5.e1", "x = .e1", "x = 0x1e+1", "x = 0x1P+5", "x = 0x1pf", "x = 08", "x = 1e5.", "x = .0x1",
    "x = 00x1", "x = 1p1", "x = 1.e1", "x = 0xep1", "x = 9f", "x = 1else", "if x then y = 1else y = 2 end",
    "x = 0xfor", "x = 1_0", "x = 1E1E", "x = 0x1p1p1", "x = 0X.8P0", "x = '\\256'", "x = '\\255'", "x = '\\25x'",
    "x = '\\999'", "x = '\\xag'", "x = '\\x1'", "x = '\\x'", "x = '\\xFf'", "x = '\\q'", "x = '\\u{41}'", "x = '\\z'",
    "x = '\\z  \n\t x'", "x = '\\\n'", "x = '\\\r\n'", "x = '\\\n\r'", "x = '\\\n\n'", "x = 'a\nb'", "x = 'a",
    "x = '\\", "x = '\\'", "x = \"'\"", "x = '\\\u{e9}'", "x = '\\z", "x = 'a\rb'", "x = '\\\\'", "x = '\\\r\r'",
    "x = [[a", "x = [=[a]]", "x = [=[a]=]", "x = [=a", "x = [==", "x = [=", "x = a[[b]]", "x = a[ [[b]] ]",
    "x = a[=[b]=]", "x = [[]]]", "x = [[a]=]]", "x = [=[a]]=]", "x = [=[]==]=]", "--[[a", "--[=[a]]",
    "--[=[a]=] x = = 1", "--[=a\nx = 1", "--[==[", "--[[]]x = 1", "--", "x = ~1", "x = a ~ b", "x = a != b",
    "x = a && b", "x = !a", "x = a // b", "// a", "x += 1", "x++", "x = a ? b : c", "x = @", "x = a | b",
    "local function f() return ... end", "local function f(...) return ... end", "return ...",
    "function f(...) g = function() return ... end end", "function f(..., a) end", "function f(a, ...) end",
    "function f(a b) end", "function f(a,) end", "function f(1) end", "function f(...) return {...} end", "break",
    "while x do break end", "while x do function f() break end end", "repeat break until x",
    "for i = 1, 2 do break end", "if x then break end", "while x do if y then break else break end end",
    "while x do break break end", "while x do break x = 1 end", "repeat until (function() break end)()",
    "do break end", "while (function() break end)() do end", "for i = 1, (function() break end)() do end", "goto a",
    "::a:: goto a", "goto a ::a::", "goto a local b ::a::", "goto a local b ::a:: x = 1",
    "goto a local b ::a:: ;;; ::b:: ;", "do goto a end ::a::", "do goto a local b end ::a::", "goto a do ::a:: end",
    "do ::a:: end goto a", "::a:: ::a::", "::a:: do ::a:: end", "do ::a:: end ::a::", "::a:: function f() goto a end",
    "function f() ::a:: end goto a", "::a:: function f() ::a:: goto a end", "repeat goto a local b ::a:: until b",
    "repeat goto a local b ::a:: until true", "repeat goto a ::a:: until true", "repeat local b goto a ::a:: until b",
    "while x do goto a local b ::a:: end", "while x do goto a local b ::a:: return end",
    "do goto a local b ::a:: return end", "if x then goto a end local b ::a::",
    "if x then goto a end local b ::a:: y = 1", "if x then goto a ; ::b:: end ::a::",
    "if x then goto a else goto b end ::a:: ::b::", "if x then goto a elseif y then local z ::a:: else ::a:: end",
    "if x then goto a local z ::a:: elseif y then end", "if x then goto a local z ::a:: else end",
    "local a goto b local c ::b:: print(c)", "do local a goto b end local c ::b::",
    "do local a goto b end local c ::b:: print(c)", "goto = 1", "goto 1", "::a", "::a:", "::1::", ":: a ::",
    "::a::::b::", "goto a; ; ::a::", "goto a do local x end ::a::", "goto continue local x; do ::continue:: end",
    "do goto a local x end local y ::a:: y = 1", "local x ::a:: goto a", "::a:: local x goto a",
    "for i = 1, 2 do goto a end ::a::", "goto break", "::break::",
    "while x do goto a; if y then goto a end local z ::a:: end", "goto a do goto a end local x ::a::",
    "goto a ::a:: local x ::b:: goto b goto a", "return", "return;", "return;;", "return 1", "return 1;",
    "return 1 x = 2", "do return end x = 1", "return return", "if x then return else return end", "return local x",
    "return end", "function f() return end", "function f() return x = 1 end", "return ::a::", "do return; end",
    "do return 1,2; end", "return (", "f() = 1", "(a) = 1", "(a).b = 1", "(a)[1] = 1", "a.b:c = 1", "a:b() = 1",
    "a:b().c = 1", "a.b = 1", "a[1], b.c, d = 1", "a, f() = 1", "a, (b) = 1", "1 = a", "'a' = 1", "a + b = 1", "a",
    "a.b", "a[1]", "(f)", "(f())", "(f)()", "f", "f()()", "f{}.x = 1", "f'' = 1", "a, b", "a =", "= 1", "a = = 1",
    "a b", "'a':b()", "('a'):b()", "{}.x = 1", "({}).x = 1", "function() end", "(function() end)()", "nil = 1",
    "... = 1", "f\n(g)", "f\n(g)()", "a\n'b'", "a\n{}", "f(a,)", "f(,)", "f(a b)", "f(a;b)", "f((a)", "f(a))", "f)",
    "f(", "f{", "f{1,2", "f{,}", "f{;}", "f{1,,2}", "f{1;2,3;}", "f{a=1,[2]=3,4}", "f{[1]}", "f{a.b=1}", "f{1=2}",
    "f{'a'=2}", "f{a==b}", "f{a=b=c}", "f{[a]=b,}", "f{...}", "f{function() end}", "f{a}", "f{a.b}", "f{a'b'}",
    "local x, = 1", "local 1", "local x.y = 1", "local x = ", "local x y", "local x, y = 1", "local function f",
    "local function f() end", "local function a.b() end", "local function() end", "local x = function f() end",
    "function f.g.h:i() end", "function f:g:h() end", "function f:g.h() end", "function f[1]() end",
    "function 1() end", "function f end", "function f() end end", "function f() return", "local x <const> = 1",
    "local end = 1", "x.end = 1", "x.y.function()", "f{end=1}", "x:repeat()", "for i = 1 do end",
    "for i = 1, 2, 3, 4 do end", "for i = 1, 2, 3 do end", "for i, j = 1, 2 do end", "for i in do end",
    "for i in f do end", "for i, in f do end", "for 1 = 1, 2 do end", "for a.b in f do end",
    "for i in f, g, h, i do end", "for i = 1, 2 end", "for i do end", "for i = 1, 2 do", "for (i) = 1, 2 do end",
    "if x end", "if x then else else end", "if x then elseif end", "if x then elseif y else end", "if then end",
    "if x then else elseif y then end", "if x then else y", "while do end", "while x end", "repeat", "repeat until",
    "repeat local x until x", "do else end", "do until x", "function f() else end", "end", "else", "until x", "x = -",
    "x = not", "x = #", "x = 1 +", "x = + 1", "x = a..b", "x = a.. .b", "x = a...b", "x = a. b", "x = a .b",
    "x = a.1", "x = a:b", "x = a:b.c", "x = a::b", "x = 2 ^ -3 ^ 2", "x = -2 ^ 2", "x = not a == b", "x = a < b < c",
    "x = (a, b)", "x = ()", "x = (a", "x = a)", "x = [1]", "x = a[]", "x = a[1", "x = a[1,2]", ";", ";;", "x = 1;;",
    "x = 1,;", "do ; end", "if x then ; end", "local x;", "f();g()", "f()g()", "x = 1 y = 2", "x = f g = h",
    "x = f() g()", "a=b'c'd=e",
];

/// Around the limits of Lua 5.2, on both sides.
pub(crate) fn limits() -> Vec<String> {
    let mut cases = Vec::new();
    for n in 194..=203 {
        let nested = |open: &str, close: &str| format!("{}{}", open.repeat(n), close.repeat(n));
        cases.push(format!("x = {}1{}", "(".repeat(n), ")".repeat(n)));
        cases.push(format!("x = {}", nested("{", "}")));
        cases.push(format!("x = {}1{}", "{[".repeat(n), "]=1}".repeat(n)));
        cases.push(nested("do ", "end "));
        cases.push(nested("while x do ", "end "));
        cases.push(nested("if x then ", "end "));
        cases.push(format!(
            "{}goto a {} ::a::",
            "if x then ".repeat(n),
            "end ".repeat(n)
        ));
        cases.push(format!(
            "while x do {}break {} end",
            "if x then ".repeat(n - 1),
            "end ".repeat(n - 1)
        ));
        cases.push(nested("repeat ", "until x "));
        cases.push(nested("for i = 1, 2 do ", "end "));
        cases.push(nested("function f() ", "end "));
        cases.push(format!(
            "{} {}",
            "local x = function() ".repeat(n / 2),
            "end ".repeat(n / 2)
        ));
        cases.push(format!("x = {}1{}", "f(".repeat(n), ")".repeat(n)));
        cases.push(format!("x = {}1{}", "a[".repeat(n), "]".repeat(n)));
        cases.push(format!("x = {}1", "- ".repeat(n)));
        cases.push(format!("x = {}1", "not ".repeat(n)));
        cases.push(format!("x = {}a", "a..".repeat(n)));
        cases.push(format!("x = {}a", "a^".repeat(n)));
        cases.push(format!("x = {}a", "a+".repeat(n)));
        cases.push(format!("x = {}a", "a and ".repeat(n)));
        cases.push(format!("{}a = 1", "a,".repeat(n)));
        cases.push(format!("local {}a", "a,".repeat(n - 1)));
        cases.push(format!(
            "local {}a function f() local {}b end",
            "a,".repeat(198),
            "b,".repeat(n - 1)
        ));
        cases.push(format!("function f({}a) end", "a,".repeat(n - 1)));
        cases.push(format!("function t:f({}a) end", "a,".repeat(n - 1)));
        cases.push(format!("for {}a in f do end", "a,".repeat(n - 1)));
        cases.push(format!("local {}a for i = 1, 2 do end", "a,".repeat(n - 5)));
        cases.push(format!(
            "do local {}a end do local {}a end",
            "a,".repeat(n - 1),
            "a,".repeat(n - 1)
        ));
        cases.push(format!(
            "local {}a = {}1",
            "a,".repeat(n - 1),
            "(".repeat(3)
        ));
        cases.push("local a ".repeat(n));
        cases.push(
            "::a".to_owned() + &(0..n).map(|i| format!("{i}::::a")).collect::<String>() + "::",
        );
        cases.push(format!("::a:: {}", ";".repeat(n)));
    }
    cases.extend((252..=257).map(many_upvalues));
    cases.extend(
        (252..=257)
            .map(|n| many_upvalues(n).replace("return function()", "return function() print()")),
    );
    cases.push(format!("x = a{}", ".b".repeat(5000)));
    cases.push(format!("x = {}1", "1+".repeat(5000)));
    cases.push(format!("x = a{}", "()".repeat(5000)));
    for n in [32766, 32767, 32768] {
        cases.push("do local a end ".repeat(n));
        cases.push(format!("while x do {} end", "break ".repeat(n)));
        cases.push(format!("{} ::a::", "goto a ".repeat(n)));
    }
    cases
}

/// A function that uses `n` locals of two functions around it.
fn many_upvalues(n: usize) -> String {
    let list = |range: std::ops::Range<usize>| {
        range
            .map(|i| format!("v{i}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (outer, inner) = (list(0..150), list(150..n));
    let uses: String = (0..n).map(|i| format!("v{i} = 1 ")).collect();
    format!("local {outer} function f() local {inner} return function() {uses} end end")
}

/// A small generator: the same numbers from the same seed on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from 0 up to, not including, `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Tokens that make trouble where they do not belong.
#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while", "+", "-", "*", "/", "%", "^", "#", "==", "~=",
    "<=", ">=", "<", ">", "=", "(", ")", "{", "}", "[", "]", "::", ";", ":", ",", ".", "..", "...", "x", "1", "0x",
    "1e", "3.5", "'s'", "\"", "'", "[[", "]]", "--", "--[[", "\n", "\\", "~", "!", "goto a", "::a::", "local a",
    "function f()", "do local b", "end", "break", "...", "a.b", "a:b()", "f()", "\u{e9}", "@", "\r", "\0",
];

/// A script with one to three tokens deleted, doubled, swapped, replaced, inserted, or a piece of another script put in.
pub(crate) fn mutate(script: &[String], all: &[Vec<String>], random: &mut Random) -> String {
    let mut tokens = cut(script, random);
    for _ in 0..[1, 1, 2, 3][random.below(4)] {
        let index = random.below(tokens.len());
        let any = TOKENS[random.below(TOKENS.len())].to_owned();
        match random.below(8) {
            0 | 1 if tokens.len() > 1 => drop(tokens.remove(index)),
            2 => tokens.insert(index, tokens[index].clone()),
            3 => {
                let other = random.below(tokens.len());
                tokens.swap(index, other);
            }
            4 => tokens[index] = any,
            5 => {
                let other = &all[random.below(all.len())];
                let start = random.below(other.len());
                let end = (start + random.below(12)).min(other.len());
                tokens.splice(index..index, other[start..end].iter().cloned());
            }
            6 => tokens.insert(index, any),
            _ => {
                tokens.insert(index, any);
                tokens.insert(index, " ".to_owned());
            }
        }
    }
    tokens.concat()
}

/// The whole script or, as often, some of its lines, which leaves fewer other errors to hide behind.
fn cut(script: &[String], random: &mut Random) -> Vec<String> {
    if random.below(2) == 0 {
        return script.to_vec();
    }
    let start = random.below(script.len());
    let is_line = |token: &String| token.contains('\n');
    let start = script[..start]
        .iter()
        .rposition(is_line)
        .map_or(0, |index| index + 1);
    let wanted = start + 5 + random.below(60);
    let end = script
        .iter()
        .enumerate()
        .skip(wanted)
        .find(|(_, token)| is_line(token))
        .map_or(script.len(), |(index, _)| index);
    script[start..end.max(start + 1)].to_vec()
}

/// A program of blocks, labels, jumps and locals that is right but for these: labels that are missing, doubled or out of reach.
pub(crate) fn jumps(random: &mut Random) -> String {
    let mut text = String::new();
    block(&mut text, 3, random);
    text
}

fn block(text: &mut String, depth: usize, random: &mut Random) {
    for _ in 0..random.below(6) {
        let statement = [
            "goto a ", "goto b ", "::a:: ", "::b:: ", "local x ", "x() ", "; ", "break ",
        ];
        let (open, close) = [
            ("do ", "end "),
            ("while x do ", "end "),
            ("repeat ", "until x "),
            ("if x then ", "end "),
            ("if x then goto a; ", "end "),
            ("if x then break else ", "end "),
            ("if x then elseif y then ", "else goto b end "),
            ("for i = 1, 2 do ", "end "),
            ("for k in x do ", "::a:: end "),
            ("local function f() ", "end "),
            ("x(function() ", "end) "),
        ][random.below(11)];
        if depth > 0 && random.below(3) == 0 {
            text.push_str(open);
            block(text, depth - 1, random);
            text.push_str(close);
        } else {
            text.push_str(statement[random.below(statement.len())]);
        }
    }
    if random.below(6) == 0 {
        text.push_str("do return end ");
    }
}
