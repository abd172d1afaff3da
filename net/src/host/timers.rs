//! The timers of one actor.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use ahash::AHashMap;

/// Timers by name and by time. Setting, cancelling and firing take logarithmic time, and a timer that is not set
/// takes no memory.
#[derive(Debug)]
pub(super) struct Timers<K> {
    armed: AHashMap<K, Armed>,
    /// First the one that falls due first. The same timers as in `armed`.
    queue: BTreeMap<Moment, K>,
    /// The timer that has just fired and may be set again, and since when it was waiting.
    firing: Option<(K, Instant)>,
    /// How many were ever set. Grows.
    count: u64,
}

/// A timer that is set.
#[derive(Clone, Copy, Debug)]
struct Armed {
    /// When it falls due.
    moment: Moment,
    /// Since when it is waiting.
    since: Instant,
}

/// A time, and for equal times the order of setting. No two timers have the same.
type Moment = (Instant, u64);

impl<K: Copy + Eq + Hash> Timers<K> {
    pub(super) fn new() -> Timers<K> {
        Timers { armed: AHashMap::new(), queue: BTreeMap::new(), firing: None, count: 0 }
    }

    /// Sets a timer; if it was set before, to this time instead, and then tells how long it has been waiting.
    pub(super) fn set(&mut self, timer: K, at: Instant, now: Instant) -> Option<Duration> {
        let fired = self.firing.take_if(|(firing, _)| *firing == timer);
        self.count += 1;
        let armed = Armed { moment: (at, self.count), since: fired.map_or(now, |(_, since)| since) };
        let before = self.armed.insert(timer, armed);
        self.queue.insert(armed.moment, timer);
        before.map(|before| self.answered(before, now))
    }

    /// Tells how long the timer has been waiting. Does nothing if it is not set.
    pub(super) fn cancel(&mut self, timer: &K, now: Instant) -> Option<Duration> {
        let before = self.armed.remove(timer)?;
        Some(self.answered(before, now))
    }

    fn answered(&mut self, armed: Armed, now: Instant) -> Duration {
        self.queue.remove(&armed.moment);
        now.duration_since(armed.since)
    }

    /// The timer that is due for the longest time, which is not set any more then.
    pub(super) fn pop(&mut self, now: Instant) -> Option<K> {
        let first = self.queue.first_entry().filter(|first| first.key().0 <= now)?;
        let timer = first.remove();
        self.firing = self.armed.remove(&timer).map(|armed| (timer, armed.since));
        Some(timer)
    }

    /// What the last timer did is done. Unless it is set again by now, it waits no more.
    pub(super) fn fired(&mut self) {
        self.firing = None;
    }

    /// When the first timer falls due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timers_fire_in_the_order_of_their_times_then_of_setting() {
        let (mut timers, start) = (Timers::new(), Instant::now());
        timers.set('c', start + ms(2), start);
        timers.set('b', start + ms(1), start);
        timers.set('a', start + ms(2), start);
        assert_eq!(timers.next(), Some(start + ms(1)));
        assert_eq!(fired(&mut timers, start + ms(2)), ['b', 'c', 'a']);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_timer_fires_at_its_time_and_not_before() {
        let (mut timers, start) = (Timers::new(), Instant::now());
        timers.set('a', start + ms(5), start);
        assert_eq!(timers.pop(start + Duration::from_nanos(4_999_999)), None);
        assert_eq!(timers.pop(start + ms(5)), Some('a'));
        assert_eq!(timers.pop(start + ms(9)), None);
    }

    #[test]
    fn setting_again_replaces() {
        let (mut timers, start) = (Timers::new(), Instant::now());
        timers.set('a', start, start);
        timers.set('a', start + ms(5), start);
        assert_eq!((timers.armed.len(), timers.queue.len()), (1, 1));
        assert_eq!(timers.pop(start + ms(4)), None);
        assert_eq!(fired(&mut timers, start + ms(5)), ['a']);
    }

    #[test]
    fn a_cancelled_timer_never_fires() {
        let (mut timers, start) = (Timers::new(), Instant::now());
        timers.set('a', start, start);
        timers.set('b', start, start);
        timers.cancel(&'a', start);
        timers.cancel(&'x', start);
        assert_eq!(fired(&mut timers, start + ms(9)), ['b']);
    }

    #[test]
    fn a_cancelled_or_replaced_timer_takes_no_memory() {
        let (mut timers, start) = (Timers::new(), Instant::now());
        for round in 0..100_000_u64 {
            timers.set(round, start + ms(round % 7), start);
            timers.set(round, start + ms(round % 5), start);
            timers.cancel(&round, start);
        }
        assert_eq!((timers.armed.len(), timers.queue.len()), (0, 0));
    }

    #[test]
    fn how_long_a_timer_waits_counts_from_the_first_time_it_was_set() {
        let (mut timers, start) = (Timers::new(), Instant::now());
        assert_eq!(timers.set('a', start + ms(5), start), None);
        assert_eq!(timers.pop(start + ms(5)), Some('a'));
        assert_eq!(timers.set('a', start + ms(10), start + ms(5)), None);
        timers.fired();
        assert_eq!(timers.cancel(&'a', start + ms(7)), Some(ms(7)));
        // What is set again before it fires has got an answer, and waits for the next one.
        timers.set('b', start + ms(5), start);
        assert_eq!(timers.set('b', start + ms(8), start + ms(3)), Some(ms(3)));
        assert_eq!(timers.cancel(&'b', start + ms(4)), Some(ms(1)));
    }

    #[test]
    fn a_timer_that_is_not_set_again_waits_no_more() {
        let (mut timers, start) = (Timers::new(), Instant::now());
        timers.set('a', start, start);
        assert_eq!(fired(&mut timers, start), ['a']);
        assert_eq!(timers.set('a', start + ms(5), start + ms(2)), None);
        assert_eq!(timers.cancel(&'a', start + ms(3)), Some(ms(1)));
    }

    #[test]
    fn timers_agree_with_a_plain_list() {
        use rand::{Rng, SeedableRng};
        let mut rng = rand::rngs::StdRng::seed_from_u64(3);
        let (mut timers, mut list, start) = (Timers::new(), Vec::<(Instant, u8)>::new(), Instant::now());
        for round in 0..20_000_u64 {
            let timer = rng.random_range(0..20_u8);
            let now = start + ms(round / 10);
            match rng.random_range(0..3) {
                0 => {
                    let at = now + ms(rng.random_range(0..9));
                    list.retain(|(_, t)| *t != timer);
                    list.push((at, timer));
                    timers.set(timer, at, start);
                }
                1 => {
                    list.retain(|(_, t)| *t != timer);
                    timers.cancel(&timer, start);
                }
                _ => {
                    list.sort_by_key(|(at, _)| *at);
                    let due: Vec<u8> = list.iter().filter(|(at, _)| *at <= now).map(|(_, t)| *t).collect();
                    list.retain(|(at, _)| *at > now);
                    assert_eq!(fired(&mut timers, now), due);
                }
            }
            assert_eq!(timers.next(), list.iter().map(|(at, _)| *at).min());
            assert_eq!((timers.armed.len(), timers.queue.len()), (list.len(), list.len()));
        }
    }

    fn fired<K: Copy + Eq + Hash>(timers: &mut Timers<K>, now: Instant) -> Vec<K> {
        std::iter::from_fn(|| timers.pop(now).inspect(|_| timers.fired())).collect()
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }
}
