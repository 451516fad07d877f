//! Diagnostics on their way to the client: the newest per file, so that a slow client never sees a queue of old ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tower_lsp::Client;
use tower_lsp::lsp_types::{Diagnostic, Url};

type Lists = BTreeMap<Url, (Option<i32>, Vec<Diagnostic>)>;
type Pending = Arc<Mutex<Lists>>;

/// The sending side. One task, started here, carries everything to the client and ends when this is dropped; what waits
/// is at most one list per file, and the channel only says that something does.
#[derive(Debug)]
pub(crate) struct Outbox {
    pending: Pending,
    wake: mpsc::Sender<()>,
    /// What the client shows, or will once it has what is pending.
    known: Lists,
}

impl Outbox {
    pub(crate) fn start(client: Client) -> Self {
        let pending = Pending::default();
        let (wake, woken) = mpsc::channel(1);
        tokio::spawn(carry(client, pending.clone(), woken));
        Self {
            pending,
            wake,
            known: Lists::new(),
        }
    }

    /// Replaces what the client shows for `uri`; `version` is that of the text the findings are for.
    pub(crate) fn publish(&mut self, uri: Url, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let list = (version, diagnostics);
        if self.known.get(&uri) == Some(&list) {
            return;
        }
        let (version, diagnostics) = list.clone();
        self.known.insert(uri.clone(), list);
        lock(&self.pending).insert(uri, (version, diagnostics));
        // A full channel has woken the task already.
        self.wake.try_send(()).ok();
    }
}

async fn carry(client: Client, pending: Pending, mut woken: mpsc::Receiver<()>) {
    while woken.recv().await.is_some() {
        let lists = std::mem::take(&mut *lock(&pending));
        for (uri, (version, diagnostics)) in lists {
            client.publish_diagnostics(uri, diagnostics, version).await;
        }
    }
}

/// A panic while the map was locked leaves it whole: every change is one insert.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
