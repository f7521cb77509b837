//! The kernel's TAP: logs with any prefix, modules, and the signs of its test frameworks.

use subunit_codec::Status;

use super::{command, failures, lines, outcomes, run, tests};
use crate::printed;
use crate::tool::DEADLINE;
use testkit::pipeline::Pipeline;

/// A failing run: messages, two suites, three test cases.
const RUN: &str = "Linux version 6
KTAP version 1
1..2
    KTAP version 1
    # Subtest: suite_a
    1..2
usb 1-1: new device, all ok
    ok 1 case_a
    # case_b: EXPECTATION FAILED at a.c:3
    not ok 2 case_b # data
not ok 1 suite_a
ok
0..7
ok 2 suite_b
reboot: System halted
";

/// Its tests.
const TESTS: [(&str, Status); 4] = [
    ("test 1 suite_a/test 1 case_a", Status::Success),
    ("test 1 suite_a/test 2 case_b", Status::Fail),
    ("test 1 suite_a", Status::Fail),
    ("test 2 suite_b", Status::Success),
];

fn owned(tests: &[(&str, Status)]) -> Vec<(String, Status)> {
    tests.iter().map(|(id, status)| ((*id).to_owned(), *status)).collect()
}

/// A run as a log shows it that puts a prefix before each line, which may depend on the number of
/// the line.
fn logged(run: &str, prefix: impl Fn(usize) -> String) -> String {
    run.lines().enumerate().map(|(number, line)| [&prefix(number), line, "\n"].concat()).collect()
}

/// The prefix of the line with this number.
type Prefix = fn(usize) -> String;

/// Prefixes of the kernel's log, as what shows it writes them. They grow and shrink on the way.
const KERNEL_PREFIXES: [(&str, Prefix); 24] = [
    ("printk", |n| format!("[{:5}.{n:06}] ", 9_998 + n)),
    ("printk, beyond its width", |n| format!("[{}.{n:06}] ", 99_998 + n)),
    ("printk with callers", |n| format!("[    0.{n:06}][{:>5}] ", ["T1", "T12345", "C0"][n % 3])),
    ("printk, callers now and then", |n| format!("[    0.{n:06}]{} ", ["", "[    T1]"][n % 2])),
    ("dmesg -r", |n| format!("<{}>[  128.{n:06}] ", [6, 14, 3][n % 3])),
    ("a serial console with levels", |n| format!("<{}>", [6, 14, 3][n % 3])),
    ("dmesg -x", |n| {
        format!("{:<6}:{:<6}: [    0.{n:06}] ", ["kern", "daemon"][n % 2], ["info", "err", "notice"][n % 3])
    }),
    ("dmesg -x -t", |n| format!("kern  :{:<6}: ", ["info", "err", "notice"][n % 3])),
    ("dmesg -T", |n| format!("[Wed Nov {} 17:56:{n:02} 2026] ", 25 + n % 2)),
    ("dmesg -T, another day", |n| format!("[{} Nov {} 17:56:{n:02} 2026] ", ["Wed", "Thu"][n / 6 % 2], 9 + n / 6)),
    ("dmesg -d", |n| format!("[ {:4}.993363 <    0.{n:06}>] ", 98 + n)),
    ("dmesg -d -T", |n| format!("[Wed Nov 25 17:56:54 2026 <    0.{n:06}>] ")),
    ("dmesg --time-format delta", |n| format!("[<{:5}.{n:06}>] ", n * 2000)),
    ("dmesg -e and -H", |n| if n % 5 == 0 { "[Nov25 17:56] ".to_owned() } else { format!("[  +0.{n:06}] ") }),
    ("dmesg --time-format iso", |n| format!("2026-11-25T17:56:{n:02},123456+00:00 ")),
    ("journalctl -k", |n| format!("{} 10:00:{n:02} host kernel: ", ["Nov 30", "Dec  1"][n / 7 % 2])),
    ("journalctl -o short-iso", |n| format!("2025-11-06T10:00:{n:02}+0000 host kernel: ")),
    ("journalctl -o short-precise", |n| format!("Nov 06 10:00:{n:02}.123456 host kernel: ")),
    ("journalctl -o short-monotonic", |n| format!("[{:5}.123456] host kernel: ", 9_998 + n)),
    ("journalctl -o short-unix", |n| format!("1762423{n:03}.123456 host kernel: ")),
    ("journalctl -o short-full", |n| format!("Thu 2025-11-06 10:00:{n:02} UTC host kernel: ")),
    ("/dev/kmsg", |n| format!("6,{},{},-;", 98 + n, 9_998 + n)),
    ("/dev/kmsg with callers", |n| format!("6,{},{},-,caller=T{n};", 98 + n, 9_998 + n)),
    ("LAVA", |n| format!("18:02:{n:02}.401837  <6>[    0.{n:06}] ")),
];

