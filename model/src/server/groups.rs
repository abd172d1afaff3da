//! Groups: creating, listing, joining, leaving.

use crate::ids::{RequestNumber, Session};
use crate::message::Timer;
use crate::name::Name;
use crate::notice::{GroupRefusal, Notice};
use crate::packet::Reply;

use super::{Group, Membership, Turn, requests};

impl Turn<'_> {
    pub(super) fn create_group(&mut self, session: Session, number: RequestNumber, group: Name) {
        let by = self.state.entry(session).name.clone();
        let room = self.state.groups.len() < self.config.limits.groups;
        let (reply, notice) = if self.state.groups.contains_key(&group) {
            (Reply::GroupExists, Notice::GroupRefused { by, group, reason: GroupRefusal::Exists })
        } else if room {
            self.state.insert_group(group.clone(), Group::default());
            (Reply::GroupCreated, Notice::GroupCreated { by, group })
        } else {
            (Reply::TooManyGroups, Notice::GroupRefused { by, group, reason: GroupRefusal::TooMany })
        };
        let created = reply == Reply::GroupCreated;
        self.reply(session, number, reply);
        self.notify(notice);
        if created {
            self.groups_changed();
        }
    }

    pub(super) fn list_groups(&mut self, session: Session, number: RequestNumber, after: Option<&Name>) {
        let reply = requests::page(&self.state.groups, after, self.config.limits.page);
        self.reply(session, number, reply);
        if after.is_none() {
            let by = self.state.entry(session).name.clone();
            let groups = self.state.groups.keys().cloned().collect();
            self.notify(Notice::ListedGroups { by, groups });
        }
    }

    pub(super) fn list_members(&mut self, session: Session, number: RequestNumber, after: Option<&Name>) {
        let Some(group) = self.state.membership(session).map(|membership| membership.group.clone()) else {
            return self.reply(session, number, Reply::NotMember);
        };
        let members = &self.state.groups[&group].members;
        let reply = requests::page(members, after, self.config.limits.page);
        let names = members.keys().cloned().collect();
        self.reply(session, number, reply);
        if after.is_none() {
            let by = self.state.entry(session).name.clone();
            self.notify(Notice::ListedMembers { by, group, members: names });
        }
    }

    /// The new member gets every post from the group's next one on.
    pub(super) fn join_group(&mut self, session: Session, number: RequestNumber, name: Name) {
        let by = self.state.entry(session).name.clone();
        if self.state.membership(session).is_some() {
            return self.reply(session, number, Reply::AlreadyMember);
        }
        let Some(group) = self.state.group_mut(&name) else {
            self.reply(session, number, Reply::NoSuchGroup);
            return self.notify(Notice::JoinRefused { by, group: name });
        };
        let next = group.next;
        group.members.insert(by.clone(), session);
        if let Some(online) = self.state.online_mut(session) {
            let group = name.clone();
            let membership =
                Membership { group, join: number, acked: next, sent: next, unanswered: 0, attempts: 0 };
            online.membership = Some(membership);
        }
        self.reply(session, number, Reply::Joined { next });
        self.notify(Notice::Joined { by, group: name });
        self.groups_changed();
    }

    pub(super) fn leave_group(&mut self, session: Session, number: RequestNumber) {
        let Some(membership) = self.end_membership(session) else {
            return self.reply(session, number, Reply::NotMember);
        };
        self.reply(session, number, Reply::Left);
        let by = self.state.entry(session).name.clone();
        self.notify(Notice::Left { by, group: membership.group });
        self.groups_changed();
    }

    /// Takes a session out of its group; nobody waits for its acks any longer. For every way to leave.
    pub(super) fn end_membership(&mut self, session: Session) -> Option<Membership> {
        let membership = self.state.online_mut(session)?.membership.take()?;
        let name = self.state.entry(session).name.clone();
        if let Some(group) = self.state.group_mut(&membership.group) {
            group.members.remove(&name);
            let done = group.settle(session, membership.acked, group.next);
            *self.state.posts_mut() -= done;
        }
        if membership.unanswered > 0 {
            self.out.cancel_timer(Timer::Post(session));
        }
        self.release(membership.unanswered);
        Some(membership)
    }

    pub(super) fn groups_changed(&mut self) {
        let line = |(name, group): (&Name, &Group)| (name.clone(), group.members.keys().cloned().collect());
        let groups = self.state.groups.iter().map(line).collect();
        self.notify(Notice::Groups(groups));
    }
}
