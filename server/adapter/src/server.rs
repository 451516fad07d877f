//! Serves clients: over any pair of streams, over standard input and output, over a port.

use std::io;

use anyhow::Context as _;
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::codec::{FramedRead, FramedWrite};

use crate::session::{EVENTS, Input, Session};
use crate::transport::Codec;

/// Bytes of standard input on their way to the session.
const STDIN_BYTES: usize = 64 << 10;

/// Serves one client until it disconnects or its stream ends. The script it debugs ends with the session.
///
/// # Errors
/// The client cannot be written to any more, its stream breaks, or it ends in the middle of a message.
pub async fn serve(
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
) -> anyhow::Result<()> {
    let (events, mut from_engine) = mpsc::channel(EVENTS);
    let (answers, mut answered) = mpsc::unbounded_channel();
    let mut frames = FramedRead::new(reader, Codec::default());
    let mut sink = FramedWrite::new(writer, Codec::default());
    let mut session = Session::new(events, answers);
    let mut last_seq = 0;
    while !session.is_over {
        let input = tokio::select! {
            // Answers first: they belong to requests that came before whatever else waits.
            biased;
            Some(input) = answered.recv() => input,
            Some(input) = from_engine.recv() => input,
            frame = frames.next() => match frame {
                Some(frame) => Input::Frame(frame.context("failed to read from the client")?),
                None => break,
            },
        };
        session.handle(input);
        for message in session.out.drain(..) {
            last_seq += 1;
            sink.feed(message.numbered(last_seq)?)
                .await
                .context("failed to write to the client")?;
        }
        sink.flush()
            .await
            .context("failed to write to the client")?;
    }
    match frames.decoder_mut().truncated.take() {
        Some(problem) => Err(anyhow::Error::msg(problem)),
        None => Ok(()),
    }
}

/// Serves the client at standard input and output.
///
/// A thread of its own reads standard input, because a pending read there cannot be given up: the process may end
/// while it reads.
///
/// # Errors
/// As for [`serve`].
pub async fn serve_stdio() -> anyhow::Result<()> {
    let (mut input, reader) = tokio::io::duplex(STDIN_BYTES);
    let (chunks, mut received) = mpsc::channel::<Vec<u8>>(1);
    std::thread::Builder::new()
        .name("stdin".into())
        .spawn(move || read_stdin(&chunks))?;
    tokio::spawn(async move {
        while let Some(chunk) = received.recv().await {
            if input.write_all(&chunk).await.is_err() {
                return;
            }
        }
    });
    serve(reader, tokio::io::stdout()).await
}

fn read_stdin(chunks: &mpsc::Sender<Vec<u8>>) {
    use std::io::Read as _;
    let mut chunk = vec![0; STDIN_BYTES];
    let mut stdin = io::stdin().lock();
    while let Ok(length) = stdin.read(&mut chunk) {
        if length == 0 || chunks.blocking_send(chunk[..length].to_vec()).is_err() {
            return;
        }
    }
}

/// Serves clients on a port of this machine, one after the other, without end. Port 0 takes any free one. The port is
/// written to standard error.
///
/// # Errors
/// The port is taken.
pub async fn serve_port(port: u16) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener =
        listener.with_context(|| format!("failed to listen on port {port} of this machine"))?;
    eprintln!("listening on 127.0.0.1:{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener
            .accept()
            .await
            .context("failed to accept a client")?;
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        if let Err(error) = serve(reader, writer).await {
            tracing::warn!("{error:#}");
        }
    }
}
