//! The configuration file, `chat.toml`: options by their long names, as if they stood before the others on the command line.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command, CommandFactory, Parser};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Arguments;
use crate::FAILED;
use crate::escape::escape;
use crate::front::UNWRITABLE;

/// Why a configuration file cannot be used. Displayed, it is all that the person gets.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Something is wrong with a line of it.
    #[error("{}:{line}: {fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        fault: String,
    },
}

impl Arguments {
    /// The command line of this process, with the configuration file where it says nothing. Ends the process if the command
    /// line is wrong or asks for help.
    pub(crate) fn read() -> Result<Arguments, ConfigError> {
        let given: Vec<OsString> = env::args_os().collect();
        let alone = parse(&given);
        let (path, text) = match &alone.options.config {
            Some(path) => (path.clone(), read(path)?),
            None => match default_path() {
                Some(path) if path.is_file() => (path.clone(), read(&path)?),
                _ => return Ok(alone),
            },
        };
        let mut configured = configured(&path, &text)?;
        // One mode excludes the other, and the command line wins.
        configured.retain(|word| match word.to_str() {
            Some("--json") => !alone.options.plain,
            Some("--plain") => !alone.options.json,
            _ => true,
        });
        let (name, rest) =
            given.split_first().map_or((None, given.as_slice()), |(name, rest)| (Some(name), rest));
        let all = name.cloned().into_iter().chain(configured).chain(rest.iter().cloned());
        Ok(parse(&all.collect::<Vec<_>>()))
    }
}

/// What is wrong with the words is quoted in the answer, so they are made harmless first.
fn parse(words: &[OsString]) -> Arguments {
    Arguments::try_parse_from(words).unwrap_or_else(|error| {
        let harmless = words.iter().map(|word| escape(&word.to_string_lossy()));
        Arguments::try_parse_from(harmless).map_or_else(|error| end(&error), |_| end(&error))
    })
}

/// `chat/chat.toml` where this person keeps configuration.
fn default_path() -> Option<PathBuf> {
    let given = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let directory = given("XDG_CONFIG_HOME").or_else(|| Some(given("HOME")?.join(".config")))?;
    Some(directory.join("chat").join("chat.toml"))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|error| ConfigError::Read { path: path.to_owned(), error })
}

/// Prints help, or what is wrong, and ends.
fn end(error: &clap::Error) -> ! {
    if let Err(fault) = error.print()
        && !error.use_stderr()
    {
        let _ = writeln!(io::stderr(), "{UNWRITABLE}: {fault}");
        process::exit(FAILED.into());
    }
    process::exit(error.exit_code())
}

/// What a file says, as arguments.
fn configured(path: &Path, text: &str) -> Result<Vec<OsString>, ConfigError> {
    let fault = |at: usize, fault: String| ConfigError::Line {
        path: path.to_owned(),
        line: text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1,
        fault,
    };
    let table = DeTable::parse(text)
        .map_err(|error| fault(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let command = Arguments::command();
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut lines = Vec::new();
    for (key, value) in entries {
        let argument =
            argument(&command, key.get_ref(), value).map_err(|error| fault(key.span().start, error))?;
        lines.push((key.span().start, argument));
    }
    check(&lines).map_err(|(at, error)| fault(at, error))?;
    Ok(lines.into_iter().filter_map(|(_, argument)| argument).collect())
}

/// One line as an argument; nothing for a switch that is off.
fn argument(command: &Command, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Option<OsString>, String> {
    let known: Vec<&Arg> = command.get_arguments().filter(|arg| is_option(arg)).collect();
    let Some(arg) = known.iter().find(|arg| arg.get_long() == Some(key)) else {
        let mut names: Vec<&str> = known.iter().filter_map(|arg| arg.get_long()).collect();
        names.sort_unstable();
        return Err(format!("unknown key '{key}'; there are {}", names.join(", ")));
    };
    let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
    let given = match value.get_ref() {
        DeValue::Boolean(on) if is_switch => return Ok(on.then(|| format!("--{key}").into())),
        _ if is_switch => return Err(format!("{key} is true or false")),
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        _ => return Err(format!("{key} is a text or a whole number")),
    };
    Ok(Some(format!("--{key}={given}").into()))
}

/// What may stand in a file: what can be said once, of everything but the file itself.
fn is_option(arg: &Arg) -> bool {
    arg.get_long().is_some_and(|long| long != "config")
        && matches!(arg.get_action(), ArgAction::Set | ArgAction::SetTrue)
}

/// The command line decides what is a good value. If it takes not all lines, the first that it does not take is at fault.
fn check(lines: &[(usize, Option<OsString>)]) -> Result<(), (usize, String)> {
    let taken = |lines: &[(usize, Option<OsString>)]| {
        let arguments = lines.iter().filter_map(|(_, argument)| argument.clone());
        Arguments::try_parse_from(std::iter::once("chat".into()).chain(arguments))
    };
    let Err(error) = taken(lines) else { return Ok(()) };
    let same = |place: &usize| taken(&lines[..*place]).is_err_and(|early| early.kind() == error.kind());
    let place = (1..=lines.len()).find(same).unwrap_or(lines.len());
    Err((lines[place - 1].0, words(&error)))
}

/// A clap error in one line.
fn words(error: &clap::Error) -> String {
    let reason = error.to_string();
    let first = reason.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(_)) | None => first.replace("--", ""),
        Some(_) => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Result<Vec<String>, String> {
        let words = configured(Path::new("chat.toml"), text).map_err(|error| error.to_string())?;
        Ok(words.into_iter().map(|word| word.into_string().unwrap()).collect())
    }

    #[test]
    fn a_file_is_a_list_of_options() {
        assert_eq!(arguments("").unwrap(), [] as [&str; 0]);
        let text =
            "# mine\nack-wait = 100\nbind = '127.0.0.1'\nplain = true\nlog-text = false\nrate = 'off'\n";
        assert_eq!(arguments(text).unwrap(), ["--ack-wait=100", "--bind=127.0.0.1", "--plain", "--rate=off"]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, words) in [
            (
                "\nackwait = 1\n",
                "chat.toml:2: unknown key 'ackwait'; there are ack-wait, attempts, bell, bind, burst,",
            ),
            ("config = 'x'", "chat.toml:1: unknown key 'config'; there are"),
            ("verbose = 1", "chat.toml:1: unknown key 'verbose'; there are"),
            ("plain = 'yes'", "chat.toml:1: plain is true or false"),
            ("bind = true", "chat.toml:1: bind is a text or a whole number"),
            ("[server]\nport = 1", "chat.toml:1: unknown key 'server'"),
            ("attempts = 5\n\nack-wait = 0\nburst = 3", "chat.toml:3: invalid value '0' for 'ack-wait <MS>'"),
            ("attempts = 5\nrate = 'fast'", "chat.toml:2: invalid value 'fast' for 'rate <N>': a rate is"),
            ("attempts = 5\nattempts = 6", "chat.toml:2: duplicate key"),
            ("attempts = \n", "chat.toml:1: "),
        ] {
            let error = arguments(text).unwrap_err();
            assert!(error.starts_with(words), "{text:?}: {error}");
        }
    }
}
