//! Comments that speak to the analysis: `---@diagnostic disable-next-line: wrong-thread` and `---@thread processor`.
//!
//! Spelled as the Lua language server spells its own, so that one comment serves both. Ranges are bytes of the file.

use halion_syntax::{NodeOrToken, SyntaxKind, SyntaxToken, TextRange, TextSize};

use crate::script::{FileId, Script};

/// A comment `---@tag text`.
pub(crate) struct Annotation {
    /// The file it stands in.
    pub file: FileId,
    /// The whole comment.
    pub range: TextRange,
    /// Whether it begins with three dashes and its tag is in lower case. Else it is a comment like any other, most likely by mistake.
    pub is_marked: bool,
    /// `diagnostic` or `thread`.
    pub tag: &'static str,
    /// What follows the tag.
    pub text: String,
    /// Where `text` starts.
    pub start: TextSize,
    /// Where the code behind the comment goes on.
    pub next: Option<TextSize>,
    /// Whether nothing else stands in its line.
    pub is_alone: bool,
}

const TAGS: [&str; 2] = ["diagnostic", "thread"];

/// All of them, in the order of the text.
pub(crate) fn annotations(script: &Script) -> Vec<Annotation> {
    let mut annotations = Vec::new();
    for (idx, file) in script.files.iter().enumerate() {
        let file_id = FileId(u32::try_from(idx).expect("fewer than 2^32 files"));
        if !TAGS.iter().any(|tag| occurs(tag, &file.text)) {
            continue;
        }
        let tokens = file.parse.syntax().descendants_with_tokens();
        for token in tokens.filter_map(NodeOrToken::into_token) {
            if token.kind() != SyntaxKind::Comment {
                continue;
            }
            let comment = token.text();
            for tag in TAGS {
                let Some((text, is_marked)) = tagged(comment, tag) else {
                    continue;
                };
                let before = file.text[..usize::from(token.text_range().start())]
                    .trim_end_matches([' ', '\t']);
                let mut further =
                    std::iter::successors(token.next_token(), SyntaxToken::next_token);
                let next = further
                    .find(|token| !token.kind().is_trivia())
                    .map(|token| token.text_range().start());
                let skipped = comment.len() - text.len();
                annotations.push(Annotation {
                    file: file_id,
                    range: token.text_range(),
                    is_marked,
                    tag,
                    text: text.trim_end().to_owned(),
                    start: token.text_range().start()
                        + TextSize::try_from(skipped).expect("a comment is shorter than 4 GB"),
                    next,
                    is_alone: before.is_empty() || before.ends_with('\n'),
                });
            }
        }
    }
    annotations
}

/// Whether a tag stands anywhere, also in capital letters.
fn occurs(tag: &str, text: &str) -> bool {
    let (first, rest) = tag.split_at(1);
    let spellings = [
        format!("@{tag}"),
        format!("@{}{rest}", first.to_uppercase()),
        format!("@{}", tag.to_uppercase()),
    ];
    spellings.iter().any(|spelling| text.contains(spelling))
}

/// What follows `---@tag`, and whether it is spelled like that.
fn tagged<'a>(comment: &'a str, tag: &str) -> Option<(&'a str, bool)> {
    let text = comment.trim_start_matches('-');
    let n_dashes = comment.len() - text.len();
    let text = text.trim_start().strip_prefix('@')?;
    let (found, text) = text.split_at_checked(tag.len())?;
    let rest = text.strip_prefix(':').unwrap_or(text).trim_start();
    let is_tag = found.eq_ignore_ascii_case(tag) && (rest.is_empty() || rest.len() < text.len());
    is_tag.then_some((rest, n_dashes == 3 && found == tag))
}

/// What is said of a comment with two or four dashes, or with capital letters.
pub(crate) const NOT_MARKED: &str = "this comment is not read: one for the checks begins with three dashes and small letters, as in ---@diagnostic";
