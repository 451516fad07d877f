//! Answers about a script that stands still: stacks, scopes, variables, expressions.

use halion_engine::inspect::Named;
use halion_engine::inspect::mlua::{Table, Value};
use halion_engine::{Stopped, TaskId, Thread};

use crate::handles::{Container, Handles};
use crate::stacks;
use crate::values;
use crate::vocabulary::{
    Frame, FrameId, Page, Problem, Scope, ScopeKind, Shown, Variable, VariablesId,
};

/// A stop and the ids given out for it.
pub(crate) struct Questions<'a, 'b> {
    pub(crate) stop: &'a Stopped<'b>,
    pub(crate) handles: &'a mut Handles,
}

impl Questions<'_, '_> {
    pub(crate) fn stack(&mut self, thread: Thread) -> Vec<Frame> {
        let rows = stacks::rows(self.stop, thread);
        let mut frame = |row: stacks::Row| Frame {
            id: self.handles.frame(row.call),
            name: row.name,
            kind: row.kind,
            place: row.place,
        };
        rows.into_iter().map(&mut frame).collect()
    }

    pub(crate) fn scopes(&mut self, frame: FrameId) -> Result<Vec<Scope>, Problem> {
        let call = self.handles.call(frame).ok_or(Problem::Stale)?;
        let mut containers = Vec::new();
        if let Some((task, level)) = call {
            containers.push((ScopeKind::Locals, Container::Locals(task, level)));
            containers.push((ScopeKind::Upvalues, Container::Upvalues(task, level)));
        }
        containers.push((ScopeKind::Globals, Container::Globals));
        let scope = |(kind, container): (ScopeKind, Container)| {
            let n_named = self.named(&container).len();
            Scope {
                kind,
                n_named,
                variables: self.handles.container(container),
            }
        };
        let scopes: Vec<Scope> = containers.into_iter().map(scope).collect();
        // A function without upvalues needs no empty heading.
        Ok(scopes
            .into_iter()
            .filter(|scope| scope.kind != ScopeKind::Upvalues || scope.n_named > 0)
            .collect())
    }

    pub(crate) fn variables(
        &mut self,
        id: VariablesId,
        page: Page,
    ) -> Result<Vec<Variable>, Problem> {
        let container = self.handles.get(id).cloned().ok_or(Problem::Stale)?;
        if let Container::Value(value, path) = &container {
            return Ok(self.fields(value, path.as_deref(), page));
        }
        let named = self
            .named(&container)
            .into_iter()
            .skip(page.start)
            .take(page.count.unwrap_or(usize::MAX));
        let variable = |named: Named| {
            let is_vararg = named.name.starts_with("...");
            let expression = match named
                .name
                .strip_prefix("...[")
                .and_then(|rest| rest.strip_suffix(']'))
            {
                Some(n) => format!("(select({n}, ...))"),
                None => named.name.clone(),
            };
            Variable {
                value: self.show(named.value, Some(expression.clone())),
                name: named.name,
                expression: Some(expression),
                writable: !is_vararg,
            }
        };
        Ok(named.map(variable).collect())
    }

    fn fields(&mut self, value: &Value, path: Option<&str>, page: Page) -> Vec<Variable> {
        let items = values::items(self.stop.lua(), value, page);
        let variable = |item: values::Item| {
            let expression = path
                .zip(item.access)
                .map(|(path, access)| format!("{path}{access}"));
            Variable {
                name: item.name,
                value: self.show(item.value, expression.clone()),
                expression,
                writable: item.key.is_some(),
            }
        };
        items.into_iter().map(variable).collect()
    }

    pub(crate) fn evaluate(
        &mut self,
        frame: Option<FrameId>,
        source: &str,
    ) -> Result<Shown, Problem> {
        let call = self.call_of(frame)?;
        let mut values = self
            .stop
            .evaluate(call, source)
            .map_err(Problem::Expression)?;
        match values.len() {
            0 => Ok(Shown {
                text: String::new(),
                type_name: String::from("nothing"),
                ..Shown::default()
            }),
            1 => {
                let value = values.remove(0);
                let text = values::full_text(self.stop.lua(), &value);
                let path = is_path(source).then(|| source.trim().to_owned());
                Ok(Shown {
                    text,
                    ..self.show(value, path)
                })
            }
            _ => {
                let texts: Vec<String> = values
                    .iter()
                    .map(|value| values::text(self.stop.lua(), value))
                    .collect();
                Ok(Shown {
                    text: texts.join(", "),
                    type_name: format!("{} values", texts.len()),
                    ..Shown::default()
                })
            }
        }
    }

