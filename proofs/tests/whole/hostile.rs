//! Whatever texts people write, a story and its drawing are harmless to look at.

use std::sync::LazyLock;

use proofs::diagram;
use proofs::scenario::Scenario;
use proofs::story::{self, Arrival, Cause, Deed, Sending, Step, Story};
use proofs::system::System;
use proptest::prelude::*;
use regex::Regex;
use stateright::Model;
use stateright::actor::{ActorModelAction, Id};

/// Control characters, what breaks a line or changes the direction, and what is not shown.
static DECEPTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}[\p{Default_Ignorable_Code_Point}--\p{Variation_Selector}]--\n]",
    )
    .unwrap()
});

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        r"[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]",
        r"\p{Default_Ignorable_Code_Point}",
        Just("</text><script>".to_owned()),
        Just("\u{1b}[2J\n".to_owned()),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_drawing_deceives(texts in prop::array::uniform5(text())) {
        let [actor, typed, told, words, timer] = texts;
        let step = |cause| Step { number: 1, actor: 0, cause, told: vec![told.clone()], sent: vec![0] };
        let causes = [
            Cause::Chose(Deed::Types(typed.clone())),
            Cause::Chose(Deed::Does(typed)),
            Cause::Received { sending: 0, arrival: Arrival::Redirected(1) },
            Cause::Fired(timer),
        ];
        let sending =
            Sending { src: 0, dst: 1, words, step: Some(0), attempt: 2, arrivals: vec![2], redirections: vec![2] };
        let actors = vec![actor, "Y".to_owned()];
        let story = Story { actors, sendings: vec![sending], steps: causes.into_iter().map(step).collect() };
        let svg = diagram::draw(&story);
        prop_assert!(!DECEPTIVE.is_match(&svg));
        let page = roxmltree::Document::parse(&svg).unwrap();
        prop_assert!(!page.descendants().any(|node| node.has_tag_name("script")));
    }

    #[test]
    fn no_line_of_a_story_deceives(text in text()) {
        let Ok(text) = model::Text::new(&text) else { return Ok(()) };
        let system = System::new(Scenario::new("hostile", "").person("X", 0, &[]).person("Y", 0, &[]));
        let state = system.init_states().remove(0);
        let server = Id::from(0);
        let pass = proofs::system::seat(&state, 1).client.registered().unwrap().pass;
        let up = model::packet::Up::Request {
            number: model::ids::RequestNumber(9),
            request: model::packet::Request::Post(text),
        };
        let msg = model::Packet::Up { pass, up };
        let action = ActorModelAction::Deliver { src: Id::from(1), dst: server, msg };
        let told = story::tell(&system.plain.actors, &[(state.clone(), Some(action.clone()))]).to_string();
        prop_assert!(!DECEPTIVE.is_match(&told), "{told:?}");
        let line = story::action(&system.plain.actors, &state.actor_states, &action);
        prop_assert!(!DECEPTIVE.is_match(&line), "{line:?}");
    }
}
