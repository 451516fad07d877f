//! Copies of elements with everything in them: for `clone`, and for what is read from a file.

use std::collections::BTreeMap;

use crate::tree::{Details, NodeId, Tree};

impl Tree {
    /// Copies an element of another tree, or of a copy of this one, as a detached element. References to elements inside go
    /// to their copies, others stay. A copy of the script module is an ordinary module: it does not run.
    pub fn graft(&mut self, from: &Tree, root: NodeId) -> Option<NodeId> {
        let old = from.subtree(root);
        let new: BTreeMap<NodeId, NodeId> = (old.iter())
            .zip(self.next..)
            .map(|(&old, next)| (old, NodeId(next)))
            .collect();
        self.next += old.len() as u32;
        let find = |node: NodeId| new.get(&node).copied();
        for id in &old {
            let (Some(node), Some(copy)) = (from.get(*id), find(*id)) else {
                continue;
            };
            let mut node = node.clone();
            node.parent = node.parent.and_then(find);
            node.children = node.children.into_iter().filter_map(find).collect();
            node.values
                .values_mut()
                .for_each(|value| value.map_elements(&find));
            node.details.each_reference(&mut |reference| {
                *reference = find(*reference).unwrap_or(*reference)
            });
            if let Details::MidiModule { is_script, .. } = &mut node.details {
                *is_script = false;
            }
            self.put(copy, node);
        }
        find(root)
    }

    /// Copies an element of this tree (HALion semantics 9.7); it stands outside of it.
    pub fn duplicate(&mut self, root: NodeId) -> Option<NodeId> {
        let subtree = self.subtree(root);
        let mut original = Tree::default();
        for node in subtree {
            original.nodes.insert(node, self.get(node)?.clone());
        }
        self.graft(&original, root)
    }
}
