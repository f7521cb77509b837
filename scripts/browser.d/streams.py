"""The streams that the pages show."""

from generate import packet

START = 1_795_661_403
MARKUP = "</script><script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\"><b>"
#: One byte of each kind, and a picture that a browser can show.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
    "7753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def at(milliseconds):
    return START + milliseconds // 1000, milliseconds % 1000 * 1_000_000 >> 2 << 2


def test(id, status, start, stop, tags=(), files=(), route=None):
    """A test from its beginning to its end; `files` are names, MIME types and bytes."""
    packets = [packet(id, "inprogress", tags, at(start), route=route)]
    packets += [packet(id, None, mime=mime, file=(name, data), eof=True, route=route) for name, mime, data in files]
    if status:
        packets.append(packet(id, status, tags, at(stop), route=route))
    return b"".join(packets)


def small():
    """Nine tests of two workers, with one of each outcome, text, and damage."""
    traceback = b"Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: needle & <thread>\n"
    failing = [("traceback", "text/x-traceback;charset=utf8", traceback), ("shot.png", "image/png", PICTURE)]
    reason = [("reason", "text/plain;charset=utf8", b"no database here")]
    one, two = ["worker-0"], ["worker-1", "slow"]
    return b"".join([
        b"make: building\n",
        packet("m.listed", "exists"),
        test("m.first", "success", 0, 1500, one),
        test("m.bad", "fail", 1600, 4000, one, failing),
        test("m.skipped", "skip", 0, 10, two, reason),
        test("m.known", "xfail", 20, 520, two),
        test("m.surprise", "uxsuccess", 600, 700, two),
        test("m.slowest", "success", 800, 9800, two),
        test("m.last", "success", 4100, 5000, one),
        test("m.hangs", None, 5100, 0, one),
        packet(None, None, time=at(20_000), mime="text/plain", file=("run.log", b"of the run\n"), eof=True),
        packet("m.torn", "success", time=at(20_000))[:-3],
    ])  # fmt: skip


def hostile():
    """Names and texts that try to be markup, script or something else."""
    files = [(MARKUP, "text/html", MARKUP.encode()), ("x.svg", "image/svg+xml", b"<svg onload='alert(1)'/>")]
    bidi = [("log", "text/plain", "a \u202e b \x1b[31mred\x1b[0m \x07 \x00\r\n".encode())]
    long = "long" * 262_144
    return b"".join([
        test(MARKUP, "fail", 0, 10, [MARKUP, "x" * 5000], files, MARKUP),
        test("bidi \u202egnp.exe \u2066x\u2069 \x1b[2J\n\t\r\x9b\x7f\u2028", "fail", 20, 30, [], bidi),
        test(long, "fail", 40, 50, ["t" * 300], [], "r" * 3000),
        test(long + "ok", "success", 60, 70),
        test("m.reason", "skip", 80, 90, [], [("reason", "text/plain", MARKUP.encode() * 40)]),
        test("m.big", "fail", 100, 110, [], [("log", "text/plain", b"<b>line</b>\n" * 50_000)]),
        MARKUP.encode(),
    ])  # fmt: skip


def large(count, workers=8):
    """So many tests; one of 20 is skipped, one of 100 fails."""
    packets, clocks = [], [0] * workers
    for number in range(count):
        worker = number % workers
        status = "fail" if number % 100 == 7 else "skip" if number % 20 == 3 else "success"
        id = f"suite.module_{number % 97:03}.TestCase{number % 31:02}.test_of_a_usual_length_{number:06}"
        files = [("traceback", "text/x-traceback", b"  File \"x.py\", line 3\n" * 20 + b"Error: no\n")] if status == "fail" else []
        packets.append(test(id, status, clocks[worker], clocks[worker] + 9 + number % 7, [f"worker-{worker}"], files))
        clocks[worker] += 17 + worker % 2
    return b"".join(packets)
