//! The two contexts a HALion script runs in, sets of them, and the words HALion itself uses when a call comes from the wrong one.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// One of the two contexts of a script (HALion semantics 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Thread {
    /// Parameter changes, loading, saving, the program tree; runs between audio blocks.
    Controller,
    /// MIDI events and sound; runs inside the audio block.
    Processor,
}

impl Thread {
    /// Both threads, in the order every list shows them.
    pub const ALL: [Thread; 2] = [Thread::Controller, Thread::Processor];

    /// The name as `getContext()` returns it and as HALion prints it: `Controller` or `Processor` (HALion semantics 1.3).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Thread::Controller => "Controller",
            Thread::Processor => "Processor",
        }
    }

    /// The name in lower case, as our data files, traces and JSON reports write it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Thread::Controller => "controller",
            Thread::Processor => "processor",
        }
    }

    /// The other thread.
    #[must_use]
    pub fn other(self) -> Thread {
        match self {
            Thread::Controller => Thread::Processor,
            Thread::Processor => Thread::Controller,
        }
    }

    /// How long one call may run before HALion ends the script, in ms, unless `setScriptExecTimeOut` changed it (HALion semantics 4.18).
    #[must_use]
    pub fn default_timeout_ms(self) -> u32 {
        match self {
            Thread::Controller => 5000,
            Thread::Processor => 1000,
        }
    }
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of threads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Threads(u8);

impl Threads {
    /// No thread.
    pub const NONE: Threads = Threads(0);
    /// The Controller only.
    pub const CONTROLLER: Threads = Threads(1);
    /// The Processor only.
    pub const PROCESSOR: Threads = Threads(2);
    /// Both threads.
    pub const BOTH: Threads = Threads(3);

    /// Whether `thread` is in the set.
    #[must_use]
    pub const fn contains(self, thread: Thread) -> bool {
        self.0 & Threads::of(thread).0 != 0
    }

    /// The set of this one thread.
    #[must_use]
    pub const fn of(thread: Thread) -> Threads {
        match thread {
            Thread::Controller => Threads::CONTROLLER,
            Thread::Processor => Threads::PROCESSOR,
        }
    }

    /// Threads in either set.
    #[must_use]
    pub const fn union(self, other: Threads) -> Threads {
        Threads(self.0 | other.0)
    }

    /// Threads in both sets.
    #[must_use]
    pub const fn intersection(self, other: Threads) -> Threads {
        Threads(self.0 & other.0)
    }

    /// Threads of this set that are not in `other`.
    #[must_use]
    pub const fn difference(self, other: Threads) -> Threads {
        Threads(self.0 & !other.0)
    }

    /// This set with `thread` added.
    #[must_use]
    pub const fn with(self, thread: Thread) -> Threads {
        self.union(Threads::of(thread))
    }

    /// Whether the set holds no thread.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every thread of `other` is in this set.
    #[must_use]
    pub const fn is_superset(self, other: Threads) -> bool {
        other.0 & !self.0 == 0
    }

    /// The threads of the set, Controller first.
    pub fn iter(self) -> impl Iterator<Item = Thread> {
        Thread::ALL
            .into_iter()
            .filter(move |&thread| self.contains(thread))
    }

    /// The one thread of a set of one.
    #[must_use]
    pub fn single(self) -> Option<Thread> {
        let mut threads = self.iter();
        threads.next().filter(|_| threads.next().is_none())
    }
}

impl From<Thread> for Threads {
    fn from(thread: Thread) -> Threads {
        Threads::of(thread)
    }
}

impl FromIterator<Thread> for Threads {
    fn from_iter<I: IntoIterator<Item = Thread>>(threads: I) -> Threads {
        threads.into_iter().fold(Threads::NONE, Threads::with)
    }
}

/// `Controller`, `Processor`, `Controller and Processor` or `no thread`.
impl fmt::Display for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Threads::CONTROLLER => "Controller",
            Threads::PROCESSOR => "Processor",
            Threads::BOTH => "Controller and Processor",
            _ => "no thread",
        })
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Threads({self})")
    }
}

/// Data files write `"controller"`, `"processor"`, `"both"` or `"none"`.
impl<'de> Deserialize<'de> for Threads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "controller" => Ok(Threads::CONTROLLER),
            "processor" => Ok(Threads::PROCESSOR),
            "both" => Ok(Threads::BOTH),
            "none" => Ok(Threads::NONE),
            other => Err(de::Error::custom(format!("unknown threads {other:?}"))),
        }
    }
}

/// HALion's own sentence for a call from the wrong thread, the one place of that text (HALion semantics 1.7).
///
/// `function` is the bare name: `openURL`, or `setName` for a method.
#[must_use]
pub fn wrong_thread_message(function: &str, thread: Thread) -> String {
    format!(
        "Function HALion::{function} is not available in the {} context.",
        thread.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_is_the_one_halion_prints() {
        assert_eq!(
            wrong_thread_message("openURL", Thread::Processor),
            "Function HALion::openURL is not available in the Processor context."
        );
    }

    #[test]
    fn sets_behave_as_sets() {
        assert_eq!(Threads::CONTROLLER.with(Thread::Processor), Threads::BOTH);
        assert_eq!(
            Threads::BOTH.difference(Threads::PROCESSOR),
            Threads::CONTROLLER
        );
        assert_eq!(
            Threads::CONTROLLER.intersection(Threads::PROCESSOR),
            Threads::NONE
        );
        assert_eq!(Threads::BOTH.iter().collect::<Vec<_>>(), Thread::ALL);
        assert_eq!(Threads::BOTH.single(), None);
        assert_eq!(Threads::PROCESSOR.single(), Some(Thread::Processor));
        assert!(Threads::BOTH.is_superset(Threads::CONTROLLER));
        assert_eq!(Thread::ALL.into_iter().collect::<Threads>(), Threads::BOTH);
    }
}
