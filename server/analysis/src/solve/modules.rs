//! `require`: a module's chunk runs once, where it is first required; all files share the globals (THREAD-ANALYSIS 2.1).

use super::Solver;
use super::frame::Frame;
use super::wake::News;
use crate::diagnostic::Why;
use crate::heap::{Key, Lib};
use crate::instance::{How, Phase};
use crate::ir::{FunId, Name};
use crate::script::FileId;
use crate::value::{InstId, Multi, SetId, Value};

/// A call of `require` that closes a cycle.
pub(crate) struct RequireCycle {
    /// The instance that calls it.
    pub inst: InstId,
    /// The files in the order they require each other; the first one again at the end.
    pub files: Vec<FileId>,
    pub unsure: bool,
    pub protected: bool,
}

impl Solver<'_> {
    /// `require "name"` (2.1).
    pub(super) fn require(&mut self, frame: &mut Frame, how: &How, name: SetId) -> Option<Multi> {
        let Some(Value::Str(module)) = self.values.single(name) else {
            return Some(self.unseen());
        };
        // Only a script that writes the word can have put something there itself.
        let has_loaded = self.names.find("loaded").is_some();
        let has_preload = self.names.find("preload").is_some();
        if has_loaded {
            let loaded = self.package_field(frame, how, "loaded", module);
            if !loaded.is_empty() && !self.values.can_be_false(loaded) {
                if self.is_loaded_by(how.phase, module) {
                    self.module(frame, how, module);
                }
                return Some(Multi::one(loaded));
            }
        }
        let mut results = None;
        if has_preload {
            let loader = self.package_field(frame, how, "preload", module);
            let loader = self.callable(loader);
            if !loader.is_empty() {
                let how = how.through("require", Why::Callback, how.callee);
                results = self.invoke(frame, &how, loader, &Self::args(&[name]));
            }
        }
        let results = match results {
            Some(results) => results,
            None => self.module(frame, how, module)?,
        };
        if has_loaded {
            let result = results.get(0, &mut self.values);
            self.set_loaded(frame, module, result);
        }
        Some(results)
    }

    fn unseen(&mut self) -> Multi {
        self.lose_sight();
        self.unknown_results()
    }

    /// What a script put into `package.loaded` or `package.preload` itself; empty if nothing.
    fn package_field(
        &mut self,
        frame: &mut Frame,
        how: &How,
        table: &'static str,
        name: Name,
    ) -> SetId {
        let Value::Table(table) = self.package_table(table) else {
            return SetId::EMPTY;
        };
        let key = self.values.id(Value::Str(name));
        let key_set = self.values.one(Value::Str(name));
        let set = self.read_field(frame, how, table, Key::Const(key), key_set, 0);
        let nothing = [Value::Nil, Value::False, Value::Unknown];
        self.values.filter(set, |value| !nothing.contains(&value))
    }

    fn package_table(&mut self, table: &'static str) -> Value {
        match table {
            "loaded" => self.lib("package.loaded", Lib::Loaded),
            _ => self.lib("package.preload", Lib::Preload),
        }
    }

    fn set_loaded(&mut self, frame: &mut Frame, name: Name, result: SetId) {
        if let Value::Table(table) = self.package_table("loaded") {
            let key = self.values.id(Value::Str(name));
            self.write_field(frame, table, Key::Const(key), result, true, None);
        }
    }

    /// The module's chunk runs once, where it is first required.
    fn module(&mut self, frame: &mut Frame, how: &How, name: Name) -> Option<Multi> {
        let Some(&file) = self.script.modules.get(self.names.text(name)) else {
            return Some(self.unseen());
        };
        let Some(&chunk) = self.program.chunks.get(file.idx()) else {
            return Some(self.unseen());
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
        let elsewhere = self.loaded_elsewhere(chunk, phase);
        how.unsure |= elsewhere.is_some();
        let is_first = if frame.flow {
            self.required.insert(file)
        } else {
            !self.insts[inst.idx()].seen
        };
        if is_first || !frame.flow {
            let value = self.values.id(Value::Fun(chunk, InstId::NONE));
            // A module that is loaded by a callback runs there, whichever run of that callback is looked at.
            let known = !is_first && frame.phase != Phase::LoadC && phase == Phase::LoadC;
            if !known && !self.insts[inst.idx()].running {
                frame.edges.push(crate::instance::Edge {
                    to: inst,
                    how: how.through("require", Why::Callback, how.callee),
                    value,
                });
            }
        }
        if self.insts[inst.idx()].running {
            self.note_cycle(frame, &how, file);
        } else if is_first {
            self.modules_loading.push(file);
            self.run(inst);
            self.modules_loading.pop();
        }
        self.listen_results(inst, frame);
        let mut results = self.insts[inst.idx()].results.clone();
        if let Some(other) = elsewhere {
            if is_first {
                // From now on it is not certain that the others load it.
                self.wake_callers(other, News::Fact);
            }
            self.listen_results(other, frame);
            let more = self.insts[other.idx()].results.clone();
            self.merge_results(&mut results, more);
        }
        let mut results = results.unwrap_or_else(|| self.unknown_results());
        if results.items.is_empty() && results.rest.is_empty() {
            results.items.push(self.sets.yes);
        }
        Some(results)
    }

    /// Whether a callback in this phase is what loads a module.
    fn is_loaded_by(&self, phase: Phase, name: Name) -> bool {
        let file = self.script.modules.get(self.names.text(name));
        let chunk = file.and_then(|file| self.program.chunks.get(file.idx()));
        phase != Phase::LoadC
            && chunk.is_some_and(|&chunk| {
                let key = (chunk, InstId::NONE, phase, None);
                self.contexts.contains_key(&key)
            })
    }

    /// The chunk's run on the other thread, if callbacks of both load it: which of them comes first is not known.
    fn loaded_elsewhere(&self, chunk: FunId, phase: Phase) -> Option<InstId> {
        let other = match phase {
            Phase::LoadC => return None,
            Phase::RunC => Phase::RunP,
            Phase::RunP => Phase::RunC,
        };
        let key = (chunk, InstId::NONE, other, None);
        self.contexts.get(&key).copied()
    }

    fn note_cycle(&mut self, frame: &Frame, how: &How, file: FileId) {
        let loading = &self.modules_loading;
        let from = loading.iter().position(|&known| known == file);
        let mut files = from.map_or_else(Vec::new, |from| loading[from..].to_vec());
        if files.is_empty() {
            // The script requires itself.
            files.push(file);
            files.extend(loading);
        }
        files.push(file);
        let cycle = RequireCycle {
            inst: frame.inst,
            files,
            unsure: how.unsure,
            protected: how.protected,
        };
        self.require_cycles.entry(how.callee).or_insert(cycle);
    }
}
