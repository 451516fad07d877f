//! One conversation with a client: the loop round tower-lsp, from the first byte to the end of the process.
//!
//! tower-lsp stops reading at the first message it cannot decode and notices `exit` only at the next message, so
//! messages are checked here before it sees them, and its input ends here.

use std::pin::pin;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_lsp::{LspService, Server};

use crate::backend::Backend;
use crate::transport::{FrameReader, framed};

/// Requests that may wait for an answer at the same time. Cancelling needs a free place, so there are plenty.
const CONCURRENCY: usize = 256;
/// Bytes between tower-lsp and this file, each way.
const PIPE_LENGTH: usize = 1 << 16;
/// How long answers may still be written after the last message was read.
const GRACE: Duration = Duration::from_secs(2);

/// How the conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By `exit` after `shutdown`, as the protocol wants it.
    Orderly,
    /// By `exit` or the end of the input without `shutdown`, or because the client reads no more.
    Abrupt,
}

impl Ended {
    /// The exit code that the protocol asks for: 0 or 1.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Orderly => 0,
            Self::Abrupt => 1,
        }
    }
}

/// Serves one client until it says `exit` or its input ends.
///
/// Runs tower-lsp, the check of what comes in and the writing of what goes out in the calling task; the analysis actor
/// and the outbox are tasks of their own that end with it.
pub async fn serve<R, W>(reader: R, writer: W) -> Ended
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (to_server, server_input) = tokio::io::duplex(PIPE_LENGTH);
    let (server_output, from_server) = tokio::io::duplex(PIPE_LENGTH);
    let (refusals, refused) = mpsc::channel(CONCURRENCY);
    let (service, socket) = LspService::new(Backend::start);
    let server = Server::new(server_input, server_output, socket).concurrency_level(CONCURRENCY);
    let mut server = pin!(server.serve(service));
    let mut output = pin!(write_messages(from_server, refused, writer));
    let ended = tokio::select! {
        ended = read_messages(reader, to_server, refusals) => ended,
        () = &mut output => return Ended::Abrupt,
        () = &mut server => return Ended::Abrupt,
    };
    let rest = async { tokio::join!(server, output) };
    if tokio::time::timeout(GRACE, rest).await.is_err() {
        tracing::warn!("the client did not take the last answers; ending without them");
    }
    ended
}

/// Serves the client at standard input and output.
///
/// A detached thread reads standard input, so the process can end while a read is under way; that thread holds at most
/// 16 reads of 64 KiB.
pub async fn serve_stdio() -> std::io::Result<Ended> {
    let (sender, mut chunks) = mpsc::channel::<Vec<u8>>(16);
    std::thread::Builder::new()
        .name("stdin".into())
        .spawn(move || read_stdin(&sender))?;
    let (mut input, reader) = tokio::io::duplex(PIPE_LENGTH);
    tokio::spawn(async move {
        while let Some(chunk) = chunks.recv().await {
            if input.write_all(&chunk).await.is_err() {
                return;
            }
        }
    });
    Ok(serve(reader, tokio::io::stdout()).await)
}

fn read_stdin(chunks: &mpsc::Sender<Vec<u8>>) {
    use std::io::Read;
    let mut stdin = std::io::stdin().lock();
    let mut chunk = vec![0; PIPE_LENGTH];
    loop {
        match stdin.read(&mut chunk) {
            Ok(0) => return,
            Ok(length) => {
                if chunks.blocking_send(chunk[..length].to_vec()).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::error!("failed to read standard input: {error}");
                return;
            }
        }
    }
}

