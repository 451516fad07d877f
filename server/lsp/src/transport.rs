//! Cuts a stream of bytes into messages. Lengths are bytes.
//!
//! Reading never ends because of what was read: header names have any case, and after something that is no header it
//! goes on at the next `Content-Length`.

use tokio::io::{AsyncRead, AsyncReadExt};

/// A longer message is refused: 256 MiB.
const MAX_BODY_LENGTH: usize = 256 << 20;
/// More bytes than this without the end of a header are no header: 8 KiB.
const MAX_HEADER_LENGTH: usize = 8 << 10;
const MARK: &[u8] = b"content-length";

/// What was read: the body of a message without its header, or why there is none.
pub(crate) type Frame = Result<Vec<u8>, String>;

/// Reads frames; holds at most one message and one read beyond it.
pub(crate) struct FrameReader<R> {
    reader: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
        }
    }

    /// The next frame; `None` at the end of the input, also in the middle of a message.
    /// A future that is dropped has lost nothing.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = take_frame(&mut self.buffer) {
                return Some(frame);
            }
            match self.reader.read_buf(&mut self.buffer).await {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!("failed to read messages: {error}");
                    return None;
                }
            }
        }
    }

    /// Gives back the end of a body that was no JSON, if it looks as if the next message begins in it.
    pub(crate) fn recover(&mut self, mut body: Vec<u8>) {
        if let Some(start) = find_mark(&body) {
            body.drain(..start);
            body.append(&mut self.buffer);
            self.buffer = body;
        }
    }
}

/// A message with its header.
pub(crate) fn framed(body: &[u8]) -> Vec<u8> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    message
}

/// Takes one frame off the front of `buffer`; `None` when more bytes are needed.
fn take_frame(buffer: &mut Vec<u8>) -> Option<Frame> {
    let Some((header_length, separator_length)) = header_end(buffer) else {
        if buffer.len() <= MAX_HEADER_LENGTH {
            return None;
        }
        skip_to_mark(buffer);
        return Some(Err("there is no message header in 8 KiB of input".into()));
    };
    let body_length = match content_length(&buffer[..header_length]) {
        Ok(body_length) => body_length,
        Err(problem) => {
            skip_to_mark(buffer);
            return Some(Err(problem));
        }
    };
    let start = header_length + separator_length;
    if buffer.len() < start + body_length {
        return None;
    }
    let rest = buffer.split_off(start + body_length);
    let mut body = std::mem::replace(buffer, rest);
    body.drain(..start);
    Some(Ok(body))
}

/// Where the header ends and how long the blank line after it is.
fn header_end(buffer: &[u8]) -> Option<(usize, usize)> {
    let limit = buffer.len().min(MAX_HEADER_LENGTH);
    (0..limit).find_map(|idx| {
        let rest = &buffer[idx..];
        if rest.starts_with(b"\r\n\r\n") {
            Some((idx, 4))
        } else if rest.starts_with(b"\n\n") {
            Some((idx, 2))
        } else {
            None
        }
    })
}

fn content_length(header: &[u8]) -> Result<usize, String> {
    let header = String::from_utf8_lossy(header);
    let mut length = None;
    for line in header.lines() {
        let Some((name, value)) = line.split_once(':') else {
            return Err(format!("the header line {line:?} has no colon"));
        };
        if name.trim().as_bytes().eq_ignore_ascii_case(MARK) {
            let number = value
                .trim()
                .parse::<usize>()
                .ok()
                .filter(|&length| length <= MAX_BODY_LENGTH);
            length = Some(number.ok_or(format!(
                "the Content-Length {:?} is no length up to {MAX_BODY_LENGTH}",
                value.trim()
            ))?);
        }
    }
    length.ok_or("the message header has no Content-Length".into())
}

/// Drops bytes up to the next mark after the first byte, or all but what could be the start of one.
fn skip_to_mark(buffer: &mut Vec<u8>) {
    let end = match find_mark(&buffer[1..]) {
        Some(idx) => 1 + idx,
        None => buffer.len().saturating_sub(MARK.len() - 1).max(1),
    };
    buffer.drain(..end);
}

fn find_mark(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(MARK.len())
        .position(|window| window.eq_ignore_ascii_case(MARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of `input`: bodies as they are, broken ones as `!`.
    fn check(input: &str, expected: &[&str]) {
        let mut buffer = input.as_bytes().to_vec();
        let mut frames = Vec::new();
        while let Some(frame) = take_frame(&mut buffer) {
            frames.push(frame.map_or("!".into(), |body| {
                String::from_utf8_lossy(&body).into_owned()
            }));
        }
        assert_eq!(frames, expected, "{input:?}");
    }

    #[test]
    fn messages_follow_each_other_and_header_names_have_any_case() {
        check(
            "Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\n[1]",
            &["{}", "[1]"],
        );
    }

    #[test]
    fn an_unfinished_message_waits() {
        check(
            "Content-Length: 2\r\n\r\n{}Content-Length: 9\r\n\r\n{",
            &["{}"],
        );
        check("Content-Len", &[]);
    }

    #[test]
    fn garbage_and_bad_headers_are_skipped() {
        check("hello\r\n\r\nContent-Length: 2\r\n\r\n{}", &["!", "{}"]);
        check(
            "Content-Length: -1\r\n\r\nContent-Length: 2\r\n\r\n{}",
            &["!", "{}"],
        );
        check(
            "Content-Length: 99999999999\r\n\r\nContent-Length: 2\r\n\r\n{}",
            &["!", "{}"],
        );
        check("X: y\r\n\r\nContent-Length: 2\r\n\r\n{}", &["!", "{}"]);
    }

    #[test]
    fn endless_garbage_is_not_kept() {
        let mut buffer = vec![b'x'; 3 * MAX_HEADER_LENGTH];
        assert!(take_frame(&mut buffer).is_some_and(|frame| frame.is_err()));
        assert!(buffer.len() < MARK.len());
    }

    #[tokio::test]
    async fn the_message_after_one_that_was_cut_short_survives() {
        let input = "Content-Length: 30\r\n\r\n{\"a\":Content-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n[]";
        let mut reader = FrameReader::new(input.as_bytes());
        let Some(Ok(broken)) = reader.next().await else {
            panic!("a body")
        };
        reader.recover(broken);
        assert_eq!(reader.next().await, Some(Ok(b"{}".to_vec())));
        assert_eq!(reader.next().await, Some(Ok(b"[]".to_vec())));
        assert_eq!(reader.next().await, None);
    }
}