/// Prefixes that a log of anything may have.
const OTHER_PREFIXES: [(&str, Prefix); 7] = [
    ("journalctl -o export", |_| "MESSAGE=".to_owned()),
    ("journalctl -o verbose", |_| "    MESSAGE=".to_owned()),
    ("GitHub", |n| format!("2026-11-25T17:56:{n:02}.1234567Z ")),
    ("gh run view --log", |n| format!("build\tRun tests\t2026-11-25T17:56:{n:02}.1234567Z ")),
    ("Jenkins", |n| format!("[2026-11-25T17:56:{n:02}.123Z] ")),
    ("docker compose", |_| "web_1  | ".to_owned()),
    ("LAVA without levels", |n| format!("18:02:{n:02}.401837  ")),
];

#[test]
fn a_kernel_log_is_read_behind_any_prefix() {
    assert_eq!(outcomes(RUN.replace("\nok\n0..7\n", "\n")), owned(&TESTS), "without a prefix");
    for (name, prefix) in KERNEL_PREFIXES {
        let log = logged(RUN, prefix);
        assert_eq!(outcomes(&log), owned(&TESTS), "{name}:\n{log}");
        let trimmed: String = log.lines().map(|line| [line.trim_end(), "\r\n"].concat()).collect();
        assert_eq!(outcomes(trimmed), owned(&TESTS), "{name}, with CRLF");
    }
    for (name, prefix) in OTHER_PREFIXES {
        let log = logged(&RUN.replace("\nok\n0..7\n", "\n"), prefix);
        assert_eq!(outcomes(&log), owned(&TESTS), "{name}:\n{log}");
    }
}

#[test]
fn a_ci_system_may_put_its_own_prefix_before_that_of_the_kernel() {
    for (name, inner) in KERNEL_PREFIXES {
        for (outer_name, outer) in OTHER_PREFIXES {
            let log = logged(RUN, |n| outer(n) + &inner(n));
            assert_eq!(outcomes(&log), owned(&TESTS), "{outer_name}, {name}:\n{log}");
        }
    }
}

#[test]
fn colours_of_a_log_do_not_matter() {
    for prefix in ["\x1b[32m[    1.000000] \x1b[0m", "\x1b[32m[    1.000000] \x1b[0m\x1b[33m", "\x1b[1;31m"] {
        let log: String =
            RUN.replace("\nok\n0..7\n", "\n").lines().map(|line| [prefix, line, "\x1b[0m\n"].concat()).collect();
        assert_eq!(outcomes(&log), owned(&TESTS), "{prefix:?}");
    }
}

#[test]
fn lines_of_a_log_that_lack_the_prefix_are_read_all_the_same() {
    for lacking in 2..14 {
        let log: String = RUN
            .replace("\nok\n0..7\n", "\n")
            .lines()
            .enumerate()
            .map(|(n, line)| [if n == lacking { "" } else { "[    1.0] " }, line, "\n"].concat())
            .collect();
        assert_eq!(outcomes(&log), owned(&TESTS), "{log}");
    }
    let cut = logged(RUN, |n| format!("{n:x}{n:x}a "));
    assert_eq!(outcomes(&cut), owned(&TESTS), "words of the same length are taken off:\n{cut}");
}

#[test]
fn messages_of_a_log_are_no_tests() {
    let log = "[ 1.0] KTAP version 1\n[ 1.0] 1..1\n[ 1.1] not ok to go\n[ 1.1] ok\n[ 1.1] 0..7\n[ 1.1] [drm] ok 7\n\
               systemd[1]: ok 8\n[ 1.2] ok 1 a\n";
    assert_eq!(outcomes(log), owned(&[("test 1 a", Status::Success)]));
}

