//! A single step, for the Explorer.

use std::sync::Arc;

use stateright::actor::ActorModelAction;

use super::narrate::names;
use super::{Action, Deed, Narrate, Scene, State, harmless, tell};

/// A step that can be taken, in one line.
pub fn action<A: Narrate>(actors: &[A], states: &[Arc<A::State>], action: &Action<A>) -> String {
    let names = names(actors);
    let scene: Scene<'_, A> = Scene { names: &names, states };
    let line = match action {
        ActorModelAction::Deliver { src, dst, msg } => {
            format!("{} → {}: {}", scene.name(*src), scene.name(*dst), A::packet(&scene, msg))
        }
        ActorModelAction::Drop(envelope) => {
            let words = A::packet(&scene, &envelope.msg);
            format!("{} → {} is lost: {words}", scene.name(envelope.src), scene.name(envelope.dst))
        }
        ActorModelAction::Timeout(id, timer) => {
            format!("{}: timer, {}", scene.name(*id), A::timer(&scene, usize::from(*id), timer))
        }
        ActorModelAction::Crash(id) => format!("{} crashes", scene.name(*id)),
        ActorModelAction::Recover(id) => format!("{} comes back", scene.name(*id)),
        ActorModelAction::SelectRandom { actor, random, .. } => {
            let state = states.get(usize::from(*actor)).map(|state| &**state);
            match actors[usize::from(*actor)].deed(state, random) {
                Deed::Types(line) => format!("{} types: {line}", scene.name(*actor)),
                Deed::Does(deed) => format!("{} {deed}", scene.name(*actor)),
            }
        }
    };
    harmless(&line)
}

/// What a step does, and what everybody knows after it.
pub fn outcome<A: Narrate, H: Clone>(
    actors: &[A],
    last: &State<A, H>,
    taken: Action<A>,
    next: Option<&State<A, H>>,
) -> String {
    let mut lines = vec![action(actors, &last.actor_states, &taken)];
    let story = tell(actors, &[(last.clone(), Some(taken))]);
    if let Some(step) = story.steps.last() {
        lines.extend(story.details(step).into_iter().map(|line| format!("    {line}")));
    }
    match next {
        None => lines.push("Nothing changes.".into()),
        Some(next) => lines.extend(afterwards(&story.actors, next)),
    }
    lines.join("\n")
}

fn afterwards<A: Narrate, H>(names: &[String], state: &State<A, H>) -> Vec<String> {
    let scene: Scene<'_, A> = Scene { names, states: &state.actor_states };
    let mut lines = vec![String::new(), "AFTERWARDS".into()];
    for (i, (name, actor)) in names.iter().zip(&state.actor_states).enumerate() {
        let crashed = if state.crashed[i] { " (crashed)" } else { "" };
        lines.push(format!("{name}{crashed}"));
        lines.extend(A::knows(actor).iter().map(|line| format!("    {}", harmless(line))));
        let mut timers: Vec<_> = state.timers_set[i].iter().map(|timer| A::timer(&scene, i, timer)).collect();
        timers.sort_unstable();
        lines.extend(timers.iter().map(|timer| format!("    timer: {}", harmless(timer))));
    }
    lines.push("under way".into());
    let mut under_way: Vec<_> = state
        .network
        .iter_deliverable()
        .map(|it| {
            format!(
                "    {} → {}: {}",
                scene.name(it.src),
                scene.name(it.dst),
                harmless(&A::packet(&scene, it.msg))
            )
        })
        .collect();
    under_way.sort_unstable();
    lines.extend(under_way);
    lines
}
