//! A part of a story: only what some of the actors did.

use super::{Arrival, Cause, Deed, Sending, Step, Story};

impl Story {
    /// The story of these actors. What others sent them is told only if it made them say or read something, and without
    /// saying what it was.
    #[must_use]
    pub fn only(&self, actors: &[usize]) -> Story {
        let mut part = Part { whole: self, actors, steps: Vec::new(), sendings: Vec::new() };
        part.choose();
        part.story()
    }
}

struct Part<'a> {
    whole: &'a Story,
    actors: &'a [usize],
    /// The new place of each step that stays.
    steps: Vec<Option<usize>>,
    /// The new place of each sending that stays.
    sendings: Vec<Option<usize>>,
}

impl Part<'_> {
    fn choose(&mut self) {
        let mut next = 0;
        let mut number = |stays: bool| {
            let place = stays.then_some(next);
            next += usize::from(stays);
            place
        };
        self.sendings = self.whole.sendings.iter().map(|sending| number(self.is_between(sending))).collect();
        let mut next = 0;
        for step in &self.whole.steps {
            let stays = self.stays(step);
            self.steps.push(stays.then_some(next));
            next += usize::from(stays);
        }
    }

    /// Whether both ends stay; strangers have no line that could be left out.
    fn is_between(&self, sending: &Sending) -> bool {
        let stays = |actor: usize| actor >= self.whole.actors.len() || self.actors.contains(&actor);
        stays(sending.src) && stays(sending.dst)
    }

    fn stays(&self, step: &Step) -> bool {
        let sent = step.sent.iter().any(|sending| self.sendings[*sending].is_some());
        self.actors.contains(&step.actor)
            && match step.cause {
                Cause::Received { sending, .. } | Cause::Lost(sending) => {
                    self.sendings[sending].is_some() || sent || !step.told.is_empty()
                }
                _ => true,
            }
    }

    fn story(&self) -> Story {
        let step = |(step, place): (&Step, &Option<usize>)| place.map(|_| self.step(step));
        let sending = |(sending, place): (&Sending, &Option<usize>)| place.map(|_| self.sending(sending));
        Story {
            actors: self.actors.iter().map(|actor| self.whole.actors[*actor].clone()).collect(),
            steps: self.whole.steps.iter().zip(&self.steps).filter_map(step).collect(),
            sendings: self.whole.sendings.iter().zip(&self.sendings).filter_map(sending).collect(),
        }
    }

    fn step(&self, step: &Step) -> Step {
        let cause = match &step.cause {
            Cause::Received { sending, arrival } => match self.sendings[*sending] {
                Some(sending) => Cause::Received { sending, arrival: self.arrival(*arrival) },
                None => Cause::Chose(self.left_out(*sending)),
            },
            Cause::Lost(sending) => self.sendings[*sending].map_or(Cause::Crashed, Cause::Lost),
            other => other.clone(),
        };
        let sent = step.sent.iter().filter_map(|sending| self.sendings[*sending]).collect();
        Step { actor: self.column(step.actor), cause, told: step.told.clone(), sent, ..*step }
    }

    fn left_out(&self, sending: usize) -> Deed {
        let name = self.whole.actors.get(self.whole.sendings[sending].src);
        Deed::Does(format!("receives something from {}", name.map_or("a stranger", String::as_str)))
    }

    fn sending(&self, sending: &Sending) -> Sending {
        Sending {
            src: self.column(sending.src),
            dst: self.column(sending.dst),
            step: sending.step.and_then(|step| self.steps[step]),
            arrivals: self.kept(&sending.arrivals),
            redirections: self.kept(&sending.redirections),
            ..sending.clone()
        }
    }

    fn arrival(&self, arrival: Arrival) -> Arrival {
        match arrival {
            Arrival::Again(first) => self.steps[first].map_or(Arrival::First, Arrival::Again),
            Arrival::Redirected(from) => Arrival::Redirected(self.column(from)),
            other => other,
        }
    }

    /// The steps that are told, by their new numbers.
    fn kept(&self, steps: &[usize]) -> Vec<usize> {
        steps.iter().filter_map(|step| self.steps[*step]).collect()
    }

    fn column(&self, actor: usize) -> usize {
        self.actors.iter().position(|it| *it == actor).unwrap_or(actor)
    }
}
