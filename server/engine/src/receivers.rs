//! Which zones a note starts: those after the script module that take its key and velocity.

use crate::tree::{NodeId, Tree};

impl Tree {
    /// How many voices a note starts, in all zones after the script or within one layer or zone (HALion semantics 5.5).
    pub fn receivers(&self, key: f64, velocity: f64, within: Option<NodeId>) -> u32 {
        let module = self.script_module();
        let mut zones = module
            .map(|module| self.zones_after(module))
            .unwrap_or_default();
        zones.retain(|&zone| {
            within.is_none_or(|within| self.is_within(zone, within))
                && self
                    .get(zone)
                    .and_then(|node| node.zone())
                    .is_some_and(|zone| is_in(zone.keys, key) && is_in(zone.velocities, velocity))
        });
        zones.len() as u32
    }
}

fn is_in([low, high]: [f64; 2], value: f64) -> bool {
    (low..=high).contains(&value)
}
