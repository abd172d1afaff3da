//! Plays a run of several hosts as a path of the system of proofs.
//!
//! The actors are the recorded ones, with their configurations and addresses. Before its first record an actor counts as
//! crashed. Texts that somebody typed more than once are told apart by a number, as the promises need it.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddrV4;

use model::ids::Index;
use model::{Client, Command, Limits, Name, Order, Packet, Server, ServerConfig, Text};
use net::record::{Configured, Input};
use stateright::Model;
use stateright::actor::{ActorModelAction, Id, Network};

use super::Run;
use super::load::Unusable;
use super::merge::{Moment, Source, blank, word};
use crate::scenario::{Dish, Person, Scenario, Wish};
use crate::story::{self, narrate};
use crate::system::book::Book;
use crate::system::office::Office;
use crate::system::role::{Choice, Role};
use crate::system::seat::{Deed, KEY, Seat};
use crate::system::{Action, Envelope, SERVER, State, System};

/// A run that is being played.
pub struct Play<'a> {
    pub(super) run: &'a Run,
    /// The actors and what they may do.
    pub system: System,
    /// Where they are.
    pub state: State,
    /// The number of the next moment.
    pub at: usize,
    /// What was sent in each record, to known hosts.
    said: HashMap<(usize, usize), Vec<Packet>>,
    /// Which choice a command or a restart is.
    choices: HashMap<(usize, usize), Choice>,
    pub(super) writer: Writer<'a>,
    /// The texts of packets of which only their receivers know.
    foreign: HashMap<(usize, Packet), Text>,
    /// The texts of posts of which only the server and their receivers know.
    pub(super) posts: HashMap<Place, Text>,
    /// Why nothing more can be played, if there is more.
    pub ended: Option<&'static str>,
}

/// Where a post is, and who wrote it.
pub(super) type Place = (Name, Index, Name);

/// What came next.
pub struct Step {
    /// What was recorded.
    pub moment: Moment,
    /// What that is in the system, and where everybody was before. A server that comes back has crashed first.
    pub path: Vec<(State, Action)>,
}

