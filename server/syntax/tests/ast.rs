//! The typed views find what the text holds.
#![allow(clippy::unwrap_used)]

use halion_syntax::ast::{AstNode, Expr, FieldKind, LiteralExpr, LiteralKind, Stat};
use halion_syntax::{MAX_CHAIN, SyntaxNode, SyntaxToken, parse};

fn first(source: &str) -> Stat {
    parse(source)
        .chunk()
        .block()
        .unwrap()
        .statements()
        .next()
        .unwrap()
}

/// The first value of `x = ...`.
fn expr(source: &str) -> Expr {
    match first(&format!("x = {source}")) {
        Stat::Assign(stat) => stat.values().next().unwrap(),
        other => panic!("no assignment: {other:?}"),
    }
}

fn literal(source: &str) -> LiteralExpr {
    match expr(source) {
        Expr::Literal(literal) => literal,
        other => panic!("no literal: {other:?}"),
    }
}

fn text(node: Option<impl AstNode<Node = SyntaxNode>>) -> String {
    node.map(|node| node.syntax().text().to_string())
        .unwrap_or_default()
}

fn texts(nodes: impl Iterator<Item = impl AstNode<Node = SyntaxNode>>) -> Vec<String> {
    nodes.map(|node| text(Some(node))).collect()
}

fn words(tokens: impl IntoIterator<Item = SyntaxToken>) -> Vec<String> {
    tokens
        .into_iter()
        .map(|token| token.text().to_owned())
        .collect()
}

#[test]
fn statements_have_their_parts() {
    let Stat::Local(stat) = first("local a, b = 1, f()") else {
        panic!()
    };
    assert_eq!(
        (words(stat.names()), texts(stat.values())),
        (vec!["a".into(), "b".into()], vec!["1".into(), "f()".into()])
    );
    let Stat::Assign(stat) = first("a, b.c = {}, d") else {
        panic!()
    };
    assert_eq!(
        (texts(stat.targets()), texts(stat.values())),
        (
            vec!["a".into(), "b.c".into()],
            vec!["{}".into(), "d".into()]
        )
    );
    let Stat::NumericFor(stat) = first("for i = 1, n, 2 do f() end") else {
        panic!()
    };
    assert_eq!(
        [text(stat.start()), text(stat.limit()), text(stat.step())],
        ["1", "n", "2"]
    );
    assert_eq!(
        (words(stat.name()), text(stat.block())),
        (vec!["i".into()], " f() ".to_owned())
    );
    let Stat::GenericFor(stat) = first("for k, v in pairs(t) do end") else {
        panic!()
    };
    assert_eq!(
        (words(stat.names()), texts(stat.values())),
        (vec!["k".into(), "v".into()], vec!["pairs(t)".into()])
    );
    let Stat::If(stat) = first("if a then b() elseif c then d() else e() end") else {
        panic!()
    };
    assert_eq!([text(stat.condition()), text(stat.block())], ["a", " b() "]);
    assert_eq!(
        texts(
            stat.else_if_clauses()
                .filter_map(|clause| clause.condition())
        ),
        ["c"]
    );
    assert_eq!(text(stat.else_clause().unwrap().block()), " e() ");
    let Stat::Repeat(stat) = first("repeat a() until b") else {
        panic!()
    };
    assert_eq!([text(stat.block()), text(stat.condition())], [" a() ", "b"]);
    let Stat::Return(stat) = first("return 1, ...;") else {
        panic!()
    };
    assert_eq!(texts(stat.values()), ["1", "..."]);
    let Stat::Goto(stat) = first("goto done ::done::") else {
        panic!()
    };
    assert_eq!(words(stat.label()), ["done"]);
}

#[test]
fn functions_have_name_parameters_and_body() {
    let Stat::Function(stat) = first("function a . b:c(x, ...) return x end") else {
        panic!()
    };
    let name = stat.name().unwrap();
    assert_eq!(
        (name.path(), words(name.segments()), words(name.method())),
        (
            "a.b:c".into(),
            vec!["a".into(), "b".into(), "c".into()],
            vec!["c".into()]
        )
    );
    let params = stat.params().unwrap();
    assert_eq!(
        (words(params.names()), params.is_vararg()),
        (vec!["x".to_owned()], true)
    );
    assert_eq!(text(stat.block()), " return x ");
    let Stat::LocalFunction(stat) = first("local function f(a) end") else {
        panic!()
    };
    assert_eq!(
        (words(stat.name()), words(stat.params().unwrap().names())),
        (vec!["f".into()], vec!["a".into()])
    );
    let Expr::Function(function) = expr("function() end") else {
        panic!()
    };
    assert!(function.params().is_some() && function.block().is_some());
}

#[test]
fn calls_have_callee_and_arguments() {
    let Expr::Call(call) = expr("a.b(1, c)") else {
        panic!()
    };
    assert_eq!(
        (text(call.callee()), texts(call.args())),
        ("a.b".into(), vec!["1".into(), "c".into()])
    );
    let Expr::MethodCall(call) = expr("a:b { c }") else {
        panic!()
    };
    assert_eq!(
        (
            text(call.receiver()),
            words(call.name()),
            texts(call.args())
        ),
        ("a".into(), vec!["b".into()], vec!["{ c }".into()])
    );
    let Expr::Index(index) = expr("a[b].c") else {
        panic!()
    };
    assert_eq!(
        (text(index.base()), words(index.name()), text(index.index())),
        ("a[b]".into(), vec!["c".into()], String::new())
    );
    let Some(Expr::Index(index)) = index.base() else {
        panic!()
    };
    assert_eq!(
        (text(index.base()), text(index.index())),
        ("a".into(), "b".into())
    );
    let Stat::Call(stat) = first("f 'x'") else {
        panic!()
    };
    assert_eq!(text(stat.call()), "f 'x'");
    let Stat::Call(stat) = first("this.") else {
        panic!()
    };
    assert_eq!(
        (text(stat.call()), text(stat.expr())),
        (String::new(), "this.".into())
    );
}

