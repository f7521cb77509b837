//! The output of `go test -json`, as tests.

mod package;
mod record;
mod running;

use std::collections::HashMap;

use subunit_codec::names::{REASON, TAP_TEXT};
use subunit_codec::{Event, Status};

use self::package::Package;
use self::record::Record;
use self::running::Running;

/// Translates the output of `go test -json` to events of tests, line by line.
///
/// - Tests are called `PACKAGE.Test/Sub`, as python-subunit calls them. What they print is the
///   attachment `go test output`.
/// - A build that fails is the test `IMPORTPATH [build]`. A package that fails although none of its
///   tests did, or that does not end, is the test `PACKAGE [package]`.
/// - A test that runs when its package ends went as the package did: if that failed, it fails. One
///   that runs at the end of the input fails with the `reason` `interrupted`.
/// - Lines that are no JSON, and what packages print, are text.
///
/// Memory is bounded by the tests and packages that run, with 16 KiB of output each, and some bytes
/// for each other test of these packages.
///
/// Source: `go doc test2json`, and `go help buildjson` for builds.
///
/// ```
/// use subunit_codec::{Event, Status};
/// use subunit_formats::go_test::Converter;
///
/// let mut tests = Vec::new();
/// let mut out = |event: &Event<'_>| {
///     tests.extend(event.test_id.as_deref().map(str::to_owned).zip(event.status));
///     Ok::<(), std::convert::Infallible>(())
/// };
/// let mut go = Converter::new();
/// go.line(br#"{"Action":"run","Package":"p","Test":"TestA"}"#, &mut out)?;
/// go.line(br#"{"Action":"fail","Package":"p","Test":"TestA"}"#, &mut out)?;
/// go.end(&mut out)?;
/// assert!(go.has_failed());
/// assert_eq!(tests[..2], [
///     ("p.TestA".into(), Status::InProgress),
///     ("p.TestA".into(), Status::Fail),
/// ]);
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug, Default)]
pub struct Converter {
    packages: HashMap<String, Package>,
    builds: HashMap<String, Running>,
    /// The builds that have failed.
    failed_builds: Vec<String>,
    has_failed: bool,
    has_tests: bool,
    is_recognized: bool,
}

impl Converter {
    /// A converter that has seen no line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether something failed so far.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Whether there was a test so far.
    #[must_use]
    pub fn has_tests(&self) -> bool {
        self.has_tests
    }

    /// Whether a line was one of `go test -json`.
    #[must_use]
    pub fn is_recognized(&self) -> bool {
        self.is_recognized
    }

    /// Translates a line, with or without its newline.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn line<E>(&mut self, line: &[u8], mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let Some(record) = Record::parse(line.trim_ascii()) else {
            return out(&Event::global_file(subunit_codec::names::STDOUT, line));
        };
        self.is_recognized = true;
        let mut out = |event: &Event<'_>| {
            self.has_tests |= event.status.is_some();
            self.has_failed |= event.status == Some(Status::Fail);
            out(event)
        };
        match &*record.action {
            "build-output" | "build-fail" => {
                let build = self.builds.entry(record.import_path.clone().into_owned());
                let build = build.or_insert_with(|| Running::not_runnable(&format!("{} [build]", record.import_path)));
                if record.action == "build-output" {
                    return build.print(&record.output, &mut out);
                }
                out(&build.ended(Status::Fail, record.timestamp()))?;
                self.builds.remove(&*record.import_path);
                self.failed_builds.push(record.import_path.into_owned());
                Ok(())
            }
            "pass" | "fail" | "skip" if record.test.is_empty() => {
                let package = self.packages.remove(&*record.package);
                let package = package.unwrap_or_else(|| Package::new(&record.package));
                let build_is_known = self.failed_builds.iter().any(|build| *build == *record.failed_build);
                package.end(&record, build_is_known, &mut out)
            }
            _ => {
                let package = self.packages.entry(record.package.clone().into_owned());
                package.or_insert_with(|| Package::new(&record.package)).record(&record, &mut out)
            }
        }
    }

    /// Has all output leave that waits, since nothing comes for a while.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn pause<E>(&mut self, mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let tests = self.packages.values_mut().flat_map(Package::running);
        tests.chain(self.builds.values_mut()).try_for_each(|test| test.release(&mut out))
    }

    /// Ends the tests and packages that run: the input has ended. The converter starts afresh, and
    /// still knows whether something failed.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn end<E>(&mut self, mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        // A build that printed and did not fail is no test: attachments alone make none.
        for mut build in std::mem::take(&mut self.builds).into_values() {
            build.release(&mut out)?;
        }
        let mut packages: Vec<_> = std::mem::take(&mut self.packages).into_iter().collect();
        packages.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for (_, package) in packages {
            (self.has_failed, self.has_tests) = (true, true);
            package.interrupt(&mut out)?;
        }
        self.failed_builds.clear();
        Ok(())
    }
}

/// The event that ends a test because the input has ended.
fn interrupted(test: &Running) -> Event<'_> {
    test.event(None).status(Status::Fail).file(REASON, &b"interrupted\n"[..]).mime_type(TAP_TEXT).eof()
}
