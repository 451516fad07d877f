//! Text to tokens, as Lua 5.2's `llex.c` cuts them. Invariant: the tokens lie side by side and cover the text; offsets are bytes.

mod long_bracket;
mod number;
mod string;

use rowan::{TextRange, TextSize};

use crate::SyntaxError;
use crate::kind::SyntaxKind;
use long_bracket::LongBrackets;

/// One token or one run of blanks; it ends where the next one starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) kind: SyntaxKind,
    /// A line ends between the token before (blanks and comments do not count) and this one.
    pub(crate) first_on_line: bool,
    /// An error has been reported inside.
    pub(crate) is_bad: bool,
}

/// The tokens of `text`, closed by one `Eof`, and what is wrong inside them.
pub(crate) fn tokenize(text: &str) -> (Vec<Token>, Vec<SyntaxError>) {
    tokenize_part(text, true)
}

/// The same for a part of a file, which begins between two tokens.
pub(crate) fn tokenize_part(text: &str, is_file_start: bool) -> (Vec<Token>, Vec<SyntaxError>) {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        offset: 0,
        tokens: Vec::with_capacity(text.len() / 3),
        errors: Vec::new(),
        brackets: LongBrackets::default(),
    };
    if is_file_start {
        lexer.first_line();
    }
    lexer.run();
    (lexer.tokens, lexer.errors)
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    offset: usize,
    tokens: Vec<Token>,
    errors: Vec<SyntaxError>,
    brackets: LongBrackets,
}

