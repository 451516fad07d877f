//! One element: what all have in common, and what belongs to its class alone.

use std::{collections::BTreeMap, sync::Arc};

use crate::tree::{Class, Definition, NodeId, ParameterSet, Value};

/// One element.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its class.
    pub class: Class,
    /// Its name; new elements have none (HALion semantics 9.10).
    pub name: String,
    /// What contains it; `None` for programs, the plug-in, and detached elements.
    pub parent: Option<NodeId>,
    /// What it contains.
    pub children: Vec<NodeId>,
    /// Which parameters it has.
    pub parameters: Arc<ParameterSet>,
    /// Values that differ from the default, by id.
    pub values: BTreeMap<i64, Value>,
    /// What belongs to its class.
    pub details: Details,
}

/// What belongs to one class of elements.
#[derive(Debug, Clone, PartialEq)]
pub enum Details {
    /// The plug-in.
    Instance {
        /// The Program Table by row, from 1.
        programs: BTreeMap<u32, NodeId>,
    },
    /// A slot of the Slot Rack.
    Slot {
        /// The program that plays here.
        program: Option<NodeId>,
    },
    /// A layer or a program.
    Layer(LayerDetails),
    /// A zone.
    Zone(Box<ZoneDetails>),
    /// A MIDI module.
    MidiModule {
        /// Its type, as in the list of modules.
        module_type: String,
        /// Is it the script module that runs?
        is_script: bool,
    },
    /// A bus.
    Bus(BusDetails),
    /// An effect.
    Effect {
        /// Its type, as in the list of effects.
        module_type: String,
        /// Which global bypass buttons switch it off.
        bypass_mask: u32,
    },
    /// A row of a modulation matrix.
    Row {
        /// From 1 to 32.
        number: u32,
        /// Source 1 and source 2.
        sources: [Source; 2],
    },
}

/// What belongs to a layer or a program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerDetails {
    /// Unlocks it for a script; `None` if it is not protected (HALion semantics 9.14).
    pub password: Option<String>,
    /// Assignments of each quick control, from 1 to 11.
    pub quick_controls: BTreeMap<u32, Vec<Assignment>>,
}

/// What a quick control moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The element whose parameter was named; a dump of HALion does not tell.
    pub element: Option<NodeId>,
    /// The parameter.
    pub parameter: i64,
    /// The part of the program it reaches.
    pub scope: NodeId,
    /// Percent.
    pub min: f64,
    /// Percent.
    pub max: f64,
    /// -100 to 100 percent.
    pub curve: f64,
    /// A constant of `QCAssignmentMode`.
    pub mode: i64,
    /// Is it switched off?
    pub bypass: bool,
}

/// What belongs to a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneDetails {
    /// Lowest and highest key.
    pub keys: [f64; 2],
    /// Lowest and highest velocity.
    pub velocities: [f64; 2],
    /// Where it sends its sound; `None` for the default routing.
    pub output: Option<NodeId>,
    /// Rows of the modulation matrix that were looked at or set, by number.
    pub rows: BTreeMap<u32, NodeId>,
    /// Wavetables of the two oscillators.
    pub wavetables: [Option<Value>; 2],
    /// Number of the FM-X algorithm, once it is set.
    pub fmx_algorithm: Option<u32>,
}

/// What belongs to a bus.
#[derive(Debug, Clone, PartialEq)]
pub struct BusDetails {
    /// Number of an aux bus; `None` for other busses.
    pub aux_number: Option<u32>,
    /// Output channels.
    pub n_channels: u32,
    /// Is it in use?
    pub active: bool,
    /// Which global bypass buttons switch it off.
    pub bypass_mask: u32,
    /// Where it sends its sound; `None` for the default routing.
    pub output: Option<NodeId>,
}

/// A source of modulation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Source {
    /// A constant of `ModulationSource`; 0 is unassigned.
    pub source: i64,
    /// A controller number, a layer or a module, as the source needs it.
    pub info1: Option<Value>,
    /// The number of a quick control or of an output.
    pub info2: Option<f64>,
}

impl Details {
    /// Those of a new element.
    fn of(class: Class) -> Details {
        match class {
            Class::Instance => Details::Instance {
                programs: BTreeMap::new(),
            },
            Class::Slot => Details::Slot { program: None },
            Class::Program | Class::Layer => Details::Layer(LayerDetails::default()),
            Class::Zone => Details::Zone(Box::new(ZoneDetails {
                keys: [0.0, 127.0],
                velocities: [1.0, 127.0],
                output: None,
                rows: BTreeMap::new(),
                wavetables: [None, None],
                fmx_algorithm: None,
            })),
            Class::MidiModule => Details::MidiModule {
                module_type: String::new(),
                is_script: false,
            },
            Class::Bus => Details::Bus(BusDetails {
                aux_number: None,
                n_channels: 2,
                active: true,
                bypass_mask: 0,
                output: None,
            }),
            Class::Effect => Details::Effect {
                module_type: String::new(),
                bypass_mask: 0,
            },
            Class::ModulationMatrixRow => Details::Row {
                number: 1,
                sources: [Source::default(), Source::default()],
            },
        }
    }

