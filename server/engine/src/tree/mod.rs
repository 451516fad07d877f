//! The program tree outside Lua: elements with their parameters, in one arena (HALion semantics 9).
//!
//! Invariants: an id is never used twice; parent and children agree; children stand in the order of [`Class::ALL`], so that
//! a position counts among the siblings of one class. Nothing here knows Lua.

mod class;
mod copy;
mod described;
mod element;
mod find;
mod parameter;
pub(crate) mod table;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use class::Class;
pub use described::Described;
pub(crate) use described::default_set;
pub use element::{Assignment, BusDetails, Details, LayerDetails, Node, Source, ZoneDetails};
pub use find::Search;
pub use parameter::{Definition, Kind, ParameterSet};
pub use value::{TableValue, Value};

/// The number of an element, in the order of their making.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// All elements: those of the plug-in, and those that a script has made or taken out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    nodes: BTreeMap<NodeId, Node>,
    /// Those elements that are plug-ins: the one that runs, and those a script has made or loaded.
    instances: BTreeSet<NodeId>,
    /// The script module of a plug-in that is complete.
    script: Option<NodeId>,
    next: u32,
}

impl Tree {
    /// An element.
    pub fn get(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(&node)
    }

    /// An element, to be changed.
    pub fn get_mut(&mut self, node: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(&node)
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Is there no element at all?
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A new, detached element.
    pub fn add(&mut self, class: Class, name: &str, parameters: Arc<ParameterSet>) -> NodeId {
        let node = NodeId(self.next);
        self.next += 1;
        self.put(node, Node::new(class, name, parameters));
        node
    }

    fn put(&mut self, id: NodeId, node: Node) {
        if node.class == Class::Instance {
            self.instances.insert(id);
        }
        self.nodes.insert(id, node);
    }

    /// A new element at the end of its kind below a parent.
    pub fn add_below(
        &mut self,
        parent: NodeId,
        class: Class,
        name: &str,
        parameters: Arc<ParameterSet>,
    ) -> NodeId {
        let node = self.add(class, name, parameters);
        self.link(parent, node, None);
        node
    }

    /// Puts an element below a parent, before the given one of its siblings of the same class (HALion semantics 9.9), or at
    /// the end. Says why it cannot.
    pub fn insert(
        &mut self,
        parent: NodeId,
        node: NodeId,
        position: Option<usize>,
    ) -> Result<(), String> {
        self.may_insert(parent, node, position)?;
        self.link(parent, node, position);
        Ok(())
    }

    /// Why an element cannot be put below a parent, such as that it is somewhere else already (HALion semantics 9.8).
    pub fn may_insert(
        &self,
        parent: NodeId,
        node: NodeId,
        position: Option<usize>,
    ) -> Result<(), String> {
        let (Some(above), Some(element)) = (self.get(parent), self.get(node)) else {
            return Err("the element does not exist any more".to_owned());
        };
        if !above.class.contents().contains(&element.class) {
            return Err(format!(
                "a {} cannot contain a {}",
                above.class.name(),
                element.class.name()
            ));
        }
        if self.is_within(parent, node) {
            return Err(format!("{} cannot contain itself", self.title(node)));
        }
        if let Some(why) = self.in_use(node) {
            return Err(why);
        }
        if let Some(position) = position {
            let n_siblings = self.children_of_class(parent, element.class.name()).count();
            if !(1..=n_siblings + 1).contains(&position) {
                let last = n_siblings + 1;
                return Err(format!("position 1 to {last} expected, got {position}"));
            }
        }
        Ok(())
    }

    fn link(&mut self, parent: NodeId, node: NodeId, position: Option<usize>) {
        let Some(class) = self.get(node).map(|node| node.class) else {
            return;
        };
        let Some(above) = self.get(parent) else {
            return;
        };
        let class_of = |child: &NodeId| self.get(*child).map(|child| child.class);
        let first = above
            .children
            .partition_point(|child| class_of(child) < Some(class));
        let end = above
            .children
            .partition_point(|child| class_of(child) <= Some(class));
        let at = position.map_or(end, |position| (first + position - 1).min(end));
        if let Some(above) = self.nodes.get_mut(&parent) {
            above.children.insert(at, node);
        }
        if let Some(element) = self.nodes.get_mut(&node) {
            element.parent = Some(parent);
        }
    }

    /// Takes an element out of its parent; gives the parent, if there was one.
    pub fn detach(&mut self, node: NodeId) -> Option<NodeId> {
        let parent = self.nodes.get_mut(&node)?.parent.take()?;
        if let Some(parent) = self.nodes.get_mut(&parent) {
            parent.children.retain(|&child| child != node);
        }
        Some(parent)
    }

    /// Forgets an element and everything in it.
    pub fn forget(&mut self, node: NodeId) {
        self.detach(node);
        for inner in self.subtree(node) {
            self.nodes.remove(&inner);
            self.instances.remove(&inner);
        }
    }

    /// Ids of all detached elements that belong to no plug-in instance.
    pub fn detached(&self) -> Vec<NodeId> {
        let roots = self.nodes.iter().filter(|(_, node)| node.parent.is_none());
        roots
            .filter(|(id, node)| {
                !matches!(node.details, Details::Instance { .. }) && self.instance(**id).is_none()
            })
            .map(|(id, _)| *id)
            .collect()
    }

    /// `Layer "Strings"`, for messages and traces.
    pub fn title(&self, node: NodeId) -> String {
        match self.get(node) {
            Some(element) => format!("{} {:?}", element.class.name(), element.name),
            None => "a forgotten element".to_owned(),
        }
    }
}