#[test]
fn operators_bind_as_in_lua() {
    let Expr::Binary(or) = expr("a or b and c == d .. e .. f + g * -h ^ i") else {
        panic!()
    };
    assert_eq!(
        [text(or.lhs()), text(or.rhs())],
        ["a", "b and c == d .. e .. f + g * -h ^ i"]
    );
    let Some(Expr::Binary(and)) = or.rhs() else {
        panic!()
    };
    let Some(Expr::Binary(equal)) = and.rhs() else {
        panic!()
    };
    assert_eq!(
        [text(equal.lhs()), text(equal.rhs())],
        ["c", "d .. e .. f + g * -h ^ i"]
    );
    let Some(Expr::Binary(concat)) = equal.rhs() else {
        panic!()
    };
    assert_eq!(
        [text(concat.lhs()), text(concat.rhs())],
        ["d", "e .. f + g * -h ^ i"]
    );
    let Expr::Binary(minus) = expr("a - b - c") else {
        panic!()
    };
    assert_eq!(
        (
            text(minus.lhs()),
            words(minus.operator()),
            text(minus.rhs())
        ),
        ("a - b".into(), vec!["-".into()], "c".into())
    );
    let Expr::Unary(not) = expr("not a == b").clone() else {
        let Expr::Binary(equal) = expr("not a == b") else {
            panic!()
        };
        return assert_eq!([text(equal.lhs()), text(equal.rhs())], ["not a", "b"]);
    };
    panic!("`not` binds closer than `==`: {not:?}");
}

#[test]
fn a_long_row_of_operators_lies_flat_at_its_end() {
    let n_links = 2 * MAX_CHAIN as usize;
    let Expr::Binary(flat) = expr(&format!("0{}", " + 1".repeat(n_links))) else {
        panic!()
    };
    assert_eq!(flat.rest().count() + 1 + MAX_CHAIN as usize, n_links);
    assert_eq!(text(flat.rhs()), "1");
    assert!(
        flat.rest()
            .all(|(operator, operand)| operator.text() == "+" && text(Some(operand)) == "1")
    );
}

#[test]
fn tables_have_three_kinds_of_fields() {
    let Expr::Table(table) = expr("{ a, b = c, [d] = e }") else {
        panic!()
    };
    let kinds: Vec<_> = table.fields().map(|field| field.kind()).collect();
    assert_eq!(
        kinds,
        [FieldKind::Positional, FieldKind::Named, FieldKind::Keyed]
    );
    assert_eq!(
        texts(table.fields().filter_map(|field| field.value())),
        ["a", "c", "e"]
    );
    assert_eq!(
        words(table.fields().filter_map(|field| field.name())),
        ["b"]
    );
    assert_eq!(texts(table.fields().filter_map(|field| field.key())), ["d"]);
}

#[test]
fn strings_have_bytes() {
    for (source, value) in [
        ("'a\"b'", &b"a\"b"[..]),
        (r#""\a\b\f\n\r\t\v\\\"\'""#, b"\x07\x08\x0C\n\r\t\x0B\\\"'"),
        (r"'\065\10\x41\xfF'", b"A\nA\xFF"),
        ("'a\\z \n\t b'", b"ab"),
        ("'a\\\r\nb\\\nc'", b"a\nb\nc"),
        ("[[a]b]]", b"a]b"),
        ("[==[\r\na\r\nb]]]==]", b"a\nb]]"),
        ("[[\n\nx]]", b"\nx"),
        ("'é'", "é".as_bytes()),
        ("'open", b"open"),
        ("[[open", b"open"),
        (r"'\q'", b"\\q"),
    ] {
        assert_eq!(
            literal(source).string_value().as_deref(),
            Some(value),
            "{source}"
        );
        assert_eq!(literal(source).kind(), Some(LiteralKind::String));
    }
    assert_eq!(literal("1").string_value(), None);
}

#[test]
fn numbers_have_values() {
    for (source, value) in [
        ("0", 0.0),
        ("007", 7.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1.5E-1", 0.15),
        ("1e999", f64::INFINITY),
        ("0x10", 16.0),
        ("0XaF", 175.0),
        ("0x.8", 0.5),
        ("0xA.8p1", 21.0),
        ("0x1P-2", 0.25),
        ("0x1p1024", f64::INFINITY),
        ("0x1p-1074", 5e-324),
        ("0x1p-1075", 0.0),
        ("0x1.8p-1075", 5e-324),
        ("0x1p-99999999999999999999", 0.0),
        ("0xFFFFFFFFFFFFFFFF", 18446744073709551616.0),
        ("0x20000000000001", 9007199254740992.0),
        ("0x20000000000003", 9007199254740996.0),
        (
            "0x2000000000000100000001",
            9007199254740994.0 * 4294967296.0,
        ),
        ("0x1.fffffffffffff8p1023", f64::INFINITY),
        ("0x1.fffffffffffff7p1023", f64::MAX),
    ] {
        assert_eq!(literal(source).number_value(), Some(value), "{source}");
    }
    for malformed in ["0x", "1e", "3a", "1..2", "0x1p"] {
        assert_eq!(literal(malformed).number_value(), None, "{malformed}");
    }
}