    /// Every reference to another element, to be changed.
    pub(super) fn each_reference(&mut self, visit: &mut dyn FnMut(&mut NodeId)) {
        match self {
            Details::Instance { programs } => programs.values_mut().for_each(visit),
            Details::Slot { program } => program.iter_mut().for_each(visit),
            Details::Layer(layer) => {
                for assignment in layer.quick_controls.values_mut().flatten() {
                    assignment.element.iter_mut().for_each(&mut *visit);
                    visit(&mut assignment.scope);
                }
            }
            Details::Zone(zone) => zone
                .output
                .iter_mut()
                .chain(zone.rows.values_mut())
                .for_each(visit),
            Details::Bus(bus) => bus.output.iter_mut().for_each(visit),
            Details::Row { sources, .. } => {
                for source in sources {
                    if let Some(Value::Element(node)) = &mut source.info1 {
                        visit(node);
                    }
                }
            }
            Details::MidiModule { .. } | Details::Effect { .. } => {}
        }
    }
}

impl Node {
    pub(super) fn new(class: Class, name: &str, parameters: Arc<ParameterSet>) -> Node {
        Node {
            class,
            name: name.to_owned(),
            parent: None,
            children: Vec::new(),
            parameters,
            values: BTreeMap::new(),
            details: Details::of(class),
        }
    }

    /// The type of a module or an effect; empty for other elements.
    pub fn module_type(&self) -> &str {
        match &self.details {
            Details::MidiModule { module_type, .. } | Details::Effect { module_type, .. } => {
                module_type
            }
            _ => "",
        }
    }

    /// Has anything of a row of a modulation matrix been set?
    pub fn is_touched(&self) -> bool {
        let sources = match &self.details {
            Details::Row { sources, .. } => sources.iter().any(|source| source.source != 0),
            _ => true,
        };
        sources || !self.values.is_empty() || !self.name.is_empty()
    }

    /// What belongs to a layer or a program.
    pub fn layer(&self) -> Option<&LayerDetails> {
        match &self.details {
            Details::Layer(layer) => Some(layer),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn layer_mut(&mut self) -> Option<&mut LayerDetails> {
        match &mut self.details {
            Details::Layer(layer) => Some(layer),
            _ => None,
        }
    }

    /// What belongs to a zone.
    pub fn zone(&self) -> Option<&ZoneDetails> {
        match &self.details {
            Details::Zone(zone) => Some(zone),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn zone_mut(&mut self) -> Option<&mut ZoneDetails> {
        match &mut self.details {
            Details::Zone(zone) => Some(zone),
            _ => None,
        }
    }

    /// What belongs to a bus.
    pub fn bus(&self) -> Option<&BusDetails> {
        match &self.details {
            Details::Bus(bus) => Some(bus),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn bus_mut(&mut self) -> Option<&mut BusDetails> {
        match &mut self.details {
            Details::Bus(bus) => Some(bus),
            _ => None,
        }
    }

    /// The range, and which end of it, that a parameter of a zone stands for: `keyLow` is `LowKey` (HALion semantics 9.17).
    fn range(&mut self, name: &str) -> Option<(&mut [f64; 2], usize)> {
        let zone = self.zone_mut()?;
        Some(match name {
            "LowKey" => (&mut zone.keys, 0),
            "HighKey" => (&mut zone.keys, 1),
            "LowVel" => (&mut zone.velocities, 0),
            "HighVel" => (&mut zone.velocities, 1),
            _ => return None,
        })
    }

    /// The value of a parameter.
    pub fn value(&self, definition: &Definition) -> Value {
        if let Some(zone) = self.zone() {
            let number = match definition.name.as_str() {
                "LowKey" => Some(zone.keys[0]),
                "HighKey" => Some(zone.keys[1]),
                "LowVel" => Some(zone.velocities[0]),
                "HighVel" => Some(zone.velocities[1]),
                _ => None,
            };
            if let Some(number) = number {
                return Value::Number(number);
            }
        }
        let value = self.values.get(&definition.id);
        value.unwrap_or(&definition.default).clone()
    }

    /// Sets a parameter to a value that fits it. False if it stays the same.
    pub fn set_value(&mut self, definition: &Definition, value: Value) -> bool {
        if self.value(definition) == value {
            return false;
        }
        if let (Value::Number(number), Some(_)) = (&value, self.range(&definition.name)) {
            self.set_range(&definition.name, *number);
        } else if value == definition.default {
            self.values.remove(&definition.id);
        } else {
            self.values.insert(definition.id, value);
        }
        true
    }

    /// Sets one end of a range of a zone; the other end moves along if it has to. False if it stays the same.
    pub fn set_range(&mut self, name: &str, number: f64) -> bool {
        let Some((range, end)) = self.range(name) else {
            return false;
        };
        let old = *range;
        range[end] = number;
        range[1 - end] = match end {
            0 => range[1].max(number),
            _ => range[0].min(number),
        };
        *range != old
    }
}
