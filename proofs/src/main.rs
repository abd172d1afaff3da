//! `proofs`: checks the chat.

fn main() {
    for scenario in proofs::scenario::catalogue::all() {
        let name = scenario.name;
        let outcome = proofs::check::exhaust(scenario, 2);
        println!("{name}: {} states, depth {}, {:?}", outcome.states, outcome.depth, outcome.time);
        for (promise, actions) in outcome.broken {
            println!("{promise} BROKEN");
            for action in actions.iter().take(0) {
                println!("   {action:?}");
            }
        }
        println!("missing {:?}", outcome.missing);
    }
}