#[test]
fn text_that_a_message_has_on_further_lines_belongs_to_its_test() {
    let log = "[    1.0] KTAP version 1\n[    1.0] 1..1\n[    1.0]     # a: EXPECTATION FAILED at x.c:1\n\
               \x20             Expected 1 == 2\n[    1.0] not ok 1 a\n";
    let stdout = run(&[], log).stdout;
    let expected = b"# a: EXPECTATION FAILED at x.c:1\n    Expected 1 == 2";
    assert_eq!(printed::file(&stdout, Some("test 1 a"), "tap comment"), expected);
}

#[test]
fn a_pause_inside_a_prefix_changes_nothing() {
    for log in [logged(RUN, KERNEL_PREFIXES[4].1), logged(RUN, KERNEL_PREFIXES[15].1), format!("\u{feff}{RUN}")] {
        let whole = outcomes(&log);
        for at in [1, 2, 3, 20, 40, 50, 55, 60, 70, 90, 130] {
            let live = Pipeline::new([command(&[])]).deadline(DEADLINE).start();
            let (start, rest) = log.as_bytes().split_at(at);
            live.write(start);
            std::thread::sleep(std::time::Duration::from_millis(300));
            live.write(rest);
            let tests = tests(&live.finish().stdout);
            let seen: Vec<_> = tests.into_iter().map(|test| (test.id, test.status)).collect();
            assert_eq!(seen, whole, "after {at} bytes of\n{log}");
        }
    }
}

#[test]
fn a_log_of_the_kernel_may_lack_a_plan_and_other_tap_may_not() {
    let run = "TAP version 14\n    # Subtest: s\n    1..1\n    ok 1 - t\nok 1 - s\n";
    let passed = owned(&[("test 1 - s/test 1 - t", Status::Success), ("test 1 - s", Status::Success)]);
    for (name, prefix) in KERNEL_PREFIXES {
        assert_eq!(outcomes(logged(run, prefix)), passed, "{name}");
    }
    assert_eq!(outcomes(run), passed, "a subtest that nothing announced is a sign of KUnit");
    assert_eq!(outcomes(run.replace("    ", "\t")), passed, "and so is a tab");
    assert_eq!(failures("TAP version 13\n# selftests: a: b\nok 1 selftests: a: b\n"), [""; 0]);
    let plain = "TAP version 13\nok 1 - a\n";
    assert_eq!(failures(plain), ["tap errors"]);
    for (name, prefix) in OTHER_PREFIXES {
        assert_eq!(failures(logged(plain, prefix)), ["tap errors"], "{name}");
    }
    for text in ["Using TAP version 13", "# TAP version 13", "ok 1 - TAP version 13"] {
        assert_eq!(failures(format!("{text}\nok\n")), ["tap errors"], "{text}");
        assert_eq!(failures(format!("{text}\n1..1\nnot ok 1 - a\n"))[0], "test 1 - a", "{text}");
    }
}

#[test]
fn a_log_whose_start_is_lost_begins_inside_a_subtest() {
    let cut = &RUN[RUN.find("    KTAP").expect("it is there")..];
    for (name, prefix) in KERNEL_PREFIXES {
        let expected = [("test 1 case_a", Status::Success), ("test 2 case_b", Status::Fail), TESTS[2], TESTS[3]];
        assert_eq!(outcomes(logged(cut, prefix)), owned(&expected), "{name}");
    }
}

#[test]
fn each_module_of_a_log_is_a_document_of_its_own() {
    let module = |name: &str, plan: &str| {
        format!(
            "KTAP version 1\n{plan}    KTAP version 1\n    # Subtest: {name}\n    1..1\n    ok 1 t\n# Totals: pass:1\nok 1 {name}\n"
        )
    };
    let tests = |name: &str| {
        [(format!("test 1 {name}/test 1 t"), Status::Success), (format!("test 1 {name}"), Status::Success)]
    };
    let expected = [tests("a"), tests("b"), tests("c")].concat();
    for plan in ["1..1\n", ""] {
        for text in ["", "noise\n\n# more noise\n"] {
            let log = [module("a", plan), module("b", plan), module("c", plan)].join(text);
            assert_eq!(outcomes(&log), expected, "{log}");
            assert_eq!(outcomes(logged(&log, KERNEL_PREFIXES[0].1)), expected, "{log}");
            let old = log.replace("    KTAP version 1\n", "").replace("KTAP version 1", "TAP version 14");
            let old_expected: Vec<_> =
                expected.iter().map(|(id, status)| (id.replacen("1 ", "1 - ", 1), *status)).collect();
            let names: Vec<_> =
                outcomes(&old).into_iter().map(|(id, status)| (id.replacen("1 - ", "1 ", 1), status)).collect();
            assert_eq!(names.len(), old_expected.len(), "{old}");
            assert!(names.iter().all(|(_, status)| *status == Status::Success), "{old}: {names:?}");
        }
    }
    let crashed =
        "KTAP version 1\n1..2\n    KTAP version 1\n    1..2\n    ok 1 t\n".to_owned() + &module("b", "1..1\n");
    assert_eq!(failures(&crashed), ["test 1/test 2", "test 1", "test 2"], "the first one is incomplete");
    assert_eq!(failures(module("a", "1..1\n").replace("ok 1 a", "not ok 1 a") + &module("b", "1..1\n")), ["test 1 a"]);
}

