//! Names of variables, fields and string constants.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::ir::Name;

/// Names of variables, fields and string constants, each kept once.
#[derive(Default)]
pub struct Names {
    texts: Vec<SmolStr>,
    ids: FxHashMap<SmolStr, Name>,
}

impl Names {
    /// The number of a name.
    pub fn id(&mut self, text: &str) -> Name {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = Name(u32::try_from(self.texts.len()).expect("fewer than 2^32 names"));
        let text = SmolStr::new(text);
        self.texts.push(text.clone());
        self.ids.insert(text, id);
        id
    }

    /// The number of a name that occurs already.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Name> {
        self.ids.get(text).copied()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Forgets all but the first `len` names.
    pub fn truncate(&mut self, len: usize) {
        for text in self.texts.drain(len..) {
            self.ids.remove(&text);
        }
    }

    /// The text of a number.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        &self.texts[name.idx()]
    }
}
