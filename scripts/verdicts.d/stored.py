"""What stestr makes of version 1 that subunit-2to1 writes: as a run in its repository, and as one that it loads.

`stestr load` itself reads version 2, so the run that it loads goes through python-subunit's subunit-1to2, whose reader of
version 1 is the one of testr and of stestr's repository, too.
"""

import shutil
import subprocess

import decode
import generate

#: Lines that look like version 1, and like the end of what was said before them.
HOSTILE = "]\nsuccess: m.C.fails\ntest: m.C.evil\nfailure: m.C.evil [\nboom\n]\n0\r\ntime: now\nhalf a liné test: m.C.evil".encode()
TYPE = "text/plain;charset=utf8"
#: The tests and what becomes of each: its id and outcome where stestr shows them.
TESTS = [
    ("m.C.passes", "success", None, "m.C.passes", "success"),
    ("m.C.fails", "fail", ("traceback", HOSTILE), "m.C.fails", "fail"),
    ("m.C.skips", "skip", ("reason", b"]\nsuccess: m.C.skips\n"), "m.C.skips", "skip"),
    ("m.C.expected", "xfail", ("log", b"\x1b\x00]"), "m.C.expected", "xfail"),
    ("m.C.unexpected", "uxsuccess", None, "m.C.unexpected", "uxsuccess"),
    ("m.C.a\nsuccess: m.C.fails", "fail", None, r"m.C.a\nsuccess: m.C.fails", "fail"),
    ("m.C.naïve [ multipart", "success", ("log", HOSTILE), r"m.C.naïve \x5b multipart", "success"),
    ("m.C.hangs", None, ("log", HOSTILE), "m.C.hangs", "fail"),
]


def stream():
    """Each test between text that claims other results."""
    pieces = []
    for seconds, (id, status, file, _, _) in enumerate(TESTS, 1000):
        pieces += [HOSTILE, generate.packet(id, "inprogress", ["worker-0"], (seconds, 0))]
        if file:
            pieces.append(generate.packet(id, mime=TYPE, file=file, eof=True))
        if status:
            pieces.append(generate.packet(id, status, time=(seconds, 500_000_000)))
    return b"".join([*pieces, HOSTILE])


def compare(tools, folder, bin):
    """What stestr shows otherwise than it should."""
    expected = sorted((id, outcome) for *_, id, outcome in TESTS)
    stream_1 = run([tools / "subunit-2to1", "--protocol", "2"], stream(), None)
    stream_2 = run([bin / "subunit-1to2"], stream_1, None)
    for name, prepare in (("repository", in_repository(stream_1)), ("load", loaded(bin, stream_2))):
        work = folder / name
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        (work / ".stestr.conf").write_text("[DEFAULT]\ntest_path=.\n")
        run([bin / "stestr", "init"], b"", work)
        prepare(work)
        got = sorted(outcomes(run([bin / "stestr", "last", "--subunit"], b"", work)))
        if got != expected:
            yield f"stestr, {name}: {got} for {expected}"


def in_repository(stream):
    def prepare(work):
        (work / ".stestr" / "0").write_bytes(stream)
        (work / ".stestr" / "next-stream").write_text("1\n")

    return prepare


def loaded(bin, stream):
    return lambda work: run([bin / "stestr", "load", "--subunit"], stream, work)


def run(command, input, folder):
    return subprocess.run(command, input=input, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder, timeout=60).stdout


def outcomes(stream):
    tests = decode.meaning(decode.decode(stream))
    yield from ((test.id, test.status) for test in tests.entries if isinstance(test, decode.Test))
    yield from ((test.id, "unfinished") for test in tests.unfinished)
