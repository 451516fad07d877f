//! The kinds of tokens and nodes of the tree, and the tie to `rowan`. Invariant: a kind's number is its place in [`SyntaxKind::ALL`].

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a token or a node of the tree is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum SyntaxKind { $($(#[$doc])* $name,)* }

        impl SyntaxKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [SyntaxKind] = &[$(SyntaxKind::$name,)*];
        }
    };
}

kinds! {
    // What is skipped between tokens.
    /// Blanks and line ends.
    Whitespace,
    /// `-- ...` or `--[[ ... ]]`.
    Comment,
    /// A byte order mark that opens the file.
    ByteOrderMark,
    /// A first line that starts with `#`.
    Shebang,

    // Tokens with a text of their own.
    /// A name.
    Name,
    /// A number as written.
    Number,
    /// A string as written, with its quotes or brackets.
    Str,
    /// Characters that no token of Lua holds.
    Unknown,

    // Keywords, in the order of the manual.
    /// `and`
    And,
    /// `break`
    Break,
    /// `do`
    Do,
    /// `else`
    Else,
    /// `elseif`
    ElseIf,
    /// `end`
    End,
    /// `false`
    False,
    /// `for`
    For,
    /// `function`
    Function,
    /// `goto`
    Goto,
    /// `if`
    If,
    /// `in`
    In,
    /// `local`
    Local,
    /// `nil`
    Nil,
    /// `not`
    Not,
    /// `or`
    Or,
    /// `repeat`
    Repeat,
    /// `return`
    Return,
    /// `then`
    Then,
    /// `true`
    True,
    /// `until`
    Until,
    /// `while`
    While,

    // Signs.
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `^`
    Caret,
    /// `#`
    Hash,
    /// `==`
    EqEq,
    /// `~=`
    NotEq,
    /// `<=`
    LessEq,
    /// `>=`
    GreaterEq,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `=`
    Eq,
    /// `(`
    LParen,
    /// `)`
    RParen,
    /// `{`
    LBrace,
    /// `}`
    RBrace,
    /// `[`
    LBracket,
    /// `]`
    RBracket,
    /// `::`
    ColonColon,
    /// `;`
    Semicolon,
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `..`
    Concat,
    /// `...`
    Dots,
    /// The end of the text; it is in no tree.
    Eof,

    // Nodes.
    /// A whole file: one [`SyntaxKind::Block`].
    Chunk,
    /// Statements, with the blanks and comments around them.
    Block,
    /// `local a, b = 1, 2`
    LocalStat,
    /// `a, b.c = 1, 2`
    AssignStat,
    /// `f()`; also an expression that is no statement (with an error).
    CallStat,
    /// `do ... end`
    DoStat,
    /// `while c do ... end`
    WhileStat,
    /// `repeat ... until c`
    RepeatStat,
    /// `if c then ... end`
    IfStat,
    /// `elseif c then ...` inside an `if`
    ElseIfClause,
    /// `else ...` inside an `if`
    ElseClause,
    /// `for i = 1, 2, 3 do ... end`
    NumericForStat,
    /// `for k, v in e do ... end`
    GenericForStat,
    /// `function a.b:c() ... end`
    FunctionStat,
    /// The `a.b:c` of a function statement.
    FunctionName,
    /// `local function f() ... end`
    LocalFunctionStat,
    /// `return e`
    ReturnStat,
    /// `break`
    BreakStat,
    /// `goto label`
    GotoStat,
    /// `::label::`
    LabelStat,
    /// `;`
    EmptyStat,
    /// The parameters of a function, with their parentheses.
    ParamList,
    /// A name that stands for a value.
    NameExpr,
    /// `nil`, `true`, `false`, a number, a string.
    LiteralExpr,
    /// `...`
    VarargExpr,
    /// `function() ... end`
    FunctionExpr,
    /// `{ ... }`
    TableExpr,
    /// One entry of a table.
    Field,
    /// `a + b`
    BinaryExpr,
    /// `-a`
    UnaryExpr,
    /// `(a)`
    ParenExpr,
    /// `a.b` or `a[b]`
    IndexExpr,
    /// `f(...)`
    CallExpr,
    /// `a:b(...)`
    MethodCallExpr,
    /// The arguments of a call: `(...)`, a table or a string.
    ArgList,
    /// The links of a chain beyond the deepest nesting that the tree keeps; they lie side by side.
    LongChain,
    /// Tokens that fit nowhere.
    Error,
}

impl SyntaxKind {
    /// Blanks, comments, byte order mark and first line.
    pub fn is_trivia(self) -> bool {
        self <= SyntaxKind::Shebang
    }

    /// A reserved word.
    pub fn is_keyword(self) -> bool {
        SyntaxKind::And <= self && self <= SyntaxKind::While
    }

    /// A token, trivia included.
    pub fn is_token(self) -> bool {
        self < SyntaxKind::Eof
    }
}

/// The language of our trees, for `rowan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lua {}

impl rowan::Language for Lua {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::ALL[usize::from(raw.0)]
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the tree, with its parents and its place in the text.
pub type SyntaxNode = rowan::SyntaxNode<Lua>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<Lua>;
/// A node or a token.
pub type SyntaxElement = rowan::SyntaxElement<Lua>;