impl<'a> Play<'a> {
    /// Before the first record.
    pub fn new(run: &'a Run) -> Result<Play<'a>, Unusable> {
        Play::with_menus(run, &[])
    }

    /// Where a run was after a record, as a system in which everybody may go on as they like.
    pub fn on_from(run: &'a Run, at: usize) -> Result<System, Unusable> {
        let mut play = Play::with_menus(run, &menu(run))?;
        while play.at < at && play.step()?.is_some() {}
        let Play { mut system, state, .. } = play;
        system.start = Some(state);
        Ok(system)
    }

    fn with_menus(run: &'a Run, menu: &[Wish]) -> Result<Play<'a>, Unusable> {
        let mut choices = HashMap::new();
        let mut writer = Writer { run, written: BTreeSet::new(), said: HashMap::new() };
        let system = system(run, &mut writer, menu, &mut choices)?;
        let state = asleep(&system);
        let (said, foreign, posts) = (HashMap::new(), HashMap::new(), HashMap::new());
        Ok(Play { run, system, state, at: 0, said, choices, writer, foreign, posts, ended: None })
    }

    /// Plays the next record. Nothing if there is none, or if the server starts anew and has forgotten everything.
    pub fn step(&mut self) -> Result<Option<Step>, Unusable> {
        let Some(moment) = self.run.merged.moments.get(self.at).copied() else { return Ok(None) };
        let mut path = Vec::new();
        if let Some(saved) = self.saved(moment) {
            match saved {
                Ok(saved) => path.extend(self.crash(moment.life, saved)),
                Err(why) => {
                    self.ended = Some(why);
                    return Ok(None);
                }
            }
        }
        let Some(action) = self.action(moment) else { return Ok(None) };
        self.note_sent(moment, &action)?;
        let before = light(&self.state);
        if let Some(next) = self.system.next_state(&self.state, action.clone()) {
            self.state = next;
        }
        self.at += 1;
        path.push((before, action));
        Ok(Some(Step { moment, path }))
    }

    fn action(&mut self, moment: Moment) -> Option<Action> {
        let Moment { life, step, source } = moment;
        let host = self.run.hosts.of_life(life);
        let actor = Id::from(host);
        match &self.run.recorded[life].life.steps[step].1.input {
            Input::Start if host == SERVER || self.is_first(host, life) => {
                Some(ActorModelAction::Recover(actor))
            }
            Input::Restart { .. } => Some(ActorModelAction::Recover(actor)),
            Input::Start | Input::Command(_) | Input::Order(_) => {
                let random = *self.choices.get(&(life, step))?;
                Some(ActorModelAction::SelectRandom { actor, key: KEY.into(), random })
            }
            Input::Timer(timer) => Some(ActorModelAction::Timeout(actor, *timer)),
            Input::Packet { from, packet } => {
                let (src, msg) = match source {
                    Source::Sent(sent) => {
                        let packets = self.said.get(&(sent.life, sent.step))?;
                        (Id::from(self.run.hosts.of_life(sent.life)), packets.get(sent.place)?.clone())
                    }
                    Source::None | Source::Foreign | Source::Forged | Source::Beyond => {
                        (self.stranger(*from), self.foreign(life, packet))
                    }
                };
                Some(ActorModelAction::Deliver { src, dst: actor, msg })
            }
        }
    }

    /// Whether a host has done nothing in an earlier life.
    pub(super) fn is_first(&self, host: usize, life: usize) -> bool {
        is_first(self.run, &self.run.hosts.0[host].lives, life)
    }

    fn stranger(&self, from: SocketAddrV4) -> Id {
        self.run.hosts.at(from).map_or_else(|| from.into(), Id::from)
    }

    /// A packet of which only its receiver knows. Two packets have two texts, and the same one has its text again.
    fn foreign(&mut self, life: usize, packet: &Packet) -> Packet {
        let (mut packet, mut key) = (packet.clone(), packet.clone());
        blank(&mut key);
        if let Some(known) = self.known_post(life, &packet) {
            packet.text_mut().into_iter().for_each(|text| text.clone_from(&known));
        } else if let Some(text) = packet.text_mut() {
            let said = self.run.merged.texts.text(&word(&self.run.recorded, life, text));
            let known = self.foreign.entry((life, key));
            *text = known.or_insert_with(|| self.writer.unique(None, &said)).clone();
        }
        packet
    }

    /// What is sent has to be what was sent, but for texts.
    fn note_sent(&mut self, moment: Moment, action: &Action) -> Result<(), Unusable> {
        let Moment { life, step, .. } = moment;
        let host = self.run.hosts.of_life(life);
        let said: Vec<(Id, Packet)> = narrate::sent(&self.system.plain.actors, &self.state, action);
        let known = self.run.replayed[life].sent[step]
            .iter()
            .filter_map(|(to, packet)| Some((Id::from(self.run.hosts.at((*to).into())?), packet.clone())));
        let without_text = |(to, mut packet): (Id, Packet)| {
            blank(&mut packet);
            (to, packet)
        };
        if !said.iter().cloned().map(without_text).eq(known.map(without_text)) {
            let recorded = &self.run.recorded[life];
            let (file, line) = (recorded.file.clone(), recorded.life.steps[step].0);
            return Err(Unusable::Apart { file, line, actor: self.run.hosts.0[host].name.to_string() });
        }
        self.said.insert((life, step), said.into_iter().map(|(_, packet)| packet).collect());
        Ok(())
    }
}

fn is_first(run: &Run, lives: &[usize], life: usize) -> bool {
    let begun = |life: &&usize| !run.recorded[**life].life.steps.is_empty();
    lives.iter().find(begun) == Some(&life)
}

/// Nobody has started yet.
fn asleep(system: &System) -> State {
    let mut state = system.plain.init_states().remove(0);
    state.network = Network::new_unordered_duplicating([]);
    state.crashed.fill(true);
    state.timers_set.iter_mut().for_each(stateright::actor::Timers::cancel_all);
    state.random_choices.iter_mut().for_each(|choices| choices.map.clear());
    state
}

fn system(
    run: &Run,
    writer: &mut Writer<'_>,
    menu: &[Wish],
    choices: &mut HashMap<(usize, usize), Choice>,
) -> Result<System, Unusable> {
    let mut scenario = Scenario::new("recorded", "a recorded run");
    scenario.registered = false;
    scenario.sessions = registrations(run);
    scenario.limits = limits(run);
    let mut actors = vec![Role::Server(office(run, choices))];
    for (actor, host) in run.hosts.0.iter().enumerate().skip(SERVER + 1) {
        let others = |wish: &&Wish| !matches!(wish, Wish::Send(name) if *name == host.name.as_str());
        let menu = menu.iter().filter(others).map(|wish| Dish { wish: *wish, times: OFTEN }).collect();
        let person = Person { name: host.name.clone(), menu, appetite: OFTEN };
        scenario.people.push(person.clone());
        let script = writer.script(host.lives.as_slice(), person.menu.len(), choices)?;
        let lives = lives(run, actor);
        if lives.len() > MOST_LIVES {
            return Err(Unusable::Lives { address: host.address, count: lives.len(), most: MOST_LIVES });
        }
        actors.push(Role::Seat(Seat { lives, person, script, book: book(run, actor) }));
    }
    Ok(System::of(scenario, actors))
}

/// How many clients may be started at one address, one after the other.
const MOST_LIVES: usize = 256;

/// How often people may do things from where a run was.
const OFTEN: u8 = 9;

/// What people may do from where a run was.
fn menu(run: &Run) -> Vec<Wish> {
    // These live as long as the program, which ends with the Explorer.
    let kept = |name: &str| -> &'static str { Box::leak(name.to_owned().into_boxed_str()) };
    let joined = |record: &net::record::Record| match &record.input {
        Input::Command(Command::CreateGroup(group) | Command::JoinGroup(group)) => Some(group.clone()),
        _ => None,
    };
    let records = run.recorded.iter().flat_map(|it| &it.life.steps).map(|(_, record)| record);
    let groups: BTreeSet<Name> = records.filter_map(joined).collect();
    let mut menu: Vec<Wish> =
        run.hosts.0.iter().skip(SERVER + 1).map(|host| Wish::Send(kept(host.name.as_str()))).collect();
    for group in &groups {
        menu.push(Wish::Join(kept(group.as_str())));
    }
    if groups.is_empty() {
        menu.extend([Wish::Create("room"), Wish::Join("room")]);
    }
    menu.extend([Wish::Post, Wish::Members, Wish::Groups, Wish::Leave, Wish::Dereg, Wish::Interrupt]);
    menu
}

fn registrations(run: &Run) -> u64 {
    let asks = |packet: &Packet| matches!(packet, Packet::Register { .. });
    let sent = run.replayed.iter().flat_map(|replayed| replayed.sent.iter().flatten());
    sent.filter(|(_, packet)| asks(packet)).count() as u64
}

fn limits(run: &Run) -> Limits {
    let of = |life: &usize| match &run.recorded[*life].life.header.actor {
        Configured::Server(config) => config.limits,
        Configured::Client(config) => config.limits,
    };
    run.hosts.0.iter().flat_map(|host| &host.lives).map(of).next().unwrap_or_default()
}

fn office(run: &Run, choices: &mut HashMap<(usize, usize), Choice>) -> Office {
    let recorded = run.hosts.0[SERVER].lives.first().map(|life| &run.recorded[*life].life.header.actor);
    let config = match recorded {
        Some(Configured::Server(config)) => config.clone(),
        // It was not recorded and says nothing.
        _ => ServerConfig {
            key: crate::system::KEY,
            first_session: model::ids::Session(1),
            durable: false,
            limits: limits(run),
            timing: model::Timing::default(),
        },
    };
    let orders = orders(run, choices);
    Office { server: Server { config }, errands: Vec::new(), orders, book: book(run, SERVER) }
}

/// What the operator ordered.
fn orders(run: &Run, choices: &mut HashMap<(usize, usize), Choice>) -> Vec<Order> {
    let mut orders = Vec::new();
    for life in &run.hosts.0[SERVER].lives {
        for (step, (_, record)) in run.recorded[*life].life.steps.iter().enumerate() {
            let number = u16::try_from(orders.len());
            if let (Input::Order(order), Ok(number)) = (&record.input, number) {
                choices.insert((*life, step), Choice(number));
                orders.push(order.clone());
            }
        }
    }
    orders
}

/// The clients of all lives in which something was recorded.
fn lives(run: &Run, actor: usize) -> Vec<Client> {
    let host = &run.hosts.0[actor];
    let config = |life: &usize| match &run.recorded[*life].life.header.actor {
        Configured::Client(config) => Some(Client { config: config.clone() }),
        Configured::Server(_) => None,
    };
    let begun = host.lives.iter().filter(|life| !run.recorded[**life].life.steps.is_empty());
    let mut lives: Vec<Client> = begun.filter_map(config).collect();
    if lives.is_empty() {
        // It was not recorded and says nothing.
        let config = model::ClientConfig {
            name: host.name.clone(),
            server: Id::from(run.hosts.0[SERVER].address),
            nonce: model::ids::Nonce(0),
            reconnect: None,
            limits: limits(run),
            timing: model::Timing::default(),
        };
        lives.push(Client { config });
    }
    lives
}

fn book(run: &Run, host: usize) -> Book {
    Book::new(run.hosts.seen_by(host, &run.recorded, &run.replayed))
}

/// Writes down what people did.
pub(super) struct Writer<'a> {
    run: &'a Run,
    /// What they wrote, so that no two texts are the same. Whoever was not recorded is nobody.
    written: BTreeSet<(Option<Name>, Text)>,
    /// What each was before it was told apart.
    pub(super) said: HashMap<Text, Text>,
}

impl Writer<'_> {
    fn script(
        &mut self,
        lives: &[usize],
        dishes: usize,
        choices: &mut HashMap<(usize, usize), Choice>,
    ) -> Result<Vec<Deed>, Unusable> {
        let mut script = Vec::new();
        for life in lives {
            let recorded = &self.run.recorded[*life];
            for (step, (_, record)) in recorded.life.steps.iter().enumerate() {
                let deed = match &record.input {
                    Input::Start if !is_first(self.run, lives, *life) => Deed::Restarted,
                    Input::Command(command) => Deed::Said(self.command(*life, command.clone())),
                    _ => continue,
                };
                let number = u16::try_from(dishes + script.len()).map_err(|_| Unusable::TooMany {
                    file: recorded.file.clone(),
                    actor: recorded.life.header.name.clone(),
                })?;
                choices.insert((*life, step), Choice(number));
                script.push(deed);
            }
        }
        Ok(script)
    }

