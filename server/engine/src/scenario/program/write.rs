//! Writes elements in the form that `read.rs` reads: presets, and trees to compare.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use super::{keys, references};
use crate::{
    scenario::schema::Need,
    tree::{
        Class, Definition, Details, Kind, Node, NodeId, ParameterSet, Source, Tree, Value,
        default_set,
    },
};

/// The text of an element with everything in it.
pub fn write(tree: &Tree, root: NodeId) -> String {
    let class = tree.get(root).map_or(Class::Layer, |node| node.class);
    write_as(tree, root, class)
}

/// The same with another class, because a layer can be saved as a program.
pub(crate) fn write_as(tree: &Tree, root: NodeId, class: Class) -> String {
    let mut writer = Writer {
        tree,
        root,
        sets: Vec::new(),
        text: String::new(),
    };
    for node in tree.subtree(root) {
        writer.note_set(node);
    }
    let sets = std::mem::take(&mut writer.sets);
    for (name, set) in &sets {
        writer.set(name, set);
    }
    writer.sets = sets;
    writer.element(root, &format!("[{}]", class.key()));
    writer.text
}

struct Writer<'a> {
    tree: &'a Tree,
    root: NodeId,
    /// Sets that are not the engine's own, with the names they have in the file.
    sets: Vec<(String, Arc<ParameterSet>)>,
    text: String,
}