    pub(crate) fn set_variable(
        &mut self,
        id: VariablesId,
        name: &str,
        source: &str,
    ) -> Result<Shown, Problem> {
        let container = self.handles.get(id).cloned().ok_or(Problem::Stale)?;
        let call = match container {
            Container::Locals(task, level) | Container::Upvalues(task, level) => {
                Some((task, level))
            }
            Container::Globals | Container::Value(..) => self.call_of(None)?,
        };
        let value = self
            .stop
            .evaluate(call, source)
            .map_err(Problem::Expression)?;
        let value = value.into_iter().next().unwrap_or(Value::Nil);
        let failed =
            |error: halion_engine::inspect::mlua::Error| Problem::Expression(error.to_string());
        let unknown = || Problem::Expression(format!("{name} cannot be changed here"));
        match &container {
            Container::Locals(task, level) | Container::Upvalues(task, level) => {
                if !self
                    .named(&container)
                    .iter()
                    .any(|named| named.name == name && !name.starts_with("..."))
                {
                    return Err(unknown());
                }
                let frame = self.stop.frame(*task, *level).ok_or(Problem::Stale)?;
                frame
                    .set(self.stop.lua(), name, value.clone())
                    .map_err(failed)?;
            }
            Container::Globals => self
                .stop
                .lua()
                .globals()
                .set(name, value.clone())
                .map_err(failed)?,
            Container::Value(Value::Table(table), _) => {
                match self.key_of(table, name).ok_or_else(unknown)? {
                    values::Key::Name(name) => table.set(name, value.clone()).map_err(failed)?,
                    values::Key::Value(key) => table.set(key, value.clone()).map_err(failed)?,
                }
            }
            Container::Value(..) => return Err(unknown()),
        }
        Ok(self.show(value, None))
    }

    fn key_of(&self, table: &Table, name: &str) -> Option<values::Key> {
        let items = values::items(
            self.stop.lua(),
            &Value::Table(table.clone()),
            Page::default(),
        );
        items.into_iter().find(|item| item.name == name)?.key
    }

    /// The call of a row; without a row, where the script stands.
    fn call_of(&self, frame: Option<FrameId>) -> Result<Option<(TaskId, i32)>, Problem> {
        match frame {
            Some(frame) => self.handles.call(frame).ok_or(Problem::Stale),
            None => Ok(stacks::top(self.stop, self.stop.thread())
                .map(|(task, call, _)| (task, call.level))),
        }
    }

    fn named(&self, container: &Container) -> Vec<Named> {
        let lua = self.stop.lua();
        match container {
            Container::Locals(task, level) => {
                let Some(frame) = self.stop.frame(*task, *level) else {
                    return Vec::new();
                };
                let mut named = frame.locals(lua);
                let varargs = frame.varargs(lua).into_iter().enumerate();
                named.extend(varargs.map(|(n, value)| Named {
                    name: format!("...[{}]", n + 1),
                    value,
                }));
                named
            }
            Container::Upvalues(task, level) => self
                .stop
                .frame(*task, *level)
                .map(|frame| frame.upvalues(lua))
                .unwrap_or_default(),
            Container::Globals => self.stop.script_globals(),
            Container::Value(..) => Vec::new(),
        }
    }

    fn show(&mut self, value: Value, path: Option<String>) -> Shown {
        let (n_named, n_indexed) = values::counts(&value);
        Shown {
            text: values::text(self.stop.lua(), &value),
            type_name: values::type_name(&value),
            n_named,
            n_indexed,
            variables: if n_named + n_indexed == 0 {
                VariablesId::default()
            } else {
                self.handles.container(Container::Value(value, path))
            },
        }
    }
}

/// Whether fields can be written behind the expression as it stands: `event.note`, `layers[1]`.
fn is_path(source: &str) -> bool {
    let source = source.trim();
    let starts = source.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts
        && source
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.[]\"'".contains(c))
}