    fn command(&mut self, life: usize, mut command: Command) -> Command {
        let author = self.run.hosts.0[self.run.hosts.of_life(life)].name.clone();
        if let Some(text) = command.text_mut() {
            let said = self.run.merged.texts.text(&word(&self.run.recorded, life, text));
            *text = self.unique(Some(&author), &said);
        }
        command
    }

    pub(super) fn unique(&mut self, author: Option<&Name>, said: &Text) -> Text {
        let mut text = said.clone();
        for number in 2.. {
            if self.written.insert((author.cloned(), text.clone())) {
                break;
            }
            text = numbered(said, number);
        }
        self.said.insert(text.clone(), said.clone());
        text
    }
}

/// A text with a number behind it, shortened if there is no room.
fn numbered(said: &Text, number: usize) -> Text {
    let mut kept = said.as_str();
    loop {
        if let Ok(text) = Text::new(&format!("{kept} ({number})")) {
            return text;
        }
        let Some((last, _)) = kept.char_indices().next_back() else { return said.clone() };
        kept = &kept[..last];
    }
}

/// A state without what telling does not need.
pub(super) fn light(state: &State) -> State {
    State {
        actor_states: state.actor_states.clone(),
        network: Network::new_unordered_duplicating([]),
        timers_set: Vec::new(),
        random_choices: Vec::new(),
        crashed: state.crashed.clone(),
        history: (),
        actor_storages: state.actor_storages.clone(),
    }
}

