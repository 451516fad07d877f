//! The program tree in a file: `[program]` of a scenario, a preset, or a dump that HALion itself has written.
//!
//! Where things go: the keys of each class of elements are rows in `keys.rs`; `read.rs` builds elements, `parameters.rs` reads
//! definitions and values, `references.rs` resolves paths once every element is there, `write.rs` writes the same form.

mod keys;
mod parameters;
mod read;
mod references;
mod write;

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use self::read::Reader;
use super::{
    ScenarioError,
    read::{self as reading, Lines},
};
use crate::tree::{Class, Described, ParameterSet, Tree};

pub use self::keys::program_reference;
pub use self::write::write;
pub(crate) use self::write::write_as;

/// Most elements in one file, and in the whole plug-in.
pub use crate::proposed::MOST_ELEMENTS;

/// Reads a preset file: a layer, a program or an instance, as `[layer]`, `[program]` or `[instance]`.
pub fn parse_described(text: &str) -> Result<Described, ScenarioError> {
    reading::text(text, |root, lines| {
        let mut reader = Reader::new(lines);
        reader.sets(root)?;
        let mut found = None;
        for (key, value) in root.iter() {
            let name: &str = key.get_ref();
            let line = lines.at(key.span().start);
            let class = match name {
                "layer" => Class::Layer,
                "program" => Class::Program,
                "instance" => Class::Instance,
                "parameter_set" => continue,
                _ => {
                    let message = format!(
                        "unknown key `{name}`; a preset has one of [layer], [program], [instance], and [[parameter_set]]"
                    );
                    return Err(ScenarioError::at(line, message));
                }
            };
            let DeValue::Table(table) = value.get_ref() else {
                let message = format!(
                    "`{name}` of a file must be written as [{name}], not refer to a further file"
                );
                return Err(ScenarioError::at(line, message));
            };
            if found.replace((class, table, line)).is_some() {
                let message = "a preset has only one of [layer], [program], [instance]".to_owned();
                return Err(ScenarioError::at(line, message));
            }
        }
        let Some((class, table, line)) = found else {
            let message = "there is no [layer], [program] or [instance]".to_owned();
            return Err(ScenarioError::at(1, message));
        };
        reader.described(class, table, line)
    })
}

/// Reads the parameter sets of a file that holds nothing else.
pub(crate) fn parse_parameter_sets(text: &str) -> Result<Vec<Arc<ParameterSet>>, ScenarioError> {
    reading::text(text, |root, lines| {
        let mut reader = Reader::new(lines);
        reader.sets(root)?;
        Ok(reader.into_sets())
    })
}

/// The `program` and `parameter_set` keys of a scenario: a tree, the name of a file, or nothing.
pub(super) fn of_scenario(root: &DeTable<'_>, lines: Lines<'_>) -> Result<Program, ScenarioError> {
    let Some(value) = root.get("program") else {
        return Ok(Program::Default);
    };
    let line = lines.at(value.span().start);
    match value.get_ref() {
        DeValue::String(path) if !path.trim().is_empty() => Ok(Program::File {
            path: path.to_string(),
            line,
        }),
        DeValue::Table(table) => {
            let mut reader = Reader::new(lines);
            reader.sets(root)?;
            let described = reader.described(Class::Program, table, line)?;
            Ok(Program::Described(described))
        }
        _ => Err(ScenarioError::at(
            line,
            "`program` must be written as [program], or be the name of a file in quotes".to_owned(),
        )),
    }
}

/// The program tree that a scenario asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Program {
    /// Program, layer, script module and one zone.
    #[default]
    Default,
    /// A tree.
    Described(Described),
    /// A file beside the scenario that describes the tree; whoever runs the scenario reads it.
    File {
        /// As the scenario writes it.
        path: String,
        /// Line of the scenario, from 1.
        line: u32,
    },
}

impl Program {
    /// The whole plug-in with this program in it.
    pub(crate) fn tree(&self) -> Tree {
        let Program::Described(described) = self else {
            return Tree::default_plug_in();
        };
        let mut tree = described.tree.clone();
        let programs = tree.subtree(described.root).into_iter();
        let mut programs = programs.filter(|&node| {
            let class = tree.get(node).map(|node| node.class);
            class == Some(Class::Program)
        });
        let of_script = tree.script_module().and_then(|module| tree.program(module));
        if let Some(program) = of_script.or_else(|| programs.next()) {
            tree.complete(program);
        }
        tree
    }

    /// The file that describes the tree, if it is still to be read, relative to the scenario's folder.
    pub fn file(&self) -> Option<&str> {
        match self {
            Program::File { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Replaces the name of a file by what the file says.
    pub fn resolve(&mut self, text: &str) -> Result<(), ScenarioError> {
        let described = parse_described(text)?;
        let root = described.tree.get(described.root).map(|root| root.class);
        if root == Some(Class::Layer) {
            let message = "this file describes a layer; the program of a scenario needs [program] or [instance]";
            return Err(ScenarioError::at(1, message.to_owned()));
        }
        *self = Program::Described(described);
        Ok(())
    }
}
