//! Questions about the tree: who contains whom, what is above, what is found below.

use std::collections::BTreeSet;

use crate::tree::{Class, Details, NodeId, Tree};

/// A search below an element (HALion semantics 9.5), with what a script may see (HALion semantics 9.14).
pub struct Search<'a> {
    /// Elements of this class or derived from it.
    pub class: &'a str,
    /// Also below children?
    pub recursive: bool,
    /// Passwords that the script has named.
    pub passwords: &'a BTreeSet<String>,
}

impl Tree {
    /// Children of a class in their order.
    pub fn children_of_class<'a>(
        &'a self,
        parent: NodeId,
        class: &'a str,
    ) -> impl Iterator<Item = NodeId> + 'a {
        let children = self.get(parent).map(|parent| parent.children.as_slice());
        let children = children.unwrap_or_default().iter().copied();
        children.filter(move |&child| self.get(child).is_some_and(|child| child.class.is(class)))
    }

    /// What a search finds: depth first, in tree order. Locked layers and everything in them are left out.
    pub fn find(&self, from: NodeId, search: &Search<'_>) -> Vec<NodeId> {
        let mut found = Vec::new();
        if !self.is_locked(from, search.passwords) {
            self.collect(from, search, &mut found);
        }
        found
    }

    fn collect(&self, from: NodeId, search: &Search<'_>, found: &mut Vec<NodeId>) {
        let Some(node) = self.get(from) else { return };
        for &child in &node.children {
            let Some(element) = self.get(child) else {
                continue;
            };
            let password = element.layer().and_then(|layer| layer.password.as_ref());
            if password.is_some_and(|password| !search.passwords.contains(password)) {
                continue;
            }
            if element.class.is(search.class) {
                found.push(child);
            }
            if search.recursive {
                self.collect(child, search, found);
            }
        }
    }

    /// Does it lie in a protected layer, or is it one, whose password was not named?
    pub fn is_locked(&self, node: NodeId, passwords: &BTreeSet<String>) -> bool {
        self.ancestry(node).any(|above| {
            let layer = self.get(above).and_then(|above| above.layer());
            let password = layer.and_then(|layer| layer.password.as_ref());
            password.is_some_and(|password| !passwords.contains(password))
        })
    }

    /// The element itself, its parent, and so on.
    pub fn ancestry(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.get(node).map(|_| node), |&node| self.get(node)?.parent)
    }

    /// Is it that element, or somewhere inside?
    pub fn is_within(&self, node: NodeId, outer: NodeId) -> bool {
        self.ancestry(node).any(|above| above == outer)
    }

    /// The program above an element, or the element itself if it is one.
    pub fn program(&self, node: NodeId) -> Option<NodeId> {
        self.ancestry(node).find(|&above| {
            self.get(above)
                .is_some_and(|node| node.class == Class::Program)
        })
    }

    /// The plug-in that an element belongs to.
    pub fn instance(&self, node: NodeId) -> Option<NodeId> {
        let root = self.ancestry(node).last()?;
        if self.get(root)?.class == Class::Instance {
            return Some(root);
        }
        let holds = |node: &NodeId| match self.get(*node).map(|node| &node.details) {
            Some(Details::Instance { programs }) => {
                programs.values().any(|&program| program == root)
            }
            _ => false,
        };
        self.instances().find(holds)
    }

    pub(super) fn instances(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.instances.iter().copied()
    }

    /// 1 for the program, one more for each element below it (HALion semantics 9.2); 0 outside of programs.
    pub fn level(&self, node: NodeId) -> usize {
        match self.program(node) {
            Some(_) => self.ancestry(node).count(),
            None => 0,
        }
    }

    /// An element and everything in it: a parent before its children. Programs of an instance and rows of a zone are in it.
    pub fn subtree(&self, node: NodeId) -> Vec<NodeId> {
        let mut all = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            let Some(element) = self.get(node) else {
                continue;
            };
            all.push(node);
            open.extend(element.children.iter().rev());
            match &element.details {
                Details::Instance { programs } => open.extend(programs.values().rev()),
                Details::Zone(zone) => open.extend(zone.rows.values().rev()),
                _ => {}
            }
        }
        all
    }

    /// The slots that play a program.
    pub fn slots_of(&self, program: NodeId) -> Vec<NodeId> {
        let nodes = self.nodes.iter();
        nodes
            .filter(|(_, node)| matches!(node.details, Details::Slot { program: Some(played) } if played == program))
            .map(|(id, _)| *id)
            .collect()
    }

    /// Why an element cannot be put anywhere: it has a parent, or a program its row, already (HALion semantics 9.8).
    pub fn in_use(&self, node: NodeId) -> Option<String> {
        let element = self.get(node)?;
        let holder = element.parent.or_else(|| {
            let is_program = element.class == Class::Program;
            is_program.then(|| self.instance(node)).flatten()
        })?;
        Some(format!(
            "{} is in {} already; remove it there first",
            self.title(node),
            self.title(holder)
        ))
    }

    /// Slots that play a program play nothing from now on.
    pub fn empty_slots(&mut self, program: NodeId) {
        for slot in self.slots_of(program) {
            if let Some(node) = self.get_mut(slot) {
                node.details = Details::Slot { program: None };
            }
        }
    }

    /// Zones that a MIDI module plays: those of the layer it stands in and of the layers inside (HALion semantics 5.5).
    pub fn zones_after(&self, module: NodeId) -> Vec<NodeId> {
        let parent = self.get(module).and_then(|module| module.parent);
        let inside = parent.map(|parent| self.subtree(parent));
        let mut zones = inside.unwrap_or_default();
        zones.retain(|&node| self.get(node).is_some_and(|node| node.class == Class::Zone));
        zones
    }
}
