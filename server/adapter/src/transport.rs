//! Framing of the Debug Adapter Protocol: header fields, an empty line, then `Content-Length` bytes of JSON.
//!
//! Tolerant on the way in (any letter case, further header fields, rubbish before a header), bounded in size, exact on
//! the way out. A bad frame is reported and skipped; the frames after it are read as if it had not been there.

use std::io;

use serde_json::Value;
use tokio_util::bytes::{Buf as _, BufMut as _, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::message::Incoming;

/// The longest message taken, in bytes. The largest real ones are a few kilobytes of breakpoints.
const MESSAGE_LIMIT: usize = 16 << 20;
/// The longest header taken, in bytes.
const HEADER_LIMIT: usize = 8 << 10;

/// Reads [`Incoming`] messages and writes JSON values.
#[derive(Debug, Default)]
pub(crate) struct Codec {
    state: State,
    /// What the input ended in the middle of.
    pub(crate) truncated: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum State {
    #[default]
    Header,
    /// Waiting for this many bytes of JSON.
    Body(usize),
    /// Throwing away the rest of a message that is too long.
    Skip(usize),
}

/// One frame: a message, or what was wrong with it.
pub(crate) type Frame = Result<Incoming, String>;

impl Decoder for Codec {
    type Item = Frame;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Frame>> {
        loop {
            match self.state {
                State::Header => match header(buffer) {
                    Header::Incomplete => return Ok(None),
                    Header::Length(length) if length > MESSAGE_LIMIT => {
                        self.state = State::Skip(length);
                        return Ok(Some(Err(format!(
                            "a message of {length} bytes is longer than {MESSAGE_LIMIT}"
                        ))));
                    }
                    Header::Length(length) => self.state = State::Body(length),
                    Header::Bad(problem) => return Ok(Some(Err(problem))),
                },
                State::Body(length) => {
                    if buffer.len() < length {
                        buffer.reserve(length - buffer.len());
                        return Ok(None);
                    }
                    self.state = State::Header;
                    return Ok(Some(Incoming::decode(&buffer.split_to(length))));
                }
                State::Skip(rest) => {
                    let n = rest.min(buffer.len());
                    buffer.advance(n);
                    if n < rest {
                        self.state = State::Skip(rest - n);
                        return Ok(None);
                    }
                    self.state = State::Header;
                }
            }
        }
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Frame>> {
        if let Some(frame) = self.decode(buffer)? {
            return Ok(Some(frame));
        }
        let problem = match self.state {
            State::Body(length) => format!(
                "the input ended after {} of {length} bytes of a message",
                buffer.len()
            ),
            State::Skip(_) => String::from("the input ended inside a message that is too long"),
            State::Header if buffer.iter().any(|byte| !byte.is_ascii_whitespace()) => {
                String::from("the input ended inside the header of a message")
            }
            State::Header => return Ok(None),
        };
        buffer.clear();
        self.state = State::Header;
        self.truncated = Some(problem.clone());
        Ok(Some(Err(problem)))
    }
}

impl Encoder<Value> for Codec {
    type Error = io::Error;

    fn encode(&mut self, message: Value, buffer: &mut BytesMut) -> io::Result<()> {
        let text = message.to_string();
        buffer.put_slice(format!("Content-Length: {}\r\n\r\n", text.len()).as_bytes());
        buffer.put_slice(text.as_bytes());
        Ok(())
    }
}

enum Header {
    Incomplete,
    /// The header was taken from the buffer; so many bytes of body follow.
    Length(usize),
    /// The header was taken from the buffer and tells no length.
    Bad(String),
}

/// Takes one header from the front of the buffer. The last `Content-Length` in it counts, wherever it stands: so the
/// first good header after rubbish is found.
fn header(buffer: &mut BytesMut) -> Header {
    const END: &[u8] = b"\r\n\r\n";
    const NAME: &[u8] = b"content-length:";
    let Some(end) = buffer.windows(END.len()).position(|window| window == END) else {
        if buffer.len() <= HEADER_LIMIT {
            return Header::Incomplete;
        }
        // Keep what may be the first part of a header.
        buffer.advance(buffer.len() - NAME.len());
        return Header::Bad(format!(
            "more than {HEADER_LIMIT} bytes without a message header were skipped"
        ));
    };
    let fields = buffer.split_to(end + END.len());
    let lower = fields.to_ascii_lowercase();
    let Some(start) = lower.windows(NAME.len()).rposition(|window| window == NAME) else {
        return Header::Bad(String::from("a message header has no Content-Length"));
    };
    let value = &fields[start + NAME.len()..];
    let value = value
        .split(|&byte| byte == b'\r')
        .next()
        .unwrap_or_default();
    let value = String::from_utf8_lossy(value);
    match value.trim().parse() {
        Ok(length) => Header::Length(length),
        Err(_) => Header::Bad(format!(
            "a message header has the Content-Length \"{}\", which is no length",
            value.trim()
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Commands of the requests in `input`, problems in parentheses; fed in one piece and byte by byte.
    fn check(input: &str, expected: &[&str]) {
        for step in [1, 7, input.len().max(1)] {
            let mut codec = Codec::default();
            let mut buffer = BytesMut::new();
            let mut seen = Vec::new();
            let mut take = |frame: Frame| {
                seen.push(match frame {
                    Ok(Incoming::Request(request)) => request.command,
                    Ok(Incoming::Other) => String::from("other"),
                    Err(problem) => format!("({problem})"),
                });
            };
            for piece in input.as_bytes().chunks(step) {
                buffer.extend_from_slice(piece);
                while let Some(frame) = codec.decode(&mut buffer).unwrap() {
                    take(frame);
                }
            }
            while let Some(frame) = codec.decode_eof(&mut buffer).unwrap() {
                take(frame);
            }
            assert_eq!(seen, expected, "in pieces of {step} bytes");
        }
    }

    fn framed(header: &str, command: &str) -> String {
        let body = format!(r#"{{"seq":1,"type":"request","command":"{command}"}}"#);
        format!("{}{body}", header.replace('#', &body.len().to_string()))
    }

    #[test]
    fn headers_in_any_spelling() {
        let input = framed("Content-Length: #\r\n\r\n", "a")
            + &framed(
                "content-length:#\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
                "b",
            )
            + &framed("Content-Type: x\r\nCONTENT-LENGTH:   #  \r\n\r\n", "c");
        check(&input, &["a", "b", "c"]);
    }

    #[test]
    fn the_session_goes_on_after_a_bad_frame() {
        let input = String::from("Content-Length: 4\r\n\r\n{\"a\"Content-Length: many\r\n\r\n")
            + &framed("{\"rubbish\":1}\r\nContent-Length: #\r\n\r\n", "next")
            + "X: 1\r\n\r\n"
            + &framed("Content-Length: #\r\n\r\n", "last");
        check(
            &input,
            &[
                "(a message is not valid JSON: EOF while parsing an object at line 1 column 4)",
                "(a message header has the Content-Length \"many\", which is no length)",
                "next",
                "(a message header has no Content-Length)",
                "last",
            ],
        );
    }

    #[test]
    fn lengths_are_bounded() {
        let mut codec = Codec::default();
        let mut buffer = BytesMut::from("Content-Length: 99999999999\r\n\r\n{");
        assert!(codec.decode(&mut buffer).unwrap().unwrap().is_err());
        assert!(codec.decode(&mut buffer).unwrap().is_none());
        assert!(buffer.is_empty(), "the rest is thrown away as it comes");
    }

    #[test]
    fn truncated_input_is_named() {
        check(
            "Content-Length: 10\r\n\r\n{}",
            &["(the input ended after 2 of 10 bytes of a message)"],
        );
        check(
            "Content-Le",
            &["(the input ended inside the header of a message)"],
        );
        check("\r\n", &[]);
    }

    #[test]
    fn lengths_count_bytes() {
        let mut buffer = BytesMut::new();
        Codec::default()
            .encode(serde_json::json!("ü"), &mut buffer)
            .unwrap();
        assert_eq!(&buffer[..], "Content-Length: 4\r\n\r\n\"ü\"".as_bytes());
    }
}
