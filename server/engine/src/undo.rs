//! The undo history: which parameters an edit changed, and how blocks of edits merge (HALion semantics 6.15).
//!
//! Invariant: only the Controller's edits get here; while an undo or redo is at work nothing is added.

use std::collections::BTreeMap;

use crate::{
    data::Data,
    proposed,
    record::TaskId,
    tree::{self, Definition, NodeId},
    world::World,
};

/// One entry of the history.
pub(crate) struct Block {
    pub name: String,
    pub id: i64,
    pub changes: Vec<Change>,
}

/// One parameter's change.
pub(crate) enum Change {
    /// Of the script.
    Script {
        parameter: String,
        before: Data,
        after: Data,
    },
    /// Of an element.
    Element {
        element: NodeId,
        definition: Definition,
        before: tree::Value,
        after: tree::Value,
    },
}

impl Change {
    fn parameter(&self) -> &str {
        match self {
            Change::Script { parameter, .. } => parameter,
            Change::Element { definition, .. } => &definition.name,
        }
    }
}

/// What is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Undo,
    Redo,
}

/// All entries.
#[derive(Default)]
pub(crate) struct Undo {
    /// The last one is undone next.
    pub done: Vec<Block>,
    /// The last one is made again next.
    pub undone: Vec<Block>,
    /// Blocks that a callback has opened.
    open: BTreeMap<TaskId, Block>,
    last_id: i64,
    /// What `getUndoContext` tells.
    pub at_work: Option<Direction>,
}

impl Undo {
    /// Opens a block for a callback and closes the one it has; gives the block's id.
    pub fn start(&mut self, task: TaskId, name: String, id: Option<i64>) -> i64 {
        self.end(task);
        let id = id.unwrap_or(self.last_id + 1);
        self.last_id = self.last_id.max(id);
        let changes = Vec::new();
        self.open.insert(task, Block { name, id, changes });
        id
    }

    /// Closes the block of a callback, also at the callback's end. It takes in an earlier one of the same id.
    pub fn end(&mut self, task: TaskId) {
        let Some(mut block) = self.open.remove(&task) else {
            return;
        };
        if block.changes.is_empty() {
            return;
        }
        if let Some(at) = self.done.iter().position(|earlier| earlier.id == block.id) {
            let mut changes = self.done.remove(at).changes;
            changes.append(&mut block.changes);
            block.changes = changes;
        }
        self.push(block);
    }

    fn push(&mut self, block: Block) {
        if self.done.len() == proposed::UNDO_STEPS {
            self.done.remove(0);
        }
        self.done.push(block);
    }

    /// Drops the blocks of callbacks that have gone with their script.
    pub fn close_all(&mut self) {
        self.open.clear();
    }
}

impl World {
    /// An edit on the Controller: it joins the open block of the running callback or of the one that caused it, else it is an
    /// entry of its own.
    pub fn note_edit(&mut self, change: Change) {
        if self.undo.at_work.is_some() {
            return;
        }
        self.undo.undone.clear();
        let mut task = self.current;
        while let Some(id) = task {
            if let Some(block) = self.undo.open.get_mut(&id) {
                block.changes.push(change);
                return;
            }
            task = self.tasks.get(&id).and_then(|task| task.parent);
        }
        let id = self.undo.last_id + 1;
        self.undo.last_id = id;
        self.undo.push(Block {
            name: format!("Change {}", change.parameter()),
            id,
            changes: vec![change],
        });
    }
}
