"""Reads version 2 streams, strictly and independently of both sides that are compared, and says what they mean."""

import dataclasses
import re
import struct
import zlib

STATUSES = [None, "exists", "inprogress", "success", "uxsuccess", "skip", "fail", "xfail"]


@dataclasses.dataclass(frozen=True)
class Packet:
    raw: bytes
    id: str | None
    status: str | None
    tags: frozenset | None
    time: tuple | None
    runnable: bool
    mime: str | None
    file: tuple | None
    eof: bool
    route: str | None


@dataclasses.dataclass
class Test:
    """What the packets of one test say together."""

    id: str
    route: str | None
    status: str | None = None
    #: The tags that its packets gave last, and those that they gave before.
    tags: frozenset = frozenset()
    former_tags: tuple = ()
    #: The time of the first packet, the first time of any, and the time of the last status.
    began: tuple | None = None
    start: tuple | None = None
    stop: tuple | None = None
    runnable: bool = True
    #: MIME type and content of each attachment, by name.
    files: dict = dataclasses.field(default_factory=dict)

    def __str__(self):
        return f"the test {self.id!r} ({self.status})"


@dataclasses.dataclass
class Text:
    """A file without a test, or text between packets, which has no name."""

    name: str | None
    data: bytes
    mime: str | None = None
    tags: frozenset | None = None
    time: tuple | None = None
    runnable: bool = True
    eof: bool = False
    route: str | None = None

    def __str__(self):
        return f"text of {self.name!r}: {self.data[:60]!r}"


class Fields:
    """The fields of a packet, read one after the other."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("a field extends past the end of the packet")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def number(self):
        first = self.take(1)[0]
        value = first & 0x3F
        for byte in self.take(first >> 6):
            value = value << 8 | byte
        return value

    def bytes(self):
        return self.take(self.number())

    def string(self):
        string = self.bytes().decode("utf-8")
        if "\0" in string:
            raise ValueError("a string holds NUL")
        return string


def packet_at(data, at):
    """The packet that starts at a place; a ValueError when none does."""
    if data[at : at + 1] != b"\xb3":
        raise ValueError("no signature")
    fields = Fields(data, at + 1)
    (flags,) = struct.unpack(">H", fields.take(2))
    length = fields.number()
    raw = data[at : at + length]
    if flags & 0xF008 != 0x2000 or not 8 <= length <= 4194303 or len(raw) != length:
        raise ValueError("not a header of version 2")
    if struct.unpack(">I", raw[-4:])[0] != zlib.crc32(raw[:-4]):
        raise ValueError("the checksum is wrong")
    fields = Fields(raw[:-4], fields.at - at)
    time = id = tags = mime = file = route = None
    if flags & 0x200:
        time = (*struct.unpack(">I", fields.take(4)), fields.number())
    if flags & 0x800:
        id = fields.string()
    if flags & 0x80:
        tags = frozenset(fields.string() for _ in range(fields.number()))
    if flags & 0x20:
        mime = fields.string()
    if flags & 0x40:
        file = (fields.string(), fields.bytes())
    if flags & 0x400:
        route = fields.string()
    if fields.at != len(fields.data):
        raise ValueError("bytes after the last field")
    return Packet(raw, id, STATUSES[flags & 7], tags, time, bool(flags & 0x100), mime, file, bool(flags & 0x10), route)


def decode(data):
    """The packets of a stream, and as bytes what stands between them."""
    items, at, text = [], 0, 0
    while (start := data.find(b"\xb3", at)) >= 0:
        try:
            packet = packet_at(data, start)
        except ValueError:
            at = start + 1
            continue
        if text < start:
            items.append(data[text:start])
        items.append(packet)
        at = text = start + len(packet.raw)
    if text < len(data):
        items.append(data[text:])
    return items


@dataclasses.dataclass
class Meaning:
    #: Tests in the order in which they finished (those that exist included), with the text in its place among them.
    entries: list
    #: Tests that began and did not finish, in the order in which they began.
    unfinished: list
    #: Attachments of no test that is known to run: before its first status or after its last.
    loose: list
    #: The ids in the order in which the tests began, with the text in its place among them.
    begins: list


def meaning(items):
    entries, begins, running = [], [], {}
    for item in items:
        if not isinstance(item, Packet):
            text = Text(None, item)
        elif item.id is None:
            name, data = item.file or (None, b"")
            text = Text(name, data, item.mime, item.tags, item.time, item.runnable, item.eof, item.route)
        else:
            key = (item.id, item.route)
            if key not in running:
                running[key] = Test(item.id, item.route, began=item.time)
                begins.append(item.id)
            test = running[key]
            learn(test, item)
            if item.status not in (None, "inprogress"):
                entries.append(running.pop(key))
            continue
        add_text(entries, text)
        add_text(begins, dataclasses.replace(text))
    unfinished = [test for test in running.values() if test.status]
    loose = [test for test in running.values() if not test.status]
    return Meaning(entries, unfinished, loose, begins)


def learn(test, packet):
    test.start = test.start or packet.time
    if packet.status:
        test.status, test.runnable = packet.status, packet.runnable
        test.stop = packet.time if packet.status != "inprogress" else None
    if packet.tags is not None:
        test.former_tags += (test.tags,)
        test.tags = packet.tags
    if packet.file:
        name, data = packet.file
        mime, before = test.files.get(name, (packet.mime, b""))
        test.files[name] = (mime, before + data)


def add_text(entries, text):
    """Adds text; text that goes on is one, wherever the packets were cut."""
    if entries and isinstance(entries[-1], Text):
        last = entries[-1]
        if dataclasses.replace(last, data=b"") == dataclasses.replace(text, data=b"") and not last.eof:
            last.data += text.data
            return
    entries.append(text)


def shown(id):
    """An id as lists show it: control characters are escaped."""
    escapes = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda found: escapes.get(found[0], f"\\x{ord(found[0]):02x}"), id)