#[test]
fn a_version_line_in_tap_that_is_not_complete_begins_nothing() {
    assert_eq!(failures("TAP version 13\n1..2\nok 1\nTAP version 13\n1..2\nok 1\nok 2\n"), ["tap errors"]);
    assert_eq!(failures("ok 1\nTAP version 13\nok 2\n1..2\n"), [""; 0]);
    assert_eq!(failures("TAP version 13\n1..1\nok 1\nTAP version 13\n1..2\nok 1\n"), ["test 2"]);
    assert_eq!(outcomes("TAP version 13\n1..0\nTAP version 14\n1..1\nok 1\n").len(), 2);
}

#[test]
fn diagnostic_data_is_no_part_of_an_id_in_the_kernels_tap() {
    let run = "1..2\nok 1 check return code # rcode=0\nnot ok 2 net: a # exit=1\n";
    let ids = ["test 1 check return code", "test 2 net: a"];
    for (sign, start) in [
        ("a version line", "KTAP version 1\n".to_owned()),
        ("a comment", "TAP version 13\n# selftests: net: a\n".to_owned()),
        ("a comment without a version line", "# selftests: net: a\n".to_owned()),
    ] {
        let stdout = self::run(&[], start + run).stdout;
        assert_eq!(tests(&stdout).iter().map(|test| &*test.id).collect::<Vec<_>>(), ids, "{sign}");
        assert!(printed::file(&stdout, Some(ids[0]), "tap comment").ends_with(b"rcode=0"), "{sign}");
        assert_eq!(printed::file(&stdout, Some(ids[1]), "tap comment"), b"exit=1", "{sign}");
    }
    let log = logged(&format!("TAP version 13\n{run}"), |n| format!("[    0.{n:06}] "));
    assert_eq!(outcomes(log).into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ids);
    assert_eq!(outcomes(format!("TAP version 13\n{run}"))[1].0, "test 2 net: a # exit=1", "elsewhere it may be a name");
}

#[test]
fn diagnostics_of_kunit_belong_to_the_next_test_without_a_version_line_of_its_own() {
    let inner = "1..3\nok 1 - a\n# b: initializing\n# b: EXPECTATION FAILED at lib/x.c:30\nExpected 1 == 2\nnot ok 2 - b\n# c: note\nok 3 - c\n";
    let comment = "# b: initializing\n# b: EXPECTATION FAILED at lib/x.c:30\nExpected 1 == 2";
    let check = |tap: &str, path: &str| {
        let stdout = run(&[], tap).stdout;
        let of = |id: &str| {
            String::from_utf8_lossy(&printed::file(&stdout, Some(&[path, id].concat()), "tap comment"))
                .replace("\n\t", "\n")
                .replace("\n    ", "\n")
        };
        assert_eq!(
            (of("test 1 - a"), of("test 2 - b"), of("test 3 - c")),
            (String::new(), comment.to_owned(), "# c: note".to_owned()),
            "{tap}"
        );
        assert_eq!(printed::file(&stdout, None, "stdout"), b"", "{tap}");
    };
    for version in ["", "TAP version 14\n"] {
        check(&[version, inner].concat(), "");
        for indent in ["    ", "\t"] {
            let indented: String = inner.lines().map(|line| [indent, line, "\n"].concat()).collect();
            for (announcement, path) in
                [(format!("{indent}# Subtest: s\n"), "test 1 - s/"), ("# Subtest: s\n".to_owned(), "test 1 - s/")]
            {
                if indent == "\t" && announcement.starts_with('#') {
                    continue;
                }
                check(&format!("{version}1..1\n{announcement}{indented}not ok 1 - s\n"), path);
            }
        }
    }
}

