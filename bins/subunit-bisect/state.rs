//! The directory of a bisection: its tests, its lists, and the log of its trials.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subunit_cli::{FileWriter, ReportFile, Trouble, read_test_list};

use crate::search::{Search, Set, Settings};

/// The state of a bisection: the test, its candidates, and the log of trials.
///
/// The search is always a replay of the log, so a bisection that is started again goes on.
#[derive(Debug)]
pub(crate) struct State {
    /// The absolute path, which commands get.
    dir: PathBuf,
    /// The path as the user gave it.
    pub(crate) name: String,
    /// The test that fails.
    pub(crate) test: String,
    /// The tests before it, in the order in which they run.
    pub(crate) candidates: Vec<String>,
    pub(crate) settings: Settings,
    pub(crate) trials: Vec<Trial>,
    /// The numbers of the lists, by their candidates.
    lists: HashMap<Set, usize>,
    /// How many lists there are.
    list_count: usize,
    log: Option<FileWriter>,
}

/// A trial, as it is logged.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Trial {
    pub(crate) number: usize,
    /// The file of its list, below the directory.
    pub(crate) list: String,
    pub(crate) outcome: Outcome,
    /// Why it has no result.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
    pub(crate) seconds: f64,
    /// How the command ended.
    pub(crate) exit: String,
    /// The number of tests in its list.
    pub(crate) tests: usize,
    #[serde(skip)]
    pub(crate) set: Set,
}

/// The outcome of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Bad,
    Good,
    /// No result.
    Void,
}

const CANDIDATES: &str = "candidates";
const ORDER: &str = "order";
const SETTINGS: &str = "settings.json";
const TRIALS: &str = "trials.jsonl";
const LISTS: &str = "lists";
const STREAMS: &str = "streams";

impl State {
    /// Opens or creates the directory of a bisection. The default name is made of the test and a
    /// digest of all tests.
    ///
    /// # Errors
    ///
    /// If it belongs to other tests, is in use, or cannot be read or written.
    pub(crate) fn open(
        dir: Option<PathBuf>,
        test: String,
        candidates: Vec<String>,
        settings: Settings,
    ) -> Result<Self, Trouble> {
        let dir = dir.unwrap_or_else(|| PathBuf::from(default_name(&test, &candidates)));
        let named = |cause: io::Error| Trouble::with(dir.display(), &cause);
        for folder in [dir.clone(), dir.join(LISTS), dir.join(STREAMS)] {
            fs::create_dir_all(&folder).map_err(|cause| Trouble::with(folder.display(), &cause))?;
        }
        // The kernel releases the lock when the process ends.
        let log = File::options().read(true).append(true).create(true).open(dir.join(TRIALS)).map_err(named)?;
        if flock(&log, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(Trouble::message(format_args!("{}: another process uses it", dir.display())));
        }
        let mut all = candidates;
        all.push(test);
        if dir.join(CANDIDATES).exists() {
            let known = read_test_list(dir.join(CANDIDATES).as_os_str(), true)?;
            let problem = match (known.last(), all.last()) {
                (known, test) if known != test => Some("another test"),
                _ if known != all => Some("other candidates"),
                _ => None,
            };
            if let Some(what) = problem {
                let message = format_args!("{}: it holds the trials of {what}; choose another --state", dir.display());
                return Err(Trouble::message(message));
            }
        } else {
            write_whole(&dir.join(CANDIDATES), &list(all.iter().map(String::as_str)))?;
        }
        // Numbers can always be written.
        write_whole(&dir.join(SETTINGS), (serde_json::to_string(&settings).unwrap_or_default() + "\n").as_bytes())?;
        let mut state = Self::read(&dir)?;
        let whole = state.whole_lines_of_log(&log)?;
        log.set_len(whole).map_err(named)?;
        state.log = Some(FileWriter::new(log));
        Ok(state)
    }

    /// Reads a directory.
    ///
    /// # Errors
    ///
    /// If it holds no bisection, or cannot be read.
    pub(crate) fn read(dir: &Path) -> Result<Self, Trouble> {
        let all = read_test_list(dir.join(CANDIDATES).as_os_str(), true)?;
        let no_bisection = || Trouble::message(format_args!("{}: not the state of a bisection", dir.display()));
        let (test, given) = all.split_last().ok_or_else(no_bisection)?;
        let order = dir.join(ORDER);
        let candidates = if order.exists() { read_test_list(order.as_os_str(), true)? } else { given.to_vec() };
        let settings = fs::read(dir.join(SETTINGS)).map_err(|cause| Trouble::with(dir.display(), &cause))?;
        let mut state = Self {
            dir: fs::canonicalize(dir).map_err(|cause| Trouble::with(dir.display(), &cause))?,
            name: dir.display().to_string(),
            test: test.clone(),
            candidates,
            settings: serde_json::from_slice(&settings).map_err(|_| no_bisection())?,
            trials: Vec::new(),
            lists: HashMap::new(),
            list_count: 0,
            log: None,
        };
        state.read_trials()?;
        Ok(state)
    }

    /// Replays the log.
    pub(crate) fn search(&self) -> Search {
        let mut search = Search::new(self.candidates.len(), self.settings);
        for trial in self.trials.iter().filter(|trial| trial.outcome != Outcome::Void) {
            search.record(&trial.set, trial.outcome == Outcome::Bad);
        }
        search
    }