/// What came out of a part of a run, as a story. Its steps have the numbers of their records.
pub(super) fn tell(
    system: &System,
    path: &[(State, Option<Action>)],
    sources: &[Source],
    numbers: &[usize],
) -> story::Story {
    tell_with_packets(system, path, sources, numbers).0
}

/// The same, and for each sending what was sent.
pub(super) fn tell_with_packets(
    system: &System,
    path: &[(State, Option<Action>)],
    sources: &[Source],
    numbers: &[usize],
) -> (story::Story, Vec<Envelope>) {
    let (mut story, sent) = story::go_on(&system.plain.actors, path);
    for (step, number) in story.steps.iter_mut().zip(numbers) {
        step.number = *number;
    }
    for (step, ((state, action), source)) in story.steps.iter_mut().zip(path.iter().zip(sources)) {
        if let Some(ActorModelAction::Recover(actor)) = action
            && state.actor_storages[usize::from(*actor)].is_none()
        {
            step.cause = story::Cause::Started;
        }
        if let story::Cause::Received { arrival, .. } = &mut step.cause {
            match source {
                Source::Foreign => *arrival = story::Arrival::Foreign,
                Source::Forged => *arrival = story::Arrival::Forged,
                Source::Beyond => *arrival = story::Arrival::Beyond,
                Source::None | Source::Sent(_) => {}
            }
        }
    }
    (story, sent)
}
