//! Values of element parameters outside Lua.

use std::{collections::BTreeMap, fmt};

use crate::{event::short, tree::NodeId};

/// A value of an element parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A switch.
    Boolean(bool),
    /// A text.
    Text(String),
    /// A table.
    Table(TableValue),
    /// An element, such as the layer of an alternation.
    Element(NodeId),
}

/// A table as Lua has it: an array from 1, and named fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableValue {
    /// The values at 1, 2, 3, ...
    pub items: Vec<Value>,
    /// The values at names.
    pub fields: BTreeMap<String, Value>,
}

impl Value {
    /// An array.
    pub fn array(items: Vec<Value>) -> Value {
        Value::Table(TableValue {
            items,
            ..TableValue::default()
        })
    }

    /// A table with named fields.
    pub fn fields(fields: impl IntoIterator<Item = (String, Value)>) -> Value {
        Value::Table(TableValue {
            fields: fields.into_iter().collect(),
            ..TableValue::default()
        })
    }

    /// The word for its type in messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Number(_) => "number",
            Value::Boolean(_) => "boolean",
            Value::Text(_) => "string",
            Value::Table(_) => "table",
            Value::Element(_) => "element",
        }
    }

    /// Gives every element in it another id; `None` from `find` keeps the old one.
    pub(super) fn map_elements(&mut self, find: &dyn Fn(NodeId) -> Option<NodeId>) {
        match self {
            Value::Element(node) => *node = find(*node).unwrap_or(*node),
            Value::Table(table) => {
                let inner = table.items.iter_mut().chain(table.fields.values_mut());
                inner.for_each(|value| value.map_elements(find));
            }
            Value::Number(_) | Value::Boolean(_) | Value::Text(_) => {}
        }
    }
}

impl fmt::Display for Value {
    /// One line for traces; a table tells only its size.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => f.write_str(&short(*number)),
            Value::Boolean(boolean) => write!(f, "{boolean}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Table(table) => write!(f, "a table of {}", table.items.len()),
            Value::Element(_) => f.write_str("an element"),
        }
    }
}
