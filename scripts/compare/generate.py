"""Makes streams from a seed: lists of pieces, each a packet, some text or a few lines, so that a stream can be shrunk."""

import struct
import zlib

from decode import STATUSES

FINAL = ["success"] * 8 + ["fail"] * 3 + ["skip"] * 2 + ["xfail"] * 2 + ["uxsuccess"]
TAGS = ["worker-0", "worker-1", "worker-2", "slow", "größe", "a:b", "-odd", "x" * 70]
ROUTES = ["0", "1", "0/3", "web", "db/été"]
SUBJECTS = ["alpha", "beta", "gamma", "delta", "naïve", "日本", "with space", "b3\u00f3 \u0133"]
SUFFIXES = ["", "", "", "(mode=fast)", "[1-2]", " [x]", ".test_" + "long" * 20, "\t#1", "\x1b[1m", "/sub: a"]
MIME_TYPES = ["text/plain", "text/plain;charset=utf8", 'text/plain; charset="utf8"', "text/x-log; charset=utf-8; x=1"]
BINARY_TYPES = ["application/octet-stream", "image/png", "application/json", None]
NAMES = ["traceback", "reason", "stdout", "log.txt", "naïve name", "a/b"]
TEXTS = ["", "needle in the hay\n", "Traceback (most recent call last):\n  File x\n]\n", "größe: ó\n", "no newline"]
NOISE = ["building...\n", "warning: esper\u00f3 del servidor\n", "m\u00b3 at 12%", "\n", "\x1b[32mok\x1b[0m\r\n", "  test: no\n"]


def number(value):
    width = next(width for width in range(4) if value < 1 << (8 * width + 6))
    return (value | width << (8 * width + 6)).to_bytes(width + 1, "big")


def string(value):
    data = value.encode() if isinstance(value, str) else value
    return number(len(data)) + data


def packet(id=None, status=None, tags=None, time=None, runnable=True, mime=None, file=None, eof=False, route=None):
    flags, body = 0x2000 | STATUSES.index(status), b""
    if time is not None:
        flags |= 0x200
        body += struct.pack(">I", time[0]) + number(time[1])
    if id is not None:
        flags |= 0x800
        body += string(id)
    if tags is not None:
        flags |= 0x80
        body += number(len(tags)) + b"".join(string(tag) for tag in tags)
    if runnable:
        flags |= 0x100
    if mime is not None:
        flags |= 0x20
        body += string(mime)
    if file is not None:
        flags |= 0x40
        body += string(file[0]) + string(file[1])
    if eof:
        flags |= 0x10
    if route is not None:
        flags |= 0x400
        body += string(route)
    length = next(n for n in (len(body) + 8, len(body) + 9, len(body) + 10) if len(number(n)) == n - len(body) - 7)
    content = b"\xb3" + struct.pack(">H", flags) + number(length) + body
    return content + struct.pack(">I", zlib.crc32(content))


def test_id(random):
    id = "pkg.{}.Test{}{}".format(random.choice(SUBJECTS), random.randrange(60), random.choice(SUFFIXES))
    return id * 300 if random.random() < 0.003 else id


class Clock:
    def __init__(self, random):
        self.random = random
        self.now = random.randrange(1, 1_700_000_000)

    def tick(self):
        self.now += self.random.choice([0, 0, 1, 2, 60, -1])
        digits = self.random.choice([0, 3, 6, 6, 9])
        return (max(self.now, 0), self.random.randrange(10**digits) * 10 ** (9 - digits))


def version_2(random):
    """A stream of tests on some workers, with everything that a packet can hold, and text between packets."""
    clock = Clock(random)
    has_times, is_tidy = random.random() < 0.8, random.random() < 0.6
    routes = [None] * random.randrange(1, 5) if random.random() < 0.4 else random.sample([None, *ROUTES], 3)
    workers = [worker(random, clock, has_times, is_tidy, route) for route in routes]
    pieces = []
    if random.random() < 0.3:
        for _ in range(random.randrange(1, 5)):
            tags = random.choice([None, [random.choice(TAGS)]])
            pieces.append(packet(test_id(random), "exists", tags, runnable=random.random() < 0.7))
    while workers:
        chosen = random.choice(workers)
        piece = next(chosen, None)
        if piece is None:
            workers.remove(chosen)
            continue
        pieces.append(piece)
        if random.random() < 0.08:
            pieces.append(random.choice(NOISE).encode())
        if random.random() < 0.02:
            pieces.append(global_file(random, clock))
    return pieces


def worker(random, clock, has_times, is_tidy, route):
    tags = random.sample(TAGS, random.randrange(4)) if random.random() < 0.7 else None
    ids = [test_id(random) for _ in range(random.randrange(1, 8))]
    if route and random.random() < 0.5:
        ids.append("pkg.common.Test")
    for id in ids:
        yield from one_test(random, clock, has_times, is_tidy, id, route, tags)


