//! Builds elements from tables.

use std::{collections::BTreeMap, sync::Arc};

use toml::de::{DeTable, DeValue};

use super::{
    MOST_ELEMENTS, keys, parameters,
    references::{Pending, Target},
};
use crate::{
    scenario::{
        ScenarioError,
        read::{self, Fields, Lines, list},
    },
    tree::{
        Assignment, Class, Described, Details, NodeId, ParameterSet, Source, Tree, Value,
        default_set, table,
    },
};

/// Deepest nesting of layers.
const DEEPEST: usize = 64;

/// A tree under construction.
pub(super) struct Reader<'a> {
    pub lines: Lines<'a>,
    pub tree: Tree,
    sets: BTreeMap<String, Arc<ParameterSet>>,
    pub pending: Vec<Pending>,
}

impl<'a> Reader<'a> {
    pub fn new(lines: Lines<'a>) -> Reader<'a> {
        Reader {
            lines,
            tree: Tree::default(),
            sets: BTreeMap::new(),
            pending: Vec::new(),
        }
    }

    /// Reads the parameter sets of the file.
    pub fn sets(&mut self, root: &DeTable<'_>) -> Result<(), ScenarioError> {
        let Some(value) = root.get("parameter_set") else {
            return Ok(());
        };
        let line = self.lines.at(value.span().start);
        let sets = list(
            value.get_ref(),
            "parameter_set",
            line,
            self.lines,
            |table, line| parameters::set(table, line, self.lines),
        )?;
        for (set, line) in sets {
            let name = set.name.clone();
            if self.sets.insert(name.clone(), Arc::new(set)).is_some() {
                let message = format!("there are two parameter sets named \"{name}\"");
                return Err(ScenarioError::at(line, message));
            }
        }
        Ok(())
    }

    pub fn into_sets(self) -> Vec<Arc<ParameterSet>> {
        self.sets.into_values().collect()
    }

    /// Reads the topmost element and everything in it.
    pub fn described(
        mut self,
        class: Class,
        table: &DeTable<'_>,
        line: u32,
    ) -> Result<Described, ScenarioError> {
        let root = self.element(class, table, line, None)?;
        for pending in std::mem::take(&mut self.pending) {
            pending.resolve(&mut self.tree, root)?;
        }
        let scripts: Vec<NodeId> = self.tree.subtree(root);
        let is_script = |node: &&NodeId| {
            let details = self.tree.get(**node).map(|node| &node.details);
            matches!(
                details,
                Some(Details::MidiModule {
                    is_script: true,
                    ..
                })
            )
        };
        if scripts.iter().filter(is_script).count() > 1 {
            let message = "more than one module says `script = true`".to_owned();
            return Err(ScenarioError::at(line, message));
        }
        Ok(Described {
            tree: self.tree,
            root,
        })
    }

    fn element(
        &mut self,
        class: Class,
        table: &DeTable<'_>,
        line: u32,
        parent: Option<NodeId>,
    ) -> Result<NodeId, ScenarioError> {
        let too_many = |what: String| Err(ScenarioError::at(line, what));
        if self.tree.len() >= MOST_ELEMENTS {
            return too_many(format!("more than {MOST_ELEMENTS} elements"));
        }
        if parent.is_some_and(|parent| self.tree.ancestry(parent).count() >= DEEPEST) {
            return too_many(format!("elements nest more than {DEEPEST} deep"));
        }
        let fields = read::table(table, keys::of(class), line, self.lines)?;
        let module_type = match fields.text("type") {
            text if text.is_empty() && fields.boolean("script") => {
                crate::proposed::SCRIPT_MODULE_TYPE.to_owned()
            }
            text => text,
        };
        let set = match fields.text("parameter_set") {
            name if name.is_empty() => default_set(class, &module_type),
            name => self.sets.get(&name).cloned().ok_or_else(|| {
                let known: Vec<&str> = self.sets.keys().map(String::as_str).collect();
                let message = format!(
                    "there is no [[parameter_set]] named \"{name}\"; there are: {}",
                    known.join(", ")
                );
                fields.error("parameter_set", message)
            })?,
        };
        let node = match parent {
            Some(parent) if class != Class::Program && class != Class::ModulationMatrixRow => {
                (self.tree).add_below(parent, class, &fields.text("name"), set)
            }
            _ => self.tree.add(class, &fields.text("name"), set),
        };
        self.details(node, class, module_type, &fields, table)?;
        if let Some(value) = table.get("parameters") {
            parameters::values(self, node, value)?;
        }
        self.contents(node, class, table)?;
        Ok(node)
    }

    /// What belongs to the class.
    fn details(
        &mut self,
        node: NodeId,
        class: Class,
        module_type: String,
        fields: &Fields,
        table: &DeTable<'_>,
    ) -> Result<(), ScenarioError> {
        let bypass_mask = fields.number("bypass_mask") as u32;
        if bypass_mask % 2 == 1 {
            let message = format!("`bypass_mask` is {bypass_mask}; it must be 0, 2, 4 or 6");
            return Err(fields.error("bypass_mask", message));
        }
        if let Some((line, path)) = fields.placed_text("output_bus") {
            self.later(line, path, Target::Output(node));
        }
        let ranges = match class {
            Class::Zone => Some((
                self.range(table, "keys", [0.0, 127.0])?,
                self.range(table, "velocities", [1.0, 127.0])?,
            )),
            _ => None,
        };
        let wavetables = [
            self.wavetable(table, "wavetable1")?,
            self.wavetable(table, "wavetable2")?,
        ];
        let Some(element) = self.tree.get_mut(node) else {
            return Ok(());
        };
        match &mut element.details {
            Details::Layer(layer) => {
                layer.password = Some(fields.text("password")).filter(|text| !text.is_empty());
            }
            Details::Zone(zone) => {
                if let Some((keys, velocities)) = ranges {
                    (zone.keys, zone.velocities) = (keys, velocities);
                }
                zone.wavetables = wavetables;
                zone.fmx_algorithm = fields.optional_number("fmx_algorithm").map(|n| n as u32);
            }
            Details::Bus(bus) => {
                bus.aux_number = fields.optional_number("aux").map(|number| number as u32);
                bus.n_channels = fields.number("channels") as u32;
                bus.active = !fields.has("active") || fields.boolean("active");
                bus.bypass_mask = bypass_mask;
            }
            Details::MidiModule {
                module_type: own,
                is_script,
            } => {
                *is_script = fields.boolean("script");
                *own = module_type;
            }
            Details::Effect {
                module_type: own,
                bypass_mask: mask,
            } => (*own, *mask) = (module_type, bypass_mask),
            Details::Slot { .. } | Details::Instance { .. } | Details::Row { .. } => {}
        }
        if let (Class::Slot, Some(row)) = (class, fields.optional_number("program")) {
            let line = fields.line_of("program");
            self.later(line, (row as u32).to_string(), Target::SlotProgram(node));
        }
        Ok(())
    }

    /// Elements inside, and the rows of lists that are no elements.
    fn contents(
        &mut self,
        node: NodeId,
        class: Class,
        table: &DeTable<'_>,
    ) -> Result<(), ScenarioError> {
        for &inner in class.contents() {
            for (table, line) in self.tables(table, inner.key())? {
                self.element(inner, table, line, Some(node))?;
            }
        }
        if class == Class::Instance {
            for (row, (table, line)) in (1..).zip(self.tables(table, "program")?) {
                let program = self.element(Class::Program, table, line, Some(node))?;
                if let Some(Details::Instance { programs }) =
                    self.tree.get_mut(node).map(|node| &mut node.details)
                {
                    programs.insert(row, program);
                }
            }
        }
        for (table, line) in self.tables(table, "quick_control")? {
            self.quick_control(node, table, line)?;
        }
        for (table, line) in self.tables(table, "modulation")? {
            self.modulation(node, table, line)?;
        }
        Ok(())
    }

    fn quick_control(
        &mut self,
        node: NodeId,
        table: &DeTable<'_>,
        line: u32,
    ) -> Result<(), ScenarioError> {
        let fields = read::table(table, keys::QUICK_CONTROL, line, self.lines)?;
        let parameter = table.get("parameter").map(|value| value.get_ref());
        let parameter = match parameter {
            Some(DeValue::String(name)) => Ok(name.to_string()),
            Some(value) => Err(read::number(value).unwrap_or(-1.0) as i64),
            None => Err(-1),
        };
        if !fields.has("element") && parameter.is_ok() {
            let message =
                "`element` is missing; it must be the path of the element that has the parameter";
            return Err(ScenarioError::at(line, message.to_owned()));
        }
        let assignment = Assignment {
            element: None,
            parameter: *parameter.as_ref().err().unwrap_or(&0),
            scope: node,
            min: fields.number("min"),
            max: fields.number("max"),
            curve: fields.number("curve"),
            mode: fields.number("mode") as i64,
            bypass: fields.boolean("bypass"),
        };
        let qc = fields.number("qc") as u32;
        let Some(layer) = self.tree.get_mut(node).and_then(|node| node.layer_mut()) else {
            return Ok(());
        };
        let assignments = layer.quick_controls.entry(qc).or_default();
        assignments.push(assignment);
        let at = assignments.len() - 1;
        if let Some((line, path)) = fields.placed_text("element") {
            self.later(
                line,
                path,
                Target::Assigned {
                    layer: node,
                    qc,
                    at,
                    parameter,
                },
            );
        }
        if let Some((line, path)) = fields.placed_text("scope") {
            self.later(
                line,
                path,
                Target::Scope {
                    layer: node,
                    qc,
                    at,
                },
            );
        }
        Ok(())
    }

    fn modulation(
        &mut self,
        zone: NodeId,
        table: &DeTable<'_>,
        line: u32,
    ) -> Result<(), ScenarioError> {
        let row = self.element(Class::ModulationMatrixRow, table, line, Some(zone))?;
        let fields = read::table(
            table,
            keys::of(Class::ModulationMatrixRow),
            line,
            self.lines,
        )?;
        let number = fields.number("row") as u32;
        let mut sources = [Source::default(), Source::default()];
        for (at, (source, prefix)) in sources.iter_mut().zip(["source1", "source2"]).enumerate() {
            if let Some((line, name)) = fields.placed_text(prefix) {
                let constant = halion_api::api().constant("ModulationSource", &name);
                source.source = constant.map(|constant| constant.value).ok_or_else(|| {
                    let message = format!("`{prefix}` is \"{name}\"; it must be a name of ModulationSource, such as lfo1");
                    ScenarioError::at(line, message)
                })?;
            }
            source.info2 = fields.optional_number(&format!("{prefix}_info2"));
            if let Some(value) = table.get(format!("{prefix}_info1").as_str()) {
                let line = self.lines.at(value.span().start);
                match value.get_ref() {
                    DeValue::String(path) => {
                        self.later(line, path.to_string(), Target::Source { row, at });
                    }
                    other => source.info1 = read::number(other).map(Value::Number),
                }
            }
        }
        if let Some(node) = self.tree.get_mut(row) {
            node.parent = Some(zone);
            node.details = Details::Row { number, sources };
        }
        let rows = self.tree.get_mut(zone).and_then(|node| node.zone_mut());
        if rows.is_some_and(|zone| zone.rows.insert(number, row).is_some()) {
            let message = format!("row {number} of the modulation matrix is there twice");
            return Err(ScenarioError::at(line, message));
        }
        Ok(())
    }

    /// The tables of `[[name]]` with their lines.
    fn tables<'t, 'i>(
        &self,
        table: &'t DeTable<'i>,
        name: &str,
    ) -> Result<Vec<(&'t DeTable<'i>, u32)>, ScenarioError> {
        let Some(value) = table.get(name) else {
            return Ok(Vec::new());
        };
        let wrong = |line| {
            let message = format!("`{name}` must be written as [[...{name}]], once for each one");
            ScenarioError::at(line, message)
        };
        let DeValue::Array(tables) = value.get_ref() else {
            return Err(wrong(self.lines.at(value.span().start)));
        };
        let table = |value: &'t toml::Spanned<DeValue<'i>>| {
            let line = self.lines.at(value.span().start);
            match value.get_ref() {
                DeValue::Table(table) => Ok((table, line)),
                _ => Err(wrong(line)),
            }
        };
        tables.iter().map(table).collect()
    }

    fn range(
        &self,
        table: &DeTable<'_>,
        name: &str,
        default: [f64; 2],
    ) -> Result<[f64; 2], ScenarioError> {
        let Some(value) = table.get(name) else {
            return Ok(default);
        };
        let numbers: Vec<f64> = match value.get_ref() {
            DeValue::Array(values) => {
                let numbers = values
                    .iter()
                    .filter_map(|value| read::number(value.get_ref()));
                numbers.collect()
            }
            _ => Vec::new(),
        };
        let fits = |number: f64| (0.0..=127.0).contains(&number) && number.fract() == 0.0;
        match numbers[..] {
            [low, high] if fits(low) && fits(high) && low <= high => Ok([low, high]),
            _ => {
                let message = format!(
                    "`{name}` must be two whole numbers from 0 to 127, the lower one first, such as [36, 60]"
                );
                Err(ScenarioError::at(
                    self.lines.at(value.span().start),
                    message,
                ))
            }
        }
    }

    fn wavetable(&self, table: &DeTable<'_>, name: &str) -> Result<Option<Value>, ScenarioError> {
        let Some(value) = table.get(name) else {
            return Ok(None);
        };
        let line = self.lines.at(value.span().start);
        let mut wavetable = match parameters::value(value, self.lines)? {
            Value::Table(table) if table.items.is_empty() => table,
            _ => return Err(ScenarioError::at(line, format!("`{name}` must be a table"))),
        };
        if let Some(waves) = wavetable.fields.remove("waves") {
            match waves {
                Value::Table(waves) if waves.fields.is_empty() => wavetable.items = waves.items,
                _ => {
                    let message = format!("`waves` of `{name}` must be an array of tables");
                    return Err(ScenarioError::at(line, message));
                }
            }
        }
        table::check_wavetable(&wavetable)
            .map_err(|why| ScenarioError::at(line, format!("`{name}`{why}")))?;
        Ok(Some(Value::Table(wavetable)))
    }

    /// Resolves a path when every element is there.
    pub fn later(&mut self, line: u32, path: String, target: Target) {
        self.pending.push(Pending { line, path, target });
    }
}