    /// Replaces the candidates by those of another order.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    pub(crate) fn reorder(&mut self, candidates: Vec<String>) -> Result<(), Trouble> {
        write_whole(&self.dir.join(ORDER), &list(candidates.iter().map(String::as_str)))?;
        self.candidates = candidates;
        self.lists.clear();
        Ok(())
    }

    /// The path of a list of these candidates and the test, and its name below the directory.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn list(&mut self, set: &Set) -> Result<(PathBuf, String), Trouble> {
        let is_known = self.lists.contains_key(set);
        let number = *self.lists.entry(set.clone()).or_insert_with(|| {
            self.list_count += 1;
            self.list_count
        });
        let name = format!("{LISTS}/{number}");
        let path = self.dir.join(&name);
        if !is_known {
            write_whole(&path, &list(self.ids(set).chain([self.test.as_str()])))?;
        }
        Ok((path, name))
    }

    /// The ids of candidates.
    pub(crate) fn ids<'a>(&'a self, set: &'a [usize]) -> impl Iterator<Item = &'a str> + Clone {
        set.iter().filter_map(|place| self.candidates.get(*place)).map(String::as_str)
    }

    /// Whether a trial has had a result.
    pub(crate) fn has_results(&self) -> bool {
        self.trials.iter().any(|trial| trial.outcome != Outcome::Void)
    }

    /// The path of the stream of a trial.
    pub(crate) fn stream(&self, number: usize) -> PathBuf {
        self.dir.join(STREAMS).join(format!("{number}.subunit"))
    }

    /// Logs a trial.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn add(&mut self, trial: Trial) -> Result<(), Trouble> {
        let line = serde_json::to_string(&trial).unwrap_or_default() + "\n";
        if let Some(log) = &mut self.log {
            let written = log.write_all(line.as_bytes()).and_then(|()| log.flush());
            written.map_err(|cause| Trouble::with(self.dir.join(TRIALS).display(), &cause))?;
        }
        self.trials.push(trial);
        Ok(())
    }

    fn read_trials(&mut self) -> Result<(), Trouble> {
        let path = self.dir.join(TRIALS);
        let bytes = fs::read(&path).map_err(|cause| Trouble::with(path.display(), &cause))?;
        let mut sets: HashMap<String, Set> = HashMap::new();
        for (index, line) in bytes[..whole_lines(&bytes)].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let mut trial: Trial = serde_json::from_slice(line).map_err(|error| {
                Trouble::message(format_args!("{}: line {}: no trial: {error}", path.display(), index + 1))
            })?;
            if !sets.contains_key(&trial.list) {
                let set = self.read_list(&trial.list)?;
                sets.insert(trial.list.clone(), set);
            }
            trial.set.clone_from(&sets[&trial.list]);
            self.trials.push(trial);
        }
        Ok(())
    }

    /// The candidates in a list.
    fn read_list(&mut self, name: &str) -> Result<Set, Trouble> {
        let ids = read_test_list(self.dir.join(name).as_os_str(), true)?;
        let places: HashMap<&str, usize> =
            self.candidates.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let mut set: Set = ids.iter().filter_map(|id| places.get(id.as_str()).copied()).collect();
        set.sort_unstable();
        let number = name.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        self.list_count = self.list_count.max(number);
        if ids.iter().map(String::as_str).eq(self.ids(&set).chain([self.test.as_str()])) {
            self.lists.insert(set.clone(), number);
        }
        Ok(set)
    }

    fn whole_lines_of_log(&self, log: &File) -> Result<u64, Trouble> {
        let path = self.dir.join(TRIALS);
        let read = || io::Result::Ok(whole_lines(&fs::read(&path)?) as u64);
        let whole = read().map_err(|cause| Trouble::with(path.display(), &cause))?;
        Ok(whole.min(log.metadata().map_or(whole, |found| found.len())))
    }
}

/// The length of the complete lines. The last line is torn if the tool or the machine died.
fn whole_lines(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// The name of a directory for the trials of these tests.
fn default_name(test: &str, candidates: &[String]) -> String {
    const LONGEST: usize = 100;
    let mut digest = Sha256::new();
    for id in candidates.iter().map(String::as_str).chain([test]) {
        digest.update(id);
        digest.update([0]);
    }
    let digest = digest.finalize();
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let name: String =
        test.chars().take(LONGEST).map(|character| if is_plain(character) { character } else { '_' }).collect();
    format!("bisect.{name}-{:02x}{:02x}", digest[0], digest[1])
}

/// A list: an id on each line, or ended by NUL bytes if a line cannot hold one.
fn list<'a>(ids: impl Iterator<Item = &'a str> + Clone) -> Vec<u8> {
    let end = if ids.clone().any(|id| id.contains('\n') || id.ends_with('\r')) { '\0' } else { '\n' };
    ids.flat_map(|id| [id.as_bytes(), if end == '\0' { b"\0" } else { b"\n" }]).flatten().copied().collect()
}

/// Writes a file atomically: it is complete or absent.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    ReportFile::new(path.to_owned())?.write(|file| file.write_all(bytes).and_then(|()| file.flush()))
}
