//! Where a step ends. A step follows a task, not whatever runs: while its task waits, others run past.
//!
//! Pure: fed with lines and task changes, asked whether this is the place. Depths count the calls on a task's stack.

use halion_engine::{TaskChange, TaskId, TaskView, Watch, debug::TaskWatch, inspect::Call};

use crate::vocabulary::{Resume, StopReason};

/// The step under way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Stepping {
    /// None: only breakpoints and errors stop.
    #[default]
    Free,
    /// To the next line of whatever task, for this reason.
    AnyLine(StopReason),
    /// To the next line of the task that is not deeper than where the step began.
    Over(Origin),
    /// To the next line of the task that steps, or of a task it waits for.
    In {
        origin: Origin,
        waited_for: Vec<TaskId>,
    },
    /// To the next line of the task in an outer function.
    Out { task: TaskId, depth: u32 },
    /// To the next line of the task, however deep: it goes on after what it waited for.
    Back { task: TaskId },
}

/// Where a step began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    task: TaskId,
    function: Function,
    line: u32,
    depth: u32,
    /// It has gone to another line of the same statement and will be back on its own.
    is_inside: bool,
}

impl Origin {
    /// Is this line still part of the statement where the step began? Its parts may stand on several lines, and its
    /// first line may come up again at the end.
    fn is_same_statement(&mut self, call: &Call, depth: u32, is_inner: bool) -> bool {
        if depth != self.depth || Function::of(call) != self.function {
            return false;
        }
        let is_back = self.is_inside
            && call
                .place
                .as_ref()
                .is_some_and(|place| place.line == self.line);
        self.is_inside = is_inner;
        is_inner || is_back
    }
}

/// A function, by where it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Function {
    path: String,
    line: u32,
}

impl Function {
    /// The function that a call runs.
    pub(crate) fn of(call: &Call) -> Function {
        let place = call.place.as_ref();
        place.map_or_else(Function::default, |place| Function {
            path: place.path.clone(),
            line: place.function_line,
        })
    }
}

impl Stepping {
    /// Begins a step in a task that stands at `call` with so many calls on its stack.
    pub(crate) fn begin(resume: Resume, task: TaskId, call: &Call, depth: u32) -> Stepping {
        let line = call.place.as_ref().map_or(0, |place| place.line);
        let origin = Origin {
            task,
            function: Function::of(call),
            line,
            depth,
            is_inside: false,
        };
        match resume {
            Resume::Continue => Stepping::Free,
            Resume::Over => Stepping::Over(origin),
            Resume::In => Stepping::In {
                origin,
                waited_for: Vec::new(),
            },
            Resume::Out => Stepping::Out {
                task,
                depth: depth.saturating_sub(1),
            },
        }
    }

    /// Adds to what the engine has to report.
    pub(crate) fn watch(&self, watch: &mut Watch) {
        let mut add = |task: TaskId, depth| watch.tasks.push(TaskWatch { task, depth });
        match self {
            Stepping::Free => {}
            Stepping::AnyLine(_) => watch.every_line = true,
            Stepping::Over(origin) => add(origin.task, Some(origin.depth)),
            Stepping::In { origin, waited_for } => {
                add(origin.task, None);
                waited_for.iter().for_each(|&task| add(task, None));
            }
            Stepping::Out { task, depth } => add(*task, Some(*depth)),
            Stepping::Back { task } => add(*task, None),
        }
    }

    /// Does the step end at this line of `task`? `is_inner` says that the line stands in the middle of a statement.
    pub(crate) fn ends_at(
        &mut self,
        task: TaskId,
        call: &Call,
        depth: u32,
        is_inner: bool,
    ) -> Option<StopReason> {
        let ends = match self {
            Stepping::Free => false,
            Stepping::AnyLine(reason) => return Some(reason.clone()),
            Stepping::Over(origin) => {
                // A tail call has taken the place of the function: what is called is still deeper.
                let is_called = depth == origin.depth
                    && call.is_tail_call
                    && Function::of(call) != origin.function;
                task == origin.task
                    && depth <= origin.depth
                    && !is_called
                    && !origin.is_same_statement(call, depth, is_inner)
            }
            Stepping::In { origin, waited_for } => {
                waited_for.contains(&task)
                    || task == origin.task && !origin.is_same_statement(call, depth, is_inner)
            }
            Stepping::Out {
                task: own,
                depth: limit,
            } => task == *own && depth <= *limit,
            Stepping::Back { task: own } => task == *own,
        };
        ends.then_some(StopReason::Step)
    }