impl Writer<'_> {
    /// Gives the set of an element a name in the file, unless it is the default one.
    fn note_set(&mut self, node: NodeId) {
        let Some(element) = self.tree.get(node) else {
            return;
        };
        let set = &element.parameters;
        if *set == default_set(element.class, element.module_type())
            || self.sets.iter().any(|(_, known)| known == set)
        {
            return;
        }
        let wanted = match set.name.as_str() {
            "" => element.class.name(),
            name => name,
        };
        let is_taken = |name: &str| self.sets.iter().any(|(known, _)| known == name);
        let name = (1..)
            .map(|number| match number {
                1 if !set.name.is_empty() => wanted.to_owned(),
                number => format!("{wanted} {number}"),
            })
            .find(|name| !is_taken(name))
            .unwrap_or_default();
        self.sets.push((name, set.clone()));
    }

    fn set(&mut self, name: &str, set: &ParameterSet) {
        let _ = writeln!(
            self.text,
            "[[parameter_set]]\nname = {}\nparameters = [",
            quoted(name)
        );
        for definition in set.iter() {
            let _ = writeln!(self.text, "  {{ {} }},", definition_text(definition));
        }
        self.text.push_str("]\n\n");
    }

    fn element(&mut self, id: NodeId, heading: &str) {
        let Some(node) = self.tree.get(id) else {
            return;
        };
        let _ = writeln!(self.text, "{heading}");
        self.key("name", &Value::Text(node.name.clone()));
        if let Some((name, _)) = self.sets.iter().find(|(_, set)| *set == node.parameters) {
            let name = name.clone();
            self.key("parameter_set", &Value::Text(name));
        }
        self.details(node);
        self.values(node);
        self.text.push('\n');
        let inner = heading.trim_start_matches('[').trim_end_matches(']');
        self.lists(node, inner);
        for &child in &node.children {
            if let Some(child_node) = self.tree.get(child) {
                let heading = format!("[[{inner}.{}]]", child_node.class.key());
                self.element(child, &heading);
            }
        }
        if let Details::Instance { programs } = &node.details {
            for &program in programs.values() {
                self.element(program, &format!("[[{inner}.program]]"));
            }
        }
    }

    /// One line `key = value`; what the reader assumes anyway is left out.
    fn key(&mut self, name: &str, value: &Value) {
        let _ = writeln!(self.text, "{name} = {}", self.value(value));
    }

    fn number(&mut self, class: Class, name: &str, number: f64) {
        let default = keys::of(class).find(|key| key.name == name);
        if !default.is_some_and(|key| matches!(key.need, Need::Or(default) if default == number)) {
            self.key(name, &Value::Number(number));
        }
    }

    fn flag(&mut self, name: &str, flag: bool, default: bool) {
        if flag != default {
            self.key(name, &Value::Boolean(flag));
        }
    }

    fn reference(&mut self, name: &str, node: Option<NodeId>) {
        if let Some(path) = node.and_then(|node| references::path(self.tree, self.root, node)) {
            self.key(name, &Value::Text(path));
        }
    }

    fn details(&mut self, node: &Node) {
        match &node.details {
            Details::Instance { .. } => {}
            Details::Slot { program } => {
                if let Some(Details::Instance { programs }) =
                    self.tree.get(self.root).map(|root| &root.details)
                    && let Some((row, _)) = programs.iter().find(|(_, id)| Some(**id) == *program)
                {
                    // Rows without a program are not written, so that the rows close up.
                    let row = programs.keys().take_while(|other| *other <= row).count();
                    self.key("program", &Value::Number(row as f64));
                }
            }
            Details::Layer(layer) => {
                if let Some(password) = &layer.password {
                    self.key("password", &Value::Text(password.clone()));
                }
            }
            Details::Zone(zone) => {
                let pair = |[low, high]: [f64; 2]| {
                    Value::array(vec![Value::Number(low), Value::Number(high)])
                };
                if zone.keys != [0.0, 127.0] {
                    self.key("keys", &pair(zone.keys));
                }
                if zone.velocities != [1.0, 127.0] {
                    self.key("velocities", &pair(zone.velocities));
                }
                self.reference("output_bus", zone.output);
                for (wavetable, name) in zone.wavetables.iter().zip(["wavetable1", "wavetable2"]) {
                    if let Some(Value::Table(table)) = wavetable {
                        let mut fields = table.fields.clone();
                        fields.insert("waves".to_owned(), Value::array(table.items.clone()));
                        self.key(name, &Value::fields(fields));
                    }
                }
                if let Some(algorithm) = zone.fmx_algorithm {
                    self.key("fmx_algorithm", &Value::Number(algorithm.into()));
                }
            }
            Details::MidiModule {
                module_type,
                is_script,
            } => {
                self.key("type", &Value::Text(module_type.clone()));
                self.flag("script", *is_script, false);
            }
            Details::Bus(bus) => {
                if let Some(number) = bus.aux_number {
                    self.key("aux", &Value::Number(number.into()));
                }
                self.number(Class::Bus, "channels", bus.n_channels.into());
                self.flag("active", bus.active, true);
                self.number(Class::Bus, "bypass_mask", bus.bypass_mask.into());
                self.reference("output_bus", bus.output);
            }
            Details::Effect {
                module_type,
                bypass_mask,
            } => {
                self.key("type", &Value::Text(module_type.clone()));
                self.number(Class::Effect, "bypass_mask", (*bypass_mask).into());
            }
            Details::Row { number, sources } => {
                self.key("row", &Value::Number((*number).into()));
                for (source, name) in sources.iter().zip(["source1", "source2"]) {
                    self.source(name, source);
                }
            }
        }
    }

    fn source(&mut self, name: &str, source: &Source) {
        let enumeration = halion_api::api().enumeration("ModulationSource");
        let constant = enumeration.and_then(|all| all.constant_of(source.source));
        if let Some(constant) = constant.filter(|constant| constant.value != 0) {
            self.key(name, &Value::Text(constant.name.clone()));
        }
        match &source.info1 {
            Some(Value::Element(node)) => self.reference(&format!("{name}_info1"), Some(*node)),
            Some(value) => self.key(&format!("{name}_info1"), value),
            None => {}
        }
        if let Some(info2) = source.info2 {
            self.key(&format!("{name}_info2"), &Value::Number(info2));
        }
    }

    /// Values that differ from the defaults, in the order of the definitions.
    fn values(&mut self, node: &Node) {
        let values: Vec<String> = (node.parameters.iter())
            .filter_map(|definition| {
                let value = node.values.get(&definition.id)?;
                let value = match value {
                    // In the long form, because the short one would be read as a definition.
                    Value::Table(table) if !table.fields.is_empty() => {
                        format!("{{ value = {} }}", self.value(value))
                    }
                    value => self.value(value),
                };
                Some(format!("{} = {value}", key(&definition.name)))
            })
            .collect();
        if !values.is_empty() {
            let _ = writeln!(self.text, "parameters = {{ {} }}", values.join(", "));
        }
    }

    /// Quick controls and modulation rows.
    fn lists(&mut self, node: &Node, inner: &str) {
        if let Some(layer) = node.layer() {
            for (qc, assignment) in (layer.quick_controls.iter())
                .flat_map(|(qc, list)| list.iter().map(move |assignment| (qc, assignment)))
            {
                let path = |node| references::path(self.tree, self.root, node);
                let Some(scope) = path(assignment.scope) else {
                    continue;
                };
                let _ = writeln!(self.text, "[[{inner}.quick_control]]");
                self.key("qc", &Value::Number((*qc).into()));
                self.reference("element", assignment.element);
                self.key("parameter", &Value::Number(assignment.parameter as f64));
                self.key("scope", &Value::Text(scope));
                self.key("min", &Value::Number(assignment.min));
                self.key("max", &Value::Number(assignment.max));
                self.key("curve", &Value::Number(assignment.curve));
                self.key("mode", &Value::Number(assignment.mode as f64));
                self.flag("bypass", assignment.bypass, false);
                self.text.push('\n');
            }
        }
        if let Some(zone) = node.zone() {
            for &row in zone.rows.values() {
                if self.tree.get(row).is_some_and(Node::is_touched) {
                    self.element(row, &format!("[[{inner}.modulation]]"));
                }
            }
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Number(number) => number_text(*number),
            Value::Boolean(boolean) => boolean.to_string(),
            Value::Text(text) => quoted(text),
            Value::Table(table) if table.fields.is_empty() => {
                let items: Vec<String> = table.items.iter().map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Table(table) => {
                let fields: Vec<String> = (table.fields.iter())
                    .map(|(name, value)| format!("{} = {}", key(name), self.value(value)))
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
            Value::Element(node) => {
                quoted(&references::path(self.tree, self.root, *node).unwrap_or_default())
            }
        }
    }
}

fn definition_text(definition: &Definition) -> String {
    let mut parts = vec![
        format!("name = {}", quoted(&definition.name)),
        format!("id = {}", definition.id),
        format!("type = {}", quoted(definition.kind.name())),
    ];
    let plain = |value: &Value| {
        let writer = Writer {
            tree: &Tree::default(),
            root: NodeId(0),
            sets: Vec::new(),
            text: String::new(),
        };
        writer.value(value)
    };
    parts.push(format!("default = {}", plain(&definition.default)));
    if matches!(
        definition.kind,
        Kind::Float | Kind::Integer | Kind::Choice(_)
    ) {
        parts.push(format!("min = {}", number_text(definition.min)));
        parts.push(format!("max = {}", number_text(definition.max)));
    }
    if let Kind::Choice(texts) = &definition.kind {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        parts.push(format!("strings = [{}]", texts.join(", ")));
    }
    let texts = BTreeMap::from([
        ("long_name", &definition.long_name),
        ("unit", &definition.unit),
    ]);
    for (name, text) in texts {
        if !text.is_empty() && *text != definition.name {
            parts.push(format!("{name} = {}", quoted(text)));
        }
    }
    for (name, flag, default) in [
        ("read_only", definition.read_only, false),
        ("write_always", definition.write_always, false),
        ("automatable", definition.automatable, true),
        ("persistent", definition.persistent, true),
    ] {
        if flag != default {
            parts.push(format!("{name} = {flag}"));
        }
    }
    parts.join(", ")
}

/// A number that is read back as the same number.
fn number_text(number: f64) -> String {
    if number.is_nan() {
        "nan".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "inf" } else { "-inf" }.to_owned()
    } else if number.abs() >= 1e15 || (number != 0.0 && number.abs() < 1e-5) {
        format!("{number:e}")
    } else {
        format!("{number}")
    }
}

fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
