//! A package whose tests run.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use subunit_codec::names::STDOUT;
use subunit_codec::{Event, Status};

use super::interrupted;
use super::record::Record;
use super::running::Running;

/// A package whose tests run.
#[derive(Debug)]
pub(super) struct Package {
    name: String,
    /// Its tests that run, in the order in which they began, by their names in the package.
    tests: Vec<(String, Running)>,
    /// Hashes of the names of those that have ended.
    ended: HashSet<u64>,
    hasher: RandomState,
    /// The test that it is itself if it fails.
    itself: Running,
    has_failed_test: bool,
}

impl Package {
    pub(super) fn new(name: &str) -> Self {
        let id = format!("{name} [package]");
        Self {
            name: name.to_owned(),
            tests: Vec::new(),
            ended: HashSet::new(),
            hasher: RandomState::new(),
            itself: Running::not_runnable(id.trim_start()),
            has_failed_test: false,
        }
    }

    pub(super) fn running(&mut self) -> impl Iterator<Item = &mut Running> {
        self.tests.iter_mut().map(|(_, test)| test)
    }

    /// Translates a record that does not end the package.
    pub(super) fn record<E>(
        &mut self,
        record: &Record<'_>,
        out: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if record.test.is_empty() {
            return if record.action == "output" { self.output(&record.output, out) } else { Ok(()) };
        }
        let time = record.timestamp();
        let status = match &*record.action {
            "pass" | "bench" => Status::Success,
            "fail" => Status::Fail,
            "skip" => Status::Skip,
            // What a goroutine prints after the end of its test does not run the test again.
            "output" if self.has_ended(&record.test) => return self.output(&record.output, out),
            "pause" | "cont" if self.has_ended(&record.test) => return Ok(()),
            action => {
                let at = self.begun(record, out)?;
                let test = &mut self.tests[at].1;
                return match action {
                    "output" if record.is_about_a_pause() => Ok(()),
                    "output" => {
                        test.print(&record.output, out)?;
                        self.claims(at, &record.output);
                        Ok(())
                    }
                    "pause" => {
                        test.pause(time);
                        Ok(())
                    }
                    "cont" => test.resume(time, out),
                    _ => Ok(()),
                };
            }
        };
        let at = self.begun(record, out)?;
        let (name, test) = self.tests.remove(at);
        self.ended.insert(self.hasher.hash_one(name));
        self.has_failed_test |= status == Status::Fail;
        out(&test.ended(status, time))
    }

    fn has_ended(&self, test: &str) -> bool {
        self.ended.contains(&self.hasher.hash_one(test)) && !self.tests.iter().any(|(name, _)| name == test)
    }

    /// The place of the test among those that run, where it is put if it did not run.
    fn begun<E>(&mut self, record: &Record<'_>, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<usize, E> {
        // Mostly the last one, and there are few.
        if let Some(at) = self.tests.iter().rposition(|(name, _)| *name == *record.test) {
            return Ok(at);
        }
        let test = Running::new(&format!("{}.{}", self.name, record.test));
        out(&test.event(record.timestamp()).status(Status::InProgress))?;
        self.tests.push((record.test.clone().into_owned(), test));
        Ok(self.tests.len() - 1)
    }

    /// What the package prints is text, and kept in case that it fails.
    fn output<E>(&mut self, output: &str, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        out(&Event::global_file(STDOUT, output.as_bytes()))?;
        self.itself.keep(output);
        let mut claims = Vec::new();
        self.itself.lines(output, |line| claims.extend(claim(line).map(|(name, status)| (name.to_owned(), status))));
        self.note(claims);
        Ok(())
    }

    /// Takes note of results in the output of a test.
    fn claims(&mut self, at: usize, output: &str) {
        let mut claims = Vec::new();
        let test = &mut self.tests[at].1;
        test.lines(output, |line| claims.extend(claim(line).map(|(name, status)| (name.to_owned(), status))));
        self.note(claims);
    }

    fn note(&mut self, claims: Vec<(String, Status)>) {
        for (name, status) in claims {
            if let Some((_, test)) = self.tests.iter_mut().rfind(|(known, _)| *known == name) {
                test.claim = Some(status);
            }
        }
    }

    /// Ends the package: its tests that run go as it does, unless a line says otherwise.
    pub(super) fn end<E>(
        mut self,
        record: &Record<'_>,
        build_has_failed: bool,
        out: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (time, has_failed) = (record.timestamp(), record.action == "fail");
        let of_package = if has_failed { Status::Fail } else { Status::Success };
        for (_, test) in std::mem::take(&mut self.tests) {
            let status = test.claim.unwrap_or(of_package);
            self.has_failed_test |= status == Status::Fail;
            out(&test.ended(status, time))?;
        }
        if has_failed && !self.has_failed_test && !build_has_failed {
            out(&self.itself.ended(Status::Fail, time))?;
        }
        Ok(())
    }

    /// Ends the package without a result.
    pub(super) fn interrupt<E>(mut self, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        for (_, mut test) in std::mem::take(&mut self.tests) {
            self.has_failed_test = true;
            test.release(out)?;
            out(&interrupted(&test))?;
        }
        if self.has_failed_test {
            return Ok(());
        }
        self.itself.release(out)?;
        out(&interrupted(&self.itself))
    }
}

/// The result in a line that does not begin with it: a test printed no newline before. Benchmarks
/// end with a line of their own, and Go does not say how.
fn claim(line: &str) -> Option<(&str, Status)> {
    if line.starts_with("Benchmark") && (line.ends_with(" ns/op") || line.contains(" ns/op\t")) {
        let name = line.split([' ', '\t']).next()?;
        // Behind the last dash is the number of processors.
        let name = name.rsplit_once('-').map_or(name, |(name, _)| name);
        return Some((name, Status::Success));
    }
    let (at, word, status) =
        [("--- PASS: ", Status::Success), ("--- FAIL: ", Status::Fail), ("--- SKIP: ", Status::Skip)]
            .into_iter()
            .filter_map(|(word, status)| Some((line.rfind(word)?, word, status)))
            .max_by_key(|(at, ..)| *at)?;
    let (name, time) = line[at + word.len()..].split_once(' ')?;
    let time = time.strip_prefix('(')?.strip_suffix("s)")?;
    let is_time = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (at > 0 && is_time).then_some((name, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_counts_if_it_ends_a_line() {
        for (line, expected) in [
            ("OK--- PASS: TestSth (0.00s)", Some(("TestSth", Status::Success))),
            ("no--- FAIL: TestA/b_c (12.34s)", Some(("TestA/b_c", Status::Fail))),
            ("--- PASS: A (0.00s)--- SKIP: TestB (0.00s)", Some(("TestB", Status::Skip))),
            ("--- PASS: TestSth (0.00s)", None),
            ("OK--- PASS: TestSth (0.00s) or so", None),
            ("OK--- PASS: TestSth (now)", None),
            ("OK--- PASS: TestSth", None),
            ("BenchmarkLoop-2   \t40351596\t         0.2709 ns/op", Some(("BenchmarkLoop", Status::Success))),
            ("BenchmarkA/b-c-16 \t1\t 2 ns/op\t 0 B/op", Some(("BenchmarkA/b-c", Status::Success))),
            ("TestA-16 \t1\t 2 ns/op\t 0 B/op", None),
        ] {
            assert_eq!(claim(line), expected, "{line}");
        }
    }
}