def one_test(random, clock, has_times, is_tidy, id, route, tags):
    def make(**fields):
        fields.setdefault("tags", random.choice([tags, None, tags, None, other_tags]))
        stamp = clock.tick() if has_times and (is_tidy or random.random() < 0.7) else None
        return packet(id, time=stamp, route=route, runnable=runnable, **fields)

    status, runnable = random.choice(FINAL), random.random() < 0.9
    other_tags = random.sample(TAGS, random.randrange(3)) if random.random() < 0.05 else tags
    if is_tidy or random.random() < 0.8:
        yield make(status="inprogress")
    for name in random.sample(NAMES, random.choice([0, 0, 0, 1, 1, 2])):
        yield from attachment(random, name, make)
    if not is_tidy and random.random() < 0.05:
        return
    last = {}
    if random.random() < 0.1:
        last = {"file": ("last words", b"said at the end"), "mime": "text/plain;charset=utf8", "eof": True}
    yield make(status=status, tags=tags if random.random() < 0.9 else None, **last)
    if not is_tidy and random.random() < 0.02:
        yield make(file=("late.txt", b"too late"), mime="text/plain", eof=True)


def attachment(random, name, make):
    if random.random() < 0.7:
        mime, data = random.choice(MIME_TYPES), random.choice(TEXTS).encode() * random.choice([1, 1, 1, 40])
    else:
        name, mime = name + ".bin", random.choice(BINARY_TYPES)
        data = random.choice([b"", bytes(range(256)), packet("inner", "fail"), random.randbytes(300), b"\xb3" * 9])
        data *= random.choice([1, 1, 1, 100])
    cuts = sorted(random.randrange(len(data) + 1) for _ in range(random.choice([0, 0, 1, 3])))
    parts = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    for index, part in enumerate(parts):
        is_last = index + 1 == len(parts)
        yield make(file=(name, part), mime=mime, eof=is_last and random.random() < 0.9)


def global_file(random, clock):
    name = random.choice(["setup.log", "stdout", "stderr"])
    time = random.choice([None, clock.tick()])
    route = random.choice([None, random.choice(ROUTES)])
    fields = {"mime": random.choice([None, "text/plain"]), "tags": random.choice([None, None, [random.choice(TAGS)]])}
    return packet(file=(name, b"of no test\n"), time=time, route=route, eof=random.random() < 0.5, **fields)


V1_TIMES = ["{date} {time}.{us:06}Z", "{date}T{time}Z", "{date} {time}.{ms:03}Z", "{date} {time}.{us:06}+02:00"]
V1_TYPES = ["text/plain", "text/plain;charset=utf8", 'text/x-traceback;charset="utf8",language="python"']
V1_LABELS = ["alpha", "beta.test_x", "naïve test", "日本: x", "a [b] c", " two spaces", "trailing ", "fail", "x" * 300]
V1_OUTCOMES = {
    "success": ["success:", "successful:", "success", "successful"],
    "fail": ["failure:", "error:", "failure", "error"],
    "skip": ["skip:", "skip"],
    "xfail": ["xfail:", "xfail"],
    "uxsuccess": ["uxsuccess:", "uxsuccess"],
}
V1_LINES = ["some text\n", "]x\n", " ] quoted\n", " indented\n", "\n", "größe ó\n", "[\n", "success: other\n", "  ]\n", "0\r\n"]
V1_NOISE = ["make: done\n", "success: nobody\n", "error: not a test\n", "\n", " test: x\n", "ünïcode ó\n", "test:\n", "testx: y\n"]


def version_1(random):
    """A stream of version 1: every spelling, details of both kinds, tags, times, text."""
    pieces = [v1_time(random)] if random.random() < 0.7 else []
    for _ in range(random.randrange(1, 12)):
        while random.random() < 0.35:
            pieces.append(v1_aside(random))
        pieces.append(v1_test(random))
    if random.random() < 0.1:
        pieces.append(v1_cut_off(random))
    return pieces


def v1_time(random):
    seconds, us = random.randrange(86400, 1_700_000_000), random.randrange(10**6)
    days, clock = divmod(seconds, 86400)
    date = "{}-{:02}-{:02}".format(1970 + days % 50, 1 + days % 12, 1 + days % 28)
    time = f"{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
    return f"time: {random.choice(V1_TIMES).format(date=date, time=time, us=us, ms=us // 1000)}\n".encode()


def v1_tags(random):
    tags = random.sample(["worker-0", "worker-1", "slow", "größe"], random.randrange(1, 4))
    # Without a colon this is text in a stream whose other directives have one.
    return f"tags: {' '.join(random.choice(['', '', '-']) + tag for tag in tags)}\n".encode()


def v1_aside(random):
    kind = random.randrange(5)
    if kind == 0:
        return v1_time(random)
    if kind == 1:
        return v1_tags(random)
    if kind == 2:
        return random.choice([b"progress: 3\n", b"progress: +1\n", b"progress: push\n", b"progress: pop\n"])
    if kind == 3 and random.random() < 0.2:
        return packet("packet." + test_id(random), random.choice(FINAL)) + b"\n"
    return random.choice(V1_NOISE).encode()


