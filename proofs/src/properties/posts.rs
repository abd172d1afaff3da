//! What is shown: posts, and what holds for everything shown.

use model::Timer;

use crate::system::history::Fault;
use crate::system::{SERVER, State, System, server};

use super::society::{Society, letters};

/// When a post is out of attempts, whoever has not acked is not a member; no post waits without a timer.
pub(super) fn unresponsive_removed(system: &System, state: &State) -> bool {
    if state.crashed[SERVER] {
        return logs_in_order(state);
    }
    let (server, limits) = (server(state), &system.scenario.limits);
    if server.stopped {
        return state.timers_set[SERVER].iter().next().is_none();
    }
    let mut unanswered = 0;
    let members_served = server.sessions.iter().all(|(session, record)| {
        let Some(online) = &record.online else { return true };
        unanswered += usize::from(online.sync.sent.is_some());
        let Some(membership) = &online.membership else { return true };
        unanswered += membership.unanswered;
        let next = server.groups[&membership.group].next;
        let timer = state.timers_set[SERVER].iter().any(|timer| *timer == Timer::Post(*session));
        let waiting = membership.sent < next;
        // What has gathered goes out with the ack of what is out, or when there is room.
        let in_turn = membership.unanswered > 0 || (online.queued && server.window.queue.contains(session));
        membership.attempts <= limits.attempts
            && membership.unanswered <= limits.reach
            && (membership.unanswered > 0) == timer
            && (!waiting || in_turn)
    });
    // Who waits in the queue is let out as soon as something is answered, so something has to be out.
    let somebody_waits =
        server.sessions.values().filter_map(|record| record.online.as_ref()).any(|it| it.queued);
    members_served
        && unanswered == server.window.unanswered
        && unanswered <= limits.window
        && (!somebody_waits || unanswered > 0)
        && logs_in_order(state)
}

/// A post is kept exactly as long as some member has not acked it.
fn logs_in_order(state: &State) -> bool {
    let server = server(state);
    let logged: usize = server.groups.values().map(|group| group.log.len()).sum();
    logged == server.posts
        && server.groups.values().all(|group| {
            group.log.front().is_none_or(|first| first.waiting > 0)
                && (group.first().0..).zip(&group.log).all(|(index, post)| {
                    let waits = |session: &&model::ids::Session| {
                        **session != post.sender
                            && server.membership(**session).is_some_and(|member| member.acked.0 <= index)
                    };
                    group.members.values().filter(waits).count() == post.waiting
                })
        })
}

/// Nothing is shown twice.
pub(crate) fn shown_once<S: Society>(society: &S) -> bool {
    society.people().all(|seated| {
        let person = seated.person;
        let once = |posts: &Vec<_>| {
            posts.iter().enumerate().all(|(i, (index, from, text))| {
                posts[..i]
                    .iter()
                    .all(|(other, author, said)| index != other && (from, text) != (author, said))
            })
        };
        person.stops <= 1
            && person.directs.values().all(|times| *times == 1)
            && person.posts.values().all(once)
    })
}

/// What is shown as from X was typed by X, for this person or for this group.
pub(crate) fn shown_true<S: Society>(society: &S) -> bool {
    society.people().all(|seated| {
        let directs = seated.person.directs.keys().all(|(from, text)| {
            letters(society).any(|letter| {
                letter.from == *from
                    && letter.text == *text
                    && letter.to.as_ref().is_some_and(|to| society.is_called(seated.actor, to))
            })
        });
        let posts = seated.person.posts.iter().all(|(group, posts)| {
            posts.iter().all(|(_, from, text)| {
                letters(society).any(|letter| {
                    letter.from == *from
                        && letter.text == *text
                        && letter.to.is_none()
                        && letter.group.as_ref() == Some(group)
                })
            })
        });
        directs && posts
    })
}

/// Any two members show the posts they both show in the same order, without gaps while they stay.
pub(crate) fn group_order<S: Society>(society: &S) -> bool {
    let rising = society.people().all(|seated| {
        !seated.person.faults.contains(&Fault::Gap)
            && seated.person.posts.values().all(|posts| posts.is_sorted_by(|(a, ..), (b, ..)| a < b))
    });
    let agreed = society.people().all(|one| {
        society.people().filter(|other| other.actor > one.actor).all(|other| {
            one.person.posts.iter().all(|(group, posts)| {
                other.person.posts.get(group).is_none_or(|theirs| {
                    posts.iter().all(|post| theirs.iter().all(|their| (their.0 == post.0) == (their == post)))
                })
            })
        })
    });
    rising && agreed
}

/// After the reply to leaving, nothing of that group is shown; and after the end nothing at all.
pub(crate) fn members_only<S: Society>(society: &S) -> bool {
    society.people().all(|seated| {
        !seated.person.faults.contains(&Fault::PostOutsideGroup)
            && !seated.person.faults.contains(&Fault::ToldAfterExit)
    })
}