#[test]
fn diagnostics_of_perl_stay_with_the_test_before_them() {
    for version in ["", "TAP version 13\n", "TAP version 14\n"] {
        let tap = format!(
            "{version}1..1\n# Subtest: s\n    1..2\n    not ok 1 - a\n    #   Failed test 'a'\n    # a: EXPECTATION FAILED\n    ok 2 - b\nnot ok 1 - s\n"
        );
        let comment = printed::file(&run(&[], &tap).stdout, Some("test 1 - s/test 1 - a"), "tap comment");
        assert_eq!(comment, b"#   Failed test 'a'\n# a: EXPECTATION FAILED", "{tap}");
    }
    let old = "1..1\n    # Subtest: s\n    1..2\n    not ok 1 - a\n    #   Failed test 'a'\n    #   at x.t line 3.\n    ok 2 - b\nnot ok 1 - s\n";
    let comment = printed::file(&run(&[], old).stdout, Some("test 1 - s/test 1 - a"), "tap comment");
    assert_eq!(comment, b"#   Failed test 'a'\n#   at x.t line 3.");
}

#[test]
fn a_document_whose_every_line_is_indented_is_read_at_its_own_margin() {
    for margin in [" ", "  ", "    ", "      ", "\t", "\t\t"] {
        for version in ["TAP version 13", "TAP version 14", "KTAP version 1"] {
            let indented = |tap: &str| tap.lines().map(|line| [margin, line, "\n"].concat()).collect::<String>();
            let flat = format!("{version}\n1..2\nok 1 - a\nnot ok 2 - b\n  ---\n  x: 1\n  ...\n");
            assert_eq!(
                outcomes(indented(&flat)),
                owned(&[("test 1 - a", Status::Success), ("test 2 - b", Status::Fail)]),
                "{margin:?}, {version}"
            );
            let yaml = printed::file(&run(&[], indented(&flat)).stdout, Some("test 2 - b"), "tap yaml");
            assert_eq!(yaml, b"---\nx: 1\n...\n", "{margin:?}, {version}");
            let nested =
                format!("{version}\n1..1\n# Subtest: s\n    1..2\n    ok 1 - a\n    not ok 2 - b\nnot ok 1 - s\n");
            assert_eq!(outcomes(indented(&nested)), outcomes(&nested), "{margin:?}, {version}");
            assert_eq!(failures(["noise\n", &indented(&format!("{version}\n1..2\nok 1\n"))].concat()), ["test 2"]);
        }
    }
    let outside = outcomes("  TAP version 13\n  1..1\n  ok 1 - a\n1..1\nnot ok 1 - b\n");
    assert_eq!(outside, owned(&[("test 1 - a", Status::Success), ("test 1 - b", Status::Fail)]));
    assert_eq!(failures("  TAP version 13\n1..1\nok 1\n"), [""; 0]);
}

#[test]
fn a_tab_makes_no_subtest_of_ordinary_tap() {
    for version in ["", "TAP version 13\n", "TAP version 14\n"] {
        for line in [
            "ok",
            "ok 1 - a",
            "not ok 1",
            "1..3",
            "Bail out! was seen",
            "TAP version 14",
            "TAP version 13",
            "pragma +strict",
        ] {
            for tabs in ["\t", "\t\t", "    \t", "\t    "] {
                let tap = format!("{version}1..1\nchecking:\n{tabs}{line}\nok 1 - a\nnoise\n");
                assert_eq!(outcomes(&tap), owned(&[("test 1 - a", Status::Success)]), "{tap}");
            }
        }
    }
    let lines = lines("1..1\n\tok\nok 1\n");
    assert_eq!(lines[0], "- ... stdout=\"\\tok\\n\" (text/plain; charset=UTF8)");
    let announced = "1..1\n\t# Subtest: s\n\t1..2\n\tok 1 - a\n\tnot ok 2 - b\nnot ok 1 - s\n";
    assert_eq!(failures(announced), ["test 1 - s/test 2 - b", "test 1 - s"], "but of old KUnit's");
}