impl Lexer<'_> {
    fn run(&mut self) {
        let mut first_on_line = true;
        while self.offset < self.bytes.len() {
            let start = self.offset;
            let n_errors = self.errors.len();
            let kind = self.token();
            debug_assert!(self.offset > start, "a token holds at least one byte");
            self.push(kind, start, first_on_line, self.errors.len() > n_errors);
            if kind.is_trivia() {
                let text = &self.bytes[start..self.offset];
                first_on_line |= text.iter().any(|&byte| is_line_break(byte));
            } else {
                first_on_line = false;
            }
        }
        self.push(SyntaxKind::Eof, self.offset, true, false);
    }

    fn push(&mut self, kind: SyntaxKind, start: usize, first_on_line: bool, is_bad: bool) {
        self.tokens.push(Token {
            start: start as u32,
            kind,
            first_on_line,
            is_bad,
        });
    }

    /// What `luaL_loadfilex` skips: a byte order mark, then a line that starts with `#` (it ends with `\n` and nothing else).
    fn first_line(&mut self) {
        if self.bytes.starts_with(b"\xEF\xBB\xBF") {
            self.offset = 3;
            self.push(SyntaxKind::ByteOrderMark, 0, true, false);
        }
        if self.bytes.get(self.offset) == Some(&b'#') {
            let start = self.offset;
            let rest = &self.bytes[start..];
            self.offset += rest
                .iter()
                .position(|&byte| byte == b'\n')
                .unwrap_or(rest.len());
            self.push(SyntaxKind::Shebang, start, true, false);
        }
    }

    fn token(&mut self) -> SyntaxKind {
        use SyntaxKind::*;
        let byte = self.bytes[self.offset];
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.name(),
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0B' | b'\x0C' => {
                self.skip_while(is_blank);
                Whitespace
            }
            b'-' => match self.peek(1) {
                Some(b'-') => self.comment(),
                _ => self.sign(1, Minus),
            },
            b'"' | b'\'' => self.short_string(byte),
            b'0'..=b'9' => self.number(),
            b'[' => self.left_bracket(),
            b'.' => match (self.peek(1), self.peek(2)) {
                (Some(b'.'), Some(b'.')) => self.sign(3, Dots),
                (Some(b'.'), _) => self.sign(2, Concat),
                (Some(b'0'..=b'9'), _) => self.number(),
                _ => self.sign(1, Dot),
            },
            b'=' => self.sign_or(b'=', EqEq, Eq),
            b'<' => self.sign_or(b'=', LessEq, Less),
            b'>' => self.sign_or(b'=', GreaterEq, Greater),
            b'~' => self.sign_or(b'=', NotEq, Unknown),
            b':' => self.sign_or(b':', ColonColon, Colon),
            b'+' => self.sign(1, Plus),
            b'*' => self.sign(1, Star),
            b'/' => self.slash(),
            b'%' => self.sign(1, Percent),
            b'^' => self.sign(1, Caret),
            b'#' => self.sign(1, Hash),
            b'(' => self.sign(1, LParen),
            b')' => self.sign(1, RParen),
            b'{' => self.sign(1, LBrace),
            b'}' => self.sign(1, RBrace),
            b']' => self.sign(1, RBracket),
            b';' => self.sign(1, Semicolon),
            b',' => self.sign(1, Comma),
            b'!' if self.peek(1) == Some(b'=') => {
                self.foreign(2, NotEq, "`!=` is not Lua: write `~=`")
            }
            b'!' => self.foreign(1, Not, "`!` is not Lua: write `not`"),
            b'&' if self.peek(1) == Some(b'&') => {
                self.foreign(2, And, "`&&` is not Lua: write `and`")
            }
            b'|' if self.peek(1) == Some(b'|') => {
                self.foreign(2, Or, "`||` is not Lua: write `or`")
            }
            0x80.. => self.beyond_ascii(),
            _ => self.sign(1, Unknown),
        }
    }

    fn peek(&self, n_ahead: usize) -> Option<u8> {
        self.bytes.get(self.offset + n_ahead).copied()
    }

    fn sign(&mut self, n_bytes: usize, kind: SyntaxKind) -> SyntaxKind {
        self.offset += n_bytes;
        kind
    }

    fn sign_or(&mut self, second: u8, long: SyntaxKind, short: SyntaxKind) -> SyntaxKind {
        if self.peek(1) == Some(second) {
            self.sign(2, long)
        } else {
            self.sign(1, short)
        }
    }

    /// A sign of other languages, taken for the Lua one it stands for.
    fn foreign(&mut self, n_bytes: usize, kind: SyntaxKind, message: &str) -> SyntaxKind {
        self.error(self.offset, self.offset + n_bytes, message.to_owned());
        self.sign(n_bytes, kind)
    }

    fn slash(&mut self) -> SyntaxKind {
        if self.peek(1) != Some(b'/') {
            return self.sign(1, SyntaxKind::Slash);
        }
        let line_start = self.bytes[..self.offset]
            .iter()
            .rev()
            .find(|&&byte| !matches!(byte, b' ' | b'\t'));
        if line_start.is_none_or(|&byte| is_line_break(byte)) {
            let message = "a comment starts with `--` in Lua, not with `//`";
            self.error(self.offset, self.offset + 2, message.to_owned());
            self.skip_while(|byte| !is_line_break(byte));
            return SyntaxKind::Comment;
        }
        self.foreign(
            2,
            SyntaxKind::Slash,
            "`//` is not in Lua 5.2: write `math.floor(a / b)`, or `--` for a comment",
        )
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.offset..];
        self.offset += rest
            .iter()
            .position(|&byte| !test(byte))
            .unwrap_or(rest.len());
    }

    fn name(&mut self) -> SyntaxKind {
        let start = self.offset;
        self.skip_while(is_name_byte);
        if self.peek(0).is_some_and(|byte| byte >= 0x80) {
            return self.wide_name(start);
        }
        keyword(&self.bytes[start..self.offset]).unwrap_or(SyntaxKind::Name)
    }

    /// A name with letters that Lua does not know; still a name to the parser.
    fn wide_name(&mut self, start: usize) -> SyntaxKind {
        let rest = &self.text[start..];
        let is_part =
            |c: char| c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && !is_invisible(c));
        self.offset = start + rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let text = &self.text[start..self.offset];
        if let Some(character) = text.chars().find(|c| !c.is_ascii()) {
            let message = format!("`{character}` cannot be in a name: use A-Z, a-z, 0-9 and _");
            self.error(start, self.offset, message);
        }
        keyword(text.as_bytes()).unwrap_or(SyntaxKind::Name)
    }

    fn beyond_ascii(&mut self) -> SyntaxKind {
        let start = self.offset;
        let rest = &self.text[start..];
        let n_bytes = rest.find(|c| !is_invisible(c)).unwrap_or(rest.len());
        if n_bytes == 0 {
            return self.wide_name(start);
        }
        let code = rest.chars().next().map_or(0, u32::from);
        let message = format!(
            "an invisible character (U+{code:04X}) that Lua does not take for a blank: delete it"
        );
        self.foreign(n_bytes, SyntaxKind::Whitespace, &message)
    }

    fn comment(&mut self) -> SyntaxKind {
        let start = self.offset;
        self.offset += 2;
        match self.long_bracket_level() {
            Some(level) => self.long_bracket(start, level, "comment"),
            None => self.skip_while(|byte| !is_line_break(byte)),
        }
        SyntaxKind::Comment
    }

    fn left_bracket(&mut self) -> SyntaxKind {
        let start = self.offset;
        if let Some(level) = self.long_bracket_level() {
            self.long_bracket(start, level, "string");
            return SyntaxKind::Str;
        }
        if self.peek(1) != Some(b'=') {
            return self.sign(1, SyntaxKind::LBracket);
        }
        self.offset += 1;
        self.skip_while(|byte| byte == b'=');
        let message = "a long string starts with `[[` or `[=[`: add the second `[`";
        self.error(start, self.offset, message.to_owned());
        SyntaxKind::Unknown
    }

    fn error(&mut self, start: usize, end: usize, message: String) {
        let range = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32));
        self.errors.push(SyntaxError { range, message });
    }
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0B' | b'\x0C')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_invisible(character: char) -> bool {
    !character.is_ascii()
        && (character.is_whitespace() || matches!(character, '\u{200B}' | '\u{FEFF}'))
}

fn keyword(text: &[u8]) -> Option<SyntaxKind> {
    use SyntaxKind::*;
    Some(match text {
        b"and" => And,
        b"break" => Break,
        b"do" => Do,
        b"else" => Else,
        b"elseif" => ElseIf,
        b"end" => End,
        b"false" => False,
        b"for" => For,
        b"function" => Function,
        b"goto" => Goto,
        b"if" => If,
        b"in" => In,
        b"local" => Local,
        b"nil" => Nil,
        b"not" => Not,
        b"or" => Or,
        b"repeat" => Repeat,
        b"return" => Return,
        b"then" => Then,
        b"true" => True,
        b"until" => Until,
        b"while" => While,
        _ => return None,
    })
}