def v1_label(random):
    return random.choice(V1_LABELS) + str(random.randrange(100)) + random.choice(["", "", " ", " (x)"])


def v1_test(random):
    label = v1_label(random)
    asides = b""
    while random.random() < 0.3:
        asides += random.choice([v1_time, v1_tags, v1_aside])(random)
    # Before other lines, a start without a colon may be text to ours.
    words = ["test:", "testing:", "test::"] + ([] if asides else ["test", "testing"])
    lines = f"{random.choice(words)} {label}\n".encode() + asides
    status = random.choice(FINAL)
    return lines + f"{random.choice(V1_OUTCOMES[status])} {label}".encode() + v1_details(random)


def v1_details(random):
    kind = random.randrange(3)
    if kind == 0:
        return b"\n"
    if kind == 1:
        return b" [\n" + "".join(random.choices(V1_LINES, k=random.randrange(5))).encode() + b"]\n"
    parts = [v1_part(random, name) for name in random.sample(NAMES, random.randrange(4))]
    return b" [ multipart\n" + b"".join(parts) + b"]\n"


def v1_part(random, name):
    mime = random.choice(V1_TYPES if name == "reason" else [*V1_TYPES, "application/octet-stream"])
    part = f"Content-Type: {mime}\n{name}\n".encode()
    for _ in range(random.randrange(3)):
        data = random.choice([b"text\n", b"]\n", b"no newline", b"\r\n0\r\n", "ó".encode(), b"test: x\n" * 99])
        if mime not in V1_TYPES:
            data = random.randbytes(random.randrange(1, 300))
        part += random.choice([b"%X\r\n", b"%x\r\n"]) % len(data) + data
    return part + b"0\r\n"


def v1_cut_off(random):
    """A test that the end of the input cuts off."""
    label = v1_label(random)
    # Details without an end are reported as damage by ours alone.
    ends = ["", "some text\n"]
    return f"test: {label}\n{random.choice(ends)}".encode()


def damaged_2(random):
    """A stream of version 2 with damage, the ids of the tests that must not be lost, and whether damage must be reported."""
    good = [f"good.{index}.{random.choice(SUBJECTS)}" for index in range(random.randrange(3, 12))]
    pieces, is_real = [], False
    for id in good:
        tags = random.choice([None, ["worker-0"]])
        pieces.append(packet(id, "inprogress", time=(1000, 5), tags=tags))
        if random.random() < 0.3:
            pieces.append(packet(id, file=("log", random.randbytes(200)), mime="application/x", eof=True))
        pieces.append(packet(id, random.choice(["success", "fail", "skip"]), time=(1001, 5), tags=tags))
        if random.random() < 0.5:
            broken, counts = damage(random)
            pieces.append(broken)
            is_real |= counts
    return pieces, good, is_real


def damage(random):
    """Broken bytes between packets, and whether they must be reported as damage; noise that looks like a packet need not."""
    victim = packet("victim", "fail", time=(99, 0), file=("log", random.randbytes(random.randrange(30000))), eof=True)
    kind = random.randrange(6)
    if kind == 0:
        cut = random.randrange(5, len(victim) - 1)
        return victim[:cut] + b"\n" * (len(victim) - cut == 62), True
    if kind == 1:
        at = random.randrange(len(victim) - 4, len(victim))
        return victim[:at] + bytes([victim[at] ^ 1 << random.randrange(8)]) + victim[at + 1 :], True
    if kind == 2:
        length = random.choice([0, 1, 3, 7, 16000, 4194303])
        return victim[:3] + number(length) + victim[3 + len(number(len(victim))) :], True
    if kind == 3:
        return b"12 m\xb3 at Latin-1\n", False
    if kind == 4:
        return b"cut in the middle of caf\xc3", False
    # A line of superscript threes in Latin-1, which is text. A line shorter than a header may be
    # the start of a packet that was cut off.
    return b"\xb3" * random.randrange(5, 40) + b"\n", False


def damaged_1(random):
    """A stream of version 1 with interrupted tests, and each test that must come out with its status."""
    pieces, expected = [], []
    for index in range(random.randrange(3, 10)):
        label, status = f"test {index}", random.choice(FINAL)
        end = f"{random.choice(V1_OUTCOMES[status])} {label}"
        kind = random.randrange(4)
        if kind == 0:
            lines, status = f"test: {label}\nhalf way\n", "fail"
        elif kind == 1:
            word = random.choice(["success", "failure", "skip"])
            status = "fail" if word == "failure" else word
            lines = f"test: {label}\nstarting server{word}: {label}\n"
        else:
            lines = f"test: {label}\n{end}\n"
        pieces.append(lines.encode())
        expected.append((label, status))
    return pieces, expected
