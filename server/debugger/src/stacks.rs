//! Stacks of the two threads as rows, with labels between the parts that belong to different tasks.
//!
//! The thread that stopped shows its task and, below a label, every callback that waits for it in `runAsync`. The other
//! thread shows the tasks that wait there, those in that chain first, each below a label that says for what.

use halion_engine::{Stopped, TaskId, TaskView, Thread, inspect::Call};

use crate::vocabulary::{FrameKind, Place};

/// One row; `call` is missing for labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) kind: FrameKind,
    pub(crate) place: Option<Place>,
    pub(crate) call: Option<(TaskId, i32)>,
}

/// The rows of a thread, innermost first.
pub(crate) fn rows(stop: &Stopped<'_>, thread: Thread) -> Vec<Row> {
    let tasks = stop.tasks();
    let chain = chain(stop, &tasks);
    let mut rows = Vec::new();
    let stopped_here = chain.first().is_some_and(|task| task.thread == thread);
    if stopped_here {
        for task in &chain {
            push_task(&mut rows, stop, task);
        }
        return rows;
    }
    let (waiting_first, mut others): (Vec<_>, Vec<_>) = tasks
        .iter()
        .filter(|task| task.thread == thread)
        .partition(|task| chain.contains(task));
    others.reverse();
    for task in waiting_first.into_iter().chain(others) {
        push_task(&mut rows, stop, task);
    }
    rows
}

/// The call that a step on this thread belongs to: the innermost one of the task on top.
pub(crate) fn top(stop: &Stopped<'_>, thread: Thread) -> Option<(TaskId, Call, u32)> {
    let (task, level) = rows(stop, thread).into_iter().find_map(|row| row.call)?;
    let calls = stop.calls(task);
    let position = calls.iter().position(|call| call.level == level)?;
    let depth = u32::try_from(calls.len() - position).ok()?;
    Some((task, calls[position].clone(), depth))
}

/// The task that stopped, the one that waits for it, and so on.
fn chain(stop: &Stopped<'_>, tasks: &[TaskView]) -> Vec<TaskView> {
    let find = |id: TaskId| tasks.iter().find(|task| task.id == id).cloned();
    let mut chain: Vec<TaskView> = stop.task().and_then(find).into_iter().collect();
    while let Some(caller) = chain
        .last()
        .and_then(|task| task.waited_for_by)
        .and_then(find)
    {
        if chain.contains(&caller) {
            break;
        }
        chain.push(caller);
    }
    chain
}

fn push_task(rows: &mut Vec<Row>, stop: &Stopped<'_>, task: &TaskView) {
    let calls = stop.calls(task.id);
    // What the task waits in is said by the label.
    let script: Vec<&Call> = calls
        .iter()
        .skip_while(|call| call.place.is_none())
        .collect();
    if script.is_empty() {
        return;
    }
    if let Some(reason) = &task.waiting {
        let name = format!("waiting in {reason}: {}", task.thread.name());
        rows.push(Row {
            name,
            kind: FrameKind::Label,
            place: None,
            call: None,
        });
    }
    let last = calls.last().map(|call| call.level);
    rows.extend(
        script
            .into_iter()
            .map(|call| row(task, call, Some(call.level) == last)),
    );
}

fn row(task: &TaskView, call: &Call, is_entry: bool) -> Row {
    let unnamed = || String::from("<anonymous>");
    let name = if is_entry {
        task.name.clone()
    } else {
        call.name.clone().unwrap_or_else(unnamed)
    };
    Row {
        name,
        kind: if call.place.is_some() {
            FrameKind::Script
        } else {
            FrameKind::Native
        },
        place: call.place.as_ref().map(|place| Place {
            path: place.path.clone(),
            line: place.line,
        }),
        call: Some((task.id, call.level)),
    }
}
