//! Reads a literate page: headings are tests, fenced code blocks are their parts, prose is for people.
//!
//! Byte ranges refer to the page's text, so that an expected block can be rewritten in place.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// One test of a page: a heading and the blocks below it, up to the next heading.
#[derive(Debug, Default)]
pub struct Case {
    /// The heading's text.
    pub title: String,
    /// The fenced blocks in order.
    pub blocks: Vec<Block>,
}

/// One fenced code block.
#[derive(Debug)]
pub struct Block {
    /// The first word after the fence: `lua`, `toml`, `trace`, ...
    pub language: String,
    /// The path in backticks that ends the paragraph right above, if there is one.
    pub path: Option<String>,
    /// What stands between the fences, with its last line end.
    pub text: String,
    /// Where `text` stands in the page.
    pub range: Range<usize>,
}

/// Splits a page into its tests; headings without blocks are left out.
pub fn read(page: &str) -> Vec<Case> {
    let mut cases = vec![Case::default()];
    let mut in_heading = false;
    let mut path = None;
    let mut block: Option<Block> = None;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                in_heading = true;
                cases.push(Case::default());
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::Paragraph) => path = None,
            Event::Code(code) if !in_heading => path = Some(code.to_string()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some(Block {
                    language: info
                        .split_whitespace()
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                    path: path.take().filter(|path| path.ends_with(".lua")),
                    text: String::new(),
                    // An empty block has no text event; its text would stand right after the opening fence.
                    range: {
                        let fence =
                            range.start + page[range.clone()].find('\n').map_or(0, |end| end + 1);
                        fence..fence
                    },
                });
            }
            Event::End(TagEnd::CodeBlock) => {
                let case = cases.last_mut().expect("there is always a case");
                case.blocks.extend(block.take());
            }
            Event::Text(text) => {
                if let Some(block) = &mut block {
                    block.text.push_str(&text);
                    block.range.end = range.end;
                } else if in_heading {
                    cases
                        .last_mut()
                        .expect("there is always a case")
                        .title
                        .push_str(&text);
                }
            }
            Event::Code(code) => cases
                .last_mut()
                .expect("there is always a case")
                .title
                .push_str(&code),
            _ => {}
        }
    }
    cases.retain(|case| !case.blocks.is_empty());
    cases
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_page_is_read_block_by_block() {
        let page = "# Page\n\nprose\n\n## One `case`\n\nThe helper, `lib/util.lua`:\n\n```lua\nlocal x\n```\n\nwhy\n\n```trace\n```\n";
        let cases = read(page);
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].title, "One case");
        let [lua, trace] = &cases[0].blocks[..] else {
            panic!("two blocks")
        };
        assert_eq!(
            (lua.language.as_str(), lua.path.as_deref()),
            ("lua", Some("lib/util.lua"))
        );
        assert_eq!(&page[lua.range.clone()], "local x\n");
        assert_eq!((trace.path.as_deref(), trace.text.as_str()), (None, ""));
        assert_eq!(&page[trace.range.end..], "```\n");
    }
}
