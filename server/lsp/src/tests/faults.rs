//! Mistakes that the server makes on purpose, in tests only: a text that holds a marker asks for one.

use std::sync::{Condvar, Mutex};

pub(crate) const PANIC: &str = "--!panic in this query";
pub(crate) const BLOCK: &str = "--!block this query";

static IS_BLOCKED: Mutex<bool> = Mutex::new(true);
static RELEASED: Condvar = Condvar::new();

/// Called on the worker before a query about a document.
pub(crate) fn before_query(text: &str) {
    assert!(!text.contains(PANIC), "panic on purpose");
    if text.contains(BLOCK) {
        let blocked = IS_BLOCKED.lock().unwrap();
        drop(
            RELEASED
                .wait_while(blocked, |is_blocked| *is_blocked)
                .unwrap(),
        );
    }
}

/// Called on the worker before a script is analysed.
pub(crate) fn before_analysis(text: &str) {
    assert!(
        !text.contains("--!panic in this analysis"),
        "panic on purpose"
    );
}

/// Lets blocked queries go on, now and later.
pub(crate) fn release() {
    *IS_BLOCKED.lock().unwrap() = false;
    RELEASED.notify_all();
}
