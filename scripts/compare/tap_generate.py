"""TAP made up from a random source: lists of lines without their ends."""

WORDS = ["wheel", "brake # 2", "lamp", "größe", "a/b", "x = 1", "-", "[ok]", "10 times", "C:\\dir", "it's"]
#: What logs and terminals put before each line.
PREFIXES = ["[    {:.6f}] ", "<6>[    {:.6f}] ", "Nov 06 10:00:00 host kernel: ", "2026-11-25T17:56:54Z ", "  ", "    "]
REASONS = ["", " why", " not yet # really", " ok 3"]


def version_12(chance):
    """What python-subunit reads without complaint: a plan at either end, tests in order, plain directives."""
    if chance.random() < 0.05:
        return ["1..0 # " + chance.choice(["SKIP no bulb", "Skipped: it rains", "none"])]
    count = chance.randint(0, 8)
    lines = ["# " + chance.choice(WORDS)] * (count > 0 and chance.random() < 0.3)
    planned = max(count, 1) + (chance.random() < 0.2) * chance.choice([1, 3, 101, 250])
    skipped = 0
    for number in range(1, count + 1):
        if chance.random() < 0.05:
            skipped += chance.choice([1, 2, 150])
            planned += skipped
        lines.append(plain_point(chance, number + skipped, skipped > 0))
        lines += ["# " + chance.choice(WORDS) for _ in range(chance.choice([0, 0, 1, 3]))]
        lines += [chance.choice(["noise", "", "o k", "1 2 3"])] * (chance.random() < 0.1)
    plan = f"1..{planned}"
    if chance.random() < 0.9:
        lines.insert(0 if chance.random() < 0.7 else len(lines), plan)
    if chance.random() < 0.1:
        lines.insert(chance.randint(0, len(lines)), "Bail out!" + chance.choice(["", " fire", "  no # power"]))
    return lines


def plain_point(chance, number, needs_number):
    line = chance.choice(["ok", "ok", "not ok"])
    line += f" {number}" if needs_number or chance.random() < 0.8 else ""
    words = [word for word in WORDS if "#" not in word and "\\" not in word and not word[0].isdigit()]
    line += chance.choice([" - ", " "]) + chance.choice(words) if chance.random() < 0.8 else ""
    if chance.random() < 0.2:
        line += " # " + chance.choice(["TODO", "SKIP", "todo", "skip"]) + chance.choice(["", " why", " a b"])
    return line


def any_version(chance):
    """What producers might write and what they should not: all that a harness has an opinion on."""
    lines = [f"TAP version {chance.choice([13, 13, 14])}"] if chance.random() < 0.6 else []
    lines += [chance.choice(["pragma +strict", "pragma -strict"])] if lines and chance.random() < 0.1 else []
    body, count = [], chance.choice([0, 1, 2, 3, 5])
    number = 0
    for _ in range(count):
        number += 1
        number = chance.choice([number] * 12 + [number + 1, max(number - 1, 0), 99999999])
        if chance.random() < 0.15:
            body.append(subtest(chance, number))
        else:
            body.append(point(chance, number) + after_point(chance))
        if chance.random() < 0.06:
            noise = ["noise", "okay", "1..x", "# comment", "", "ok1", "not okay", "pragma +foo", "  indented"]
            body.append([chance.choice(noise)])
    planned = chance.choice([count] * 9 + [count + 1, max(count - 1, 0), 0])
    plan = f"1..{planned}" + chance.choice([""] * 9 + [" # SKIP why", " # for now"])
    place = chance.random()
    if place < 0.5:
        body.insert(0, [plan])
    elif place < 0.9:
        body.append([plan])
    elif place < 0.95:
        body.insert(chance.randint(0, len(body)), [plan])
    if chance.random() < 0.04:
        body.insert(chance.randint(0, len(body)), ["Bail out! fire"])
    all_lines = lines + [line for part in body for line in part]
    if chance.random() < 0.05:
        all_lines = ["KTAP version 1", *(line for line in all_lines if "version" not in line)]
    if chance.random() < 0.06:
        prefix = chance.choice(PREFIXES)
        all_lines = [prefix.format(chance.random()) + line for line in all_lines]
    if chance.random() < 0.05:
        tabbed = chance.choice(["ok", "not ok 1", "1..3", "TAP version 14", "text"])
        all_lines.insert(chance.randint(0, len(all_lines)), chance.choice(["\t", "\t\t", "    \t"]) + tabbed)
    return all_lines


def point(chance, number):
    line = chance.choice(["ok", "ok", "ok", "not ok"])
    line += f" {number}" if chance.random() < 0.8 else ""
    line += chance.choice([" - ", " "]) + chance.choice(WORDS) if chance.random() < 0.8 else ""
    if chance.random() < 0.3:
        words = ["TODO", "SKIP", "todo", "Skip", "Skipped:", "TODO:", "time=4ms", "rcode=0", "XFAIL", "TIMEOUT"]
        line += chance.choice([" # ", " # ", " #", " \\# "]) + chance.choice(words) + chance.choice(REASONS)
    return [line]


def after_point(chance):
    kind = chance.random()
    if kind < 0.1:
        return ["# " + chance.choice(WORDS), "#"]
    if kind < 0.2:
        return ["  ---", "  message: not ok 7", "  list:", "    - 1..5", "  ..."]
    return []


def subtest(chance, number):
    """A subtest whose parent says what became of it."""
    name = chance.choice(["inner", "the rest"])
    fails = chance.random() < 0.3
    inner = ["    1..2", "    ok 1 - a", "    not ok 2 - b" if fails else "    ok 2 - b"]
    result = "not ok" if fails else "ok"
    form = chance.choice(["comment", "inside", "bare", "brace"])
    if form == "brace":
        return [f"{result} {number} - {name} {{", *inner, "}"]
    before = {"comment": [f"# Subtest: {name}"], "inside": [f"    # Subtest: {name}"], "bare": []}[form]
    return [*before, *inner, f"{result} {number} - {name}"]