    /// A task has changed: a step goes into what its task waits for, and back to who waits for its task.
    pub(crate) fn task(&mut self, change: TaskChange, view: &TaskView) {
        match change {
            TaskChange::Start => {
                if let (Stepping::In { origin, waited_for }, Some(caller)) =
                    (&mut *self, view.waited_for_by)
                    && (origin.task == caller || waited_for.contains(&caller))
                {
                    waited_for.push(view.id);
                }
            }
            TaskChange::End | TaskChange::Error => {
                if self.leads(view.id) {
                    *self = view
                        .waited_for_by
                        .map_or(Stepping::Free, |task| Stepping::Back { task });
                }
            }
            TaskChange::Suspend | TaskChange::Resume => {}
        }
    }

    /// Is this the task the step follows?
    fn leads(&self, ended: TaskId) -> bool {
        match self {
            Stepping::Free | Stepping::AnyLine(_) => false,
            Stepping::Over(origin) => origin.task == ended,
            Stepping::In { origin, waited_for } => {
                origin.task == ended || waited_for.contains(&ended)
            }
            Stepping::Out { task, .. } | Stepping::Back { task } => *task == ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use halion_engine::{Thread, inspect::CallPlace};

    const CALLER: TaskId = TaskId(1);
    const CALLED: TaskId = TaskId(2);

    fn call(function_line: u32, is_tail_call: bool) -> Call {
        let place = CallPlace {
            path: "a.lua".into(),
            line: 10,
            function_line,
        };
        Call {
            level: 0,
            name: None,
            place: Some(place),
            is_tail_call,
        }
    }

    fn view(id: TaskId, waited_for_by: Option<TaskId>) -> TaskView {
        TaskView {
            id,
            name: "f".into(),
            thread: Thread::Controller,
            parent: waited_for_by,
            waited_for_by,
            waiting: None,
        }
    }

    fn ends(stepping: &mut Stepping, task: TaskId, depth: u32) -> bool {
        stepping
            .ends_at(task, &call(3, false), depth, false)
            .is_some()
    }

    #[test]
    fn over_stays_in_its_task_and_out_of_calls() {
        let stepping = &mut Stepping::begin(Resume::Over, CALLER, &call(3, false), 2);
        assert!(!ends(stepping, CALLED, 1), "another task");
        assert!(!ends(stepping, CALLER, 3), "a called function");
        assert!(ends(stepping, CALLER, 2) && ends(stepping, CALLER, 1));
        assert!(
            stepping.ends_at(CALLER, &call(8, true), 2, false).is_none(),
            "a tail call"
        );
    }

    #[test]
    fn over_goes_to_the_end_of_a_statement_on_several_lines() {
        let stepping = &mut Stepping::begin(Resume::Over, CALLER, &call(3, false), 1);
        assert!(
            stepping.ends_at(CALLER, &call(3, false), 1, true).is_none(),
            "an argument"
        );
        assert!(
            !ends(stepping, CALLER, 1),
            "the call itself, on its first line"
        );
        assert!(
            ends(stepping, CALLER, 1),
            "the line a second time, from a loop"
        );
    }

    #[test]
    fn in_follows_run_async_and_comes_back() {
        let stepping = &mut Stepping::begin(Resume::In, CALLER, &call(3, false), 1);
        stepping.task(TaskChange::Start, &view(TaskId(9), None));
        assert!(!ends(stepping, TaskId(9), 1), "a task of somebody else");
        stepping.task(TaskChange::Start, &view(CALLED, Some(CALLER)));
        assert!(ends(stepping, CALLED, 1));
        stepping.task(TaskChange::End, &view(CALLED, Some(CALLER)));
        assert!(
            ends(stepping, CALLER, 5),
            "the function had no line of its own"
        );
    }

    #[test]
    fn out_of_the_function_of_run_async_leads_to_the_caller() {
        let stepping = &mut Stepping::begin(Resume::Out, CALLED, &call(3, false), 1);
        assert!(!ends(stepping, CALLED, 1));
        stepping.task(TaskChange::End, &view(CALLED, Some(CALLER)));
        assert_eq!(*stepping, Stepping::Back { task: CALLER });
    }

    #[test]
    fn a_step_over_the_end_of_a_callback_lets_go() {
        let stepping = &mut Stepping::begin(Resume::Over, CALLER, &call(3, false), 1);
        stepping.task(TaskChange::End, &view(CALLER, None));
        assert_eq!(*stepping, Stepping::Free);
    }
}
