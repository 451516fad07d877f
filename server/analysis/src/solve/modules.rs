//! `require`: a module's chunk runs once, where it is first required; all files share the globals (THREAD-ANALYSIS 2.1).

use super::Solver;
use super::frame::Frame;
use crate::diagnostic::Why;
use crate::instance::{How, Phase};
use crate::value::{InstId, Multi, SetId, Value};

impl Solver<'_> {
    /// `require "name"`: the module's chunk runs once, where it is first required (2.1).
    pub(super) fn require(&mut self, frame: &mut Frame, how: &How, name: SetId) -> Option<Multi> {
        let Some(Value::Str(name)) = self.values.single(name) else {
            return Some(self.unknown_results());
        };
        let Some(&file) = self.script.modules.get(self.names.text(name)) else {
            return Some(self.unknown_results());
        };
        let Some(&chunk) = self.program.chunks.get(file.idx()) else {
            return Some(self.unknown_results());
        };
        let loaded = self
            .contexts
            .get(&(chunk, InstId::NONE, Phase::LoadC, None))
            .copied();
        let phase = if loaded.is_some() || self.loading {
            Phase::LoadC
        } else {
            how.phase
        };
        let inst = self.instance(chunk, InstId::NONE, phase, None, 0);
        let mut how = how.clone();
        how.phase = phase;
        let is_first = if frame.flow {
            self.required.insert(file)
        } else {
            !self.insts[inst.idx()].seen
        };
        if is_first || !frame.flow {
            let value = self.values.id(Value::Fun(chunk, InstId::NONE));
            let known = !is_first && frame.phase != Phase::LoadC;
            if !known && !self.insts[inst.idx()].running {
                frame.edges.push(crate::instance::Edge {
                    to: inst,
                    how: how.through("require", Why::Callback, how.callee),
                    value,
                });
            }
        }
        if !self.insts[inst.idx()].callers.contains(&frame.inst) {
            self.insts[inst.idx()].callers.push(frame.inst);
        }
        if is_first && !self.insts[inst.idx()].running {
            self.run(inst);
        }
        let results = self.insts[inst.idx()].results.clone();
        let mut results = results.unwrap_or_else(|| self.unknown_results());
        if results.items.is_empty() && results.rest.is_empty() {
            results.items.push(self.sets.yes);
        }
        Some(results)
    }
}
