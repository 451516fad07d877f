//! A described tree: what a scenario or a preset file says, before it becomes part of the plug-in.

use std::sync::{Arc, OnceLock};

use crate::{
    scenario,
    tree::{Class, Details, NodeId, ParameterSet, Tree},
};

/// A tree with its topmost element.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Its elements.
    pub tree: Tree,
    /// A layer, a program or an instance.
    pub root: NodeId,
}

/// The default parameters of the elements of a class: a small choice of what HALion has; ids as far as the manual shows them.
pub fn default_set(class: Class, module_type: &str) -> Arc<ParameterSet> {
    static SETS: OnceLock<Vec<Arc<ParameterSet>>> = OnceLock::new();
    let sets = SETS.get_or_init(|| {
        let text = include_str!("../../data/parameters.toml");
        scenario::parse_parameter_sets(text).expect("the data of the engine is well-formed")
    });
    let named = |name: &str| sets.iter().find(|set| set.name == name).cloned();
    named(module_type)
        .filter(|_| !module_type.is_empty())
        .or_else(|| named(class.name()))
        .unwrap_or_default()
}

impl Tree {
    /// A new element with the default parameters of its class.
    pub fn add_default(&mut self, class: Class, name: &str) -> NodeId {
        self.add(class, name, default_set(class, ""))
    }

    /// A new element as its constructor makes it: detached and nameless, of a type if it is a module or an effect.
    pub fn add_typed(&mut self, class: Class, module_type: &str) -> NodeId {
        let node = self.add(class, "", default_set(class, module_type));
        if let Some(
            Details::MidiModule {
                module_type: own, ..
            }
            | Details::Effect {
                module_type: own, ..
            },
        ) = self.get_mut(node).map(|node| &mut node.details)
        {
            *own = module_type.to_owned();
        }
        node
    }

    /// The default plug-in: program > layer > script module and one zone; it plays in slot 1.
    pub fn default_plug_in() -> Tree {
        let mut tree = Tree::default();
        let program = tree.add_default(Class::Program, "Program");
        let below = |tree: &mut Tree, parent, class, name: &str| {
            tree.add_below(parent, class, name, default_set(class, ""))
        };
        let layer = below(&mut tree, program, Class::Layer, "Layer");
        below(&mut tree, layer, Class::Zone, "Zone");
        tree.complete(program);
        tree
    }

    /// The script module, wherever it is now.
    pub fn script_module(&self) -> Option<NodeId> {
        self.script.or_else(|| self.find_script())
    }

    fn find_script(&self) -> Option<NodeId> {
        self.nodes
            .iter()
            .find(|(_, node)| {
                matches!(
                    node.details,
                    Details::MidiModule {
                        is_script: true,
                        ..
                    }
                )
            })
            .map(|(id, _)| *id)
    }

    /// Adds what a description may leave out: the script module, at the top of the first layer or of the program; the plug-in
    /// with a master bus; the slot that plays the program.
    pub fn complete(&mut self, program: NodeId) -> NodeId {
        if self.script_module().is_none() {
            let layer = self.children_of_class(program, Class::Layer.name()).next();
            let module = self.add(
                Class::MidiModule,
                "Script",
                default_set(Class::MidiModule, crate::proposed::SCRIPT_MODULE_TYPE),
            );
            if let Some(node) = self.get_mut(module) {
                node.details = Details::MidiModule {
                    module_type: crate::proposed::SCRIPT_MODULE_TYPE.to_owned(),
                    is_script: true,
                };
            }
            self.link(layer.unwrap_or(program), module, Some(1));
        }
        let existing = self.instances().next();
        let instance = existing.unwrap_or_else(|| self.add_default(Class::Instance, "HALion"));
        if self
            .children_of_class(instance, Class::Bus.name())
            .next()
            .is_none()
        {
            self.add_below(instance, Class::Bus, "Master", default_set(Class::Bus, ""));
        }
        if let Some(Details::Instance { programs }) =
            self.get_mut(instance).map(|node| &mut node.details)
        {
            programs.insert(1, program);
        }
        self.script = self.find_script();
        if self.slots_of(program).is_empty() {
            self.seat(program, 0);
        }
        instance
    }

    /// Puts a program of the table into a slot of its plug-in, counted from 0; slots up to there are made.
    pub fn seat(&mut self, program: NodeId, index: u32) {
        let Some(instance) = self.instance(program) else {
            return;
        };
        let name = self.get(program).map(|node| node.name.clone());
        let mut n_slots = self.children_of_class(instance, "Slot").count();
        while n_slots <= index as usize {
            self.add_below(instance, Class::Slot, "", default_set(Class::Slot, ""));
            n_slots += 1;
        }
        if let Some(slot) = self.slot(instance, index)
            && let Some(node) = self.get_mut(slot)
        {
            node.name = name.unwrap_or_default();
            node.details = Details::Slot {
                program: Some(program),
            };
        }
    }

    /// Empties a slot if the program plays there.
    pub fn unseat(&mut self, program: NodeId, index: u32) {
        let slot = (self.instance(program)).and_then(|instance| self.slot(instance, index));
        if let Some(node) = slot.and_then(|slot| self.get_mut(slot))
            && node.details
                == (Details::Slot {
                    program: Some(program),
                })
        {
            node.details = Details::Slot { program: None };
        }
    }

    /// A slot of a plug-in, counted from 0.
    pub fn slot(&self, instance: NodeId, index: u32) -> Option<NodeId> {
        self.children_of_class(instance, "Slot").nth(index as usize)
    }
}
