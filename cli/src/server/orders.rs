//! What an operator types.

use model::name::NameFault;
use model::{Name, Order};

/// What an operator asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Show the client table.
    Who,
    /// Show the group table.
    Groups,
    /// Show what can be asked.
    Help,
    /// Something for the server.
    Order(Order),
}

/// Why a line asks nothing. Displayed, it is the line that the operator gets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Unknown or incomplete.
    #[error("Invalid command; there are who, groups, kick NAME, stop, help")]
    Invalid,
    /// Nobody can have this name.
    #[error("Invalid user name: {0}")]
    Name(#[from] NameFault),
}

/// What there is, each with what it does.
pub(crate) const HELP: [(&str, &str); 5] = [
    ("who", "show the client table"),
    ("groups", "show the groups with their members"),
    ("kick NAME", "put a client out"),
    ("stop", "tell everybody and end"),
    ("help", "show this"),
];

/// What a line asks. A blank line asks nothing.
pub(crate) fn parse(line: &str) -> Result<Option<Ask>, Fault> {
    let words: Vec<&str> = line.split_whitespace().collect();
    Ok(Some(match words[..] {
        [] => return Ok(None),
        ["who"] => Ask::Who,
        ["groups"] => Ask::Groups,
        ["help"] => Ask::Help,
        ["stop"] => Ask::Order(Order::Stop),
        ["kick", name] => kick(name)?,
        _ => return Err(Fault::Invalid),
    }))
}

/// To kick somebody of this name.
pub(crate) fn kick(name: &str) -> Result<Ask, Fault> {
    Ok(Ask::Order(Order::Kick(Name::new(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_understood() {
        let kick = Order::Kick(Name::new("X").unwrap());
        for (line, ask) in [
            ("who", Ask::Who),
            (" groups\t", Ask::Groups),
            ("help", Ask::Help),
            ("stop", Ask::Order(Order::Stop)),
            ("kick  X\r", Ask::Order(kick)),
        ] {
            assert_eq!(parse(line), Ok(Some(ask)), "{line}");
        }
        assert_eq!(parse(" \r"), Ok(None));
    }

    #[test]
    fn everything_else_is_answered_with_what_there_is() {
        for line in ["kick", "kick X Y", "stop now", "STOP", "x"] {
            let words = "Invalid command; there are who, groups, kick NAME, stop, help";
            assert_eq!(parse(line).unwrap_err().to_string(), words, "{line}");
        }
        let long = format!("kick {}", "x".repeat(33));
        let words = "Invalid user name: a name has at most 32 bytes, this one has 33";
        assert_eq!(parse(&long).unwrap_err().to_string(), words);
    }
}