/// Passes good messages on to the server and answers the others, until `exit` or the end of the input.
async fn read_messages(
    reader: impl AsyncRead + Unpin,
    mut to_server: DuplexStream,
    refusals: mpsc::Sender<Response>,
) -> Ended {
    let mut frames = FrameReader::new(reader);
    let mut has_shut_down = false;
    while let Some(frame) = frames.next().await {
        let body = match frame {
            Ok(body) => body,
            Err(problem) => {
                refuse(&refusals, Id::Null, Error::parse_error(), problem).await;
                continue;
            }
        };
        let (method, body) = match check(body) {
            Ok(message) => message,
            Err(refused) => {
                let Refused {
                    body,
                    id,
                    error,
                    problem,
                } = *refused;
                frames.recover(body);
                refuse(&refusals, id, error, problem).await;
                continue;
            }
        };
        if to_server.write_all(&framed(&body)).await.is_err() {
            break;
        }
        match method.as_deref() {
            Some("shutdown") => has_shut_down = true,
            Some("exit") => break,
            _ => {}
        }
    }
    if has_shut_down {
        Ended::Orderly
    } else {
        Ended::Abrupt
    }
}

/// What tower-lsp could not decode, and how to answer it.
struct Refused {
    body: Vec<u8>,
    id: Id,
    error: Error,
    problem: String,
}

/// A message that tower-lsp understands, with the method of a request or notification, `None` for a response.
///
/// Some clients write `"params": null` where there are none, which tower-lsp takes for wrong parameters.
fn check(body: Vec<u8>) -> Result<(Option<String>, Vec<u8>), Box<Refused>> {
    let why = match serde_json::from_slice::<Request>(&body) {
        Ok(request) if !request.method().is_empty() => {
            let method = Some(request.method().to_owned());
            let has_null = request.params().is_some_and(Value::is_null);
            let without = has_null.then(|| serde_json::to_vec(&without_params(request)));
            return Ok((method, without.and_then(Result::ok).unwrap_or(body)));
        }
        Ok(_) => "it has no method".to_owned(),
        Err(error) => error.to_string(),
    };
    if serde_json::from_slice::<Response>(&body).is_ok() {
        return Ok((None, body));
    }
    let refused = match serde_json::from_slice::<Value>(&body) {
        Err(error) => Refused {
            body,
            id: Id::Null,
            error: Error::parse_error(),
            problem: format!("the message is not JSON: {error}"),
        },
        Ok(message) => Refused {
            body: Vec::new(),
            id: message
                .get("id")
                .and_then(|id| serde_json::from_value(id.clone()).ok())
                .unwrap_or(Id::Null),
            error: Error::invalid_request(),
            problem: format!("the message is no JSON-RPC request, notification or response: {why}"),
        },
    };
    Err(Box::new(refused))
}

fn without_params(request: Request) -> Request {
    let (method, id, _) = request.into_parts();
    let request = Request::build(method);
    match id {
        Some(id) => request.id(id).finish(),
        None => request.finish(),
    }
}

async fn refuse(refusals: &mpsc::Sender<Response>, id: Id, error: Error, problem: String) {
    tracing::warn!("{problem}");
    let error = Error {
        message: problem.into(),
        ..error
    };
    // When nobody writes any more, nobody reads the refusal either.
    refusals.send(Response::from_error(id, error)).await.ok();
}

/// Writes whole messages, from the server and from the check, until the server has no more or the client is gone.
async fn write_messages(
    from_server: DuplexStream,
    mut refused: mpsc::Receiver<Response>,
    mut writer: impl AsyncWrite + Unpin,
) {
    let mut frames = FrameReader::new(from_server);
    loop {
        let body = tokio::select! {
            frame = frames.next() => match frame {
                Some(Ok(body)) => body,
                Some(Err(problem)) => {
                    tracing::error!("the server wrote a broken message: {problem}");
                    continue;
                }
                None => return,
            },
            Some(refusal) = refused.recv() => match serde_json::to_vec(&refusal) {
                Ok(body) => body,
                Err(error) => {
                    tracing::error!("failed to write a refusal: {error}");
                    continue;
                }
            },
        };
        let written = async {
            writer.write_all(&framed(&body)).await?;
            writer.flush().await
        };
        if let Err(error) = written.await {
            tracing::warn!("the client reads no more: {error}");
            return;
        }
    }
}
