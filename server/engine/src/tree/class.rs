//! The kinds of elements, and which may contain which (HALion semantics 9.1).

use halion_api::api;

/// The class of an element; the most derived one, as `type` tells it (HALion semantics 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The plug-in itself.
    Instance,
    /// A slot of the Slot Rack.
    Slot,
    /// A MIDI module, the script module among them.
    MidiModule,
    /// A program of the Program Table.
    Program,
    /// A layer.
    Layer,
    /// A zone.
    Zone,
    /// An audio bus.
    Bus,
    /// An insert effect of a bus.
    Effect,
    /// A row of the modulation matrix of a zone.
    ModulationMatrixRow,
}

impl Class {
    /// Every class, in the order in which elements of one parent stand: HALion lists MIDI modules before the layers and zones
    /// they play, and busses behind them.
    pub const ALL: [Class; 9] = [
        Class::Instance,
        Class::Slot,
        Class::MidiModule,
        Class::Program,
        Class::Layer,
        Class::Zone,
        Class::Bus,
        Class::Effect,
        Class::ModulationMatrixRow,
    ];

    /// HALion's name of the class.
    pub fn name(self) -> &'static str {
        match self {
            Class::Instance => "Instance",
            Class::Slot => "Slot",
            Class::MidiModule => "MidiModule",
            Class::Program => "Program",
            Class::Layer => "Layer",
            Class::Zone => "Zone",
            Class::Bus => "Bus",
            Class::Effect => "Effect",
            Class::ModulationMatrixRow => "ModulationMatrixRow",
        }
    }

    /// The class of a name; `None` for classes that are no elements.
    pub fn named(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Is it that class, or derived from it?
    pub fn is(self, name: &str) -> bool {
        api()
            .ancestry(self.name())
            .any(|ancestor| ancestor.name == name)
    }

    /// The word for it in scenario files and in paths of elements.
    pub fn key(self) -> &'static str {
        match self {
            Class::Instance => "instance",
            Class::Slot => "slot",
            Class::MidiModule => "module",
            Class::Program => "program",
            Class::Layer => "layer",
            Class::Zone => "zone",
            Class::Bus => "bus",
            Class::Effect => "effect",
            Class::ModulationMatrixRow => "row",
        }
    }

    /// What may be put into it.
    pub fn contents(self) -> &'static [Class] {
        match self {
            Class::Instance => &[Class::Slot, Class::Bus],
            Class::Slot => &[Class::Bus],
            Class::Program | Class::Layer => {
                &[Class::MidiModule, Class::Layer, Class::Zone, Class::Bus]
            }
            Class::Bus => &[Class::Effect],
            _ => &[],
        }
    }
}
