//! References between elements of a file, by path: names from the topmost element down, such as `Strings/C3`, or `layer:1/zone:2`
//! for the first layer's second zone.

use crate::{
    scenario::ScenarioError,
    tree::{Class, Details, NodeId, Tree, Value},
};

/// A reference that waits until every element is there.
pub(super) struct Pending {
    pub line: u32,
    pub path: String,
    pub target: Target,
}

/// Where a reference goes.
pub(super) enum Target {
    /// The output bus of a zone or a bus.
    Output(NodeId),
    /// The program of a slot; the path is a row of the Program Table.
    SlotProgram(NodeId),
    /// The element of an assignment, with its parameter by name or id.
    Assigned {
        layer: NodeId,
        qc: u32,
        at: usize,
        parameter: Result<String, i64>,
    },
    /// The scope of an assignment.
    Scope { layer: NodeId, qc: u32, at: usize },
    /// The first information of a modulation source.
    Source { row: NodeId, at: usize },
    /// A field of a row of a table-valued parameter.
    Cell {
        node: NodeId,
        parameter: i64,
        at: usize,
        field: String,
    },
}

impl Pending {
    /// Finds the element and puts its id in place.
    pub fn resolve(self, tree: &mut Tree, root: NodeId) -> Result<(), ScenarioError> {
        let line = self.line;
        self.place(tree, root)
            .map_err(|message| ScenarioError::at(line, message))
    }

    fn place(self, tree: &mut Tree, root: NodeId) -> Result<(), String> {
        if let Target::SlotProgram(slot) = self.target {
            let row = self.path.parse().unwrap_or_default();
            let program = match tree.get(root).map(|root| &root.details) {
                Some(Details::Instance { programs }) => programs.get(&row).copied(),
                _ => None,
            };
            let program =
                program.ok_or_else(|| format!("there is no program in row {row} of the table"))?;
            if let Some(node) = tree.get_mut(slot) {
                node.details = Details::Slot {
                    program: Some(program),
                };
            }
            return Ok(());
        }
        let found = follow(tree, root, &self.path)?;
        let needed = match &self.target {
            Target::Output(_) => "Bus",
            Target::Cell { .. } => "Layer",
            _ => "Element",
        };
        if let Some(node) = tree.get(found)
            && !node.class.is(needed)
        {
            let message = format!(
                "\"{}\" is a {}, not a {needed}",
                self.path,
                node.class.name()
            );
            return Err(message);
        }
        match self.target {
            Target::Output(node) => match tree.get_mut(node).map(|node| &mut node.details) {
                Some(Details::Zone(zone)) => zone.output = Some(found),
                Some(Details::Bus(bus)) => bus.output = Some(found),
                _ => {}
            },
            Target::Assigned {
                layer,
                qc,
                at,
                parameter,
            } => {
                let id = tree.get(found).and_then(|element| {
                    let set = &element.parameters;
                    match &parameter {
                        Ok(name) => set.named(name).map(|definition| definition.id),
                        Err(id) => set.with_id(*id).map(|definition| definition.id),
                    }
                });
                let id = id.ok_or_else(|| {
                    let name = match parameter {
                        Ok(name) => format!("\"{name}\""),
                        Err(id) => id.to_string(),
                    };
                    format!("{} has no parameter {name}", tree.title(found))
                })?;
                let layer = tree.get_mut(layer).and_then(|node| node.layer_mut());
                let list = layer.and_then(|layer| layer.quick_controls.get_mut(&qc));
                if let Some(assignment) = list.and_then(|list| list.get_mut(at)) {
                    (assignment.element, assignment.parameter) = (Some(found), id);
                }
            }
            Target::Scope { layer, qc, at } => {
                let layer = tree.get_mut(layer).and_then(|node| node.layer_mut());
                let list = layer.and_then(|layer| layer.quick_controls.get_mut(&qc));
                if let Some(assignment) = list.and_then(|list| list.get_mut(at)) {
                    assignment.scope = found;
                }
            }
            Target::Source { row, at } => {
                if let Some(Details::Row { sources, .. }) =
                    tree.get_mut(row).map(|node| &mut node.details)
                {
                    sources[at].info1 = Some(Value::Element(found));
                }
            }
            Target::Cell {
                node,
                parameter,
                at,
                field,
            } => {
                let value = tree
                    .get_mut(node)
                    .and_then(|node| node.values.get_mut(&parameter));
                if let Some(Value::Table(table)) = value
                    && let Some(Value::Table(row)) = table.items.get_mut(at)
                {
                    row.fields.insert(field, Value::Element(found));
                }
            }
            Target::SlotProgram(_) => {}
        }
        Ok(())
    }
}

/// The element at a path below an element; an empty path is the element itself.
fn follow(tree: &Tree, root: NodeId, path: &str) -> Result<NodeId, String> {
    let mut node = root;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let children = || {
            tree.get(node)
                .map(|node| node.children.clone())
                .unwrap_or_default()
        };
        let by_place = part.split_once(':').and_then(|(kind, number)| {
            let class = Class::ALL.into_iter().find(|class| class.key() == kind)?;
            let number: usize = number.parse().ok()?;
            Some((class, number))
        });
        let named = |child: &NodeId| tree.get(*child).is_some_and(|child| child.name == part);
        let next = match by_place {
            Some((Class::Program, number)) => match tree.get(node).map(|node| &node.details) {
                Some(Details::Instance { programs }) => programs.get(&(number as u32)).copied(),
                _ => None,
            },
            Some((class, number)) if number > 0 => {
                tree.children_of_class(node, class.name()).nth(number - 1)
            }
            _ => children().into_iter().find(named),
        };
        node = next.ok_or_else(|| {
            let names: Vec<String> = (children().iter())
                .filter_map(|child| Some(format!("{:?}", tree.get(*child)?.name)))
                .collect();
            let there = if names.is_empty() {
                "it is empty".to_owned()
            } else {
                format!("there are: {}", names.join(", "))
            };
            format!(
                "\"{path}\": there is no \"{part}\" in {}; {there}",
                tree.title(node)
            )
        })?;
    }
    Ok(node)
}

/// The path of an element below a topmost one; `None` if it lies elsewhere.
pub(super) fn path(tree: &Tree, root: NodeId, node: NodeId) -> Option<String> {
    let mut parts = Vec::new();
    let mut here = node;
    while here != root {
        let element = tree.get(here)?;
        let (above, number) = match element.parent {
            Some(parent) => {
                let mut siblings = tree.children_of_class(parent, element.class.name());
                (parent, siblings.position(|sibling| sibling == here)? + 1)
            }
            None => {
                let Details::Instance { programs } = &tree.get(root)?.details else {
                    return None;
                };
                let (row, _) = programs.iter().find(|(_, program)| **program == here)?;
                (root, *row as usize)
            }
        };
        parts.push(format!("{}:{number}", element.class.key()));
        here = above;
    }
    parts.reverse();
    Some(parts.join("/"))
}
