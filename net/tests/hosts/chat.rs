//! The real server and real clients, over a bad network.

use std::time::Duration;

use crate::hosted::{World, assert_clean, name, send, text};
use model::{Event, Limits, Timing};
use net::Faults;

#[test]
fn a_direct_message_crosses_a_bad_network_once() {
    let world = World {
        // So many attempts that none runs out by bad luck.
        limits: Limits { attempts: 250, burst: 0, strangers: 0, ..Limits::default() },
        timing: Timing { ack_wait: Duration::from_millis(20), ..Timing::default() },
        faults: Some(Faults { seed: 0, loss: 0.2, duplicate: 0.2, reorder: 0.2 }),
        ..World::patient()
    };
    let server = world.serve(1);
    let mut ann = world.join(server.address(), "ann", 2);
    let mut bob = world.join(server.address(), "bob", 3);
    // Until ann's directory has bob, she does not know him.
    ann.until_listed("bob", true);
    for number in 0..10 {
        let said = format!("number {number}");
        assert_eq!(ann.say(send("bob", &said)), [Event::DirectReceived { by: name("bob") }, Event::Ready]);
        let told = bob.until(|event| matches!(event, Event::Direct { .. }));
        assert_eq!(told, Event::Direct { from: name("ann"), text: text(&said) });
    }
    for console in [&server, &ann.console, &bob.console] {
        assert_clean(console);
    }
}
