"""Prints what came of the runs."""

import collections
import itertools

#: Streams whose mismatches are printed.
MOST_TOLD = 200


def tell(rows, root, seconds):
    """Prints the report and says whether all is well."""
    told = Teller(root)
    told.table(rows)
    told.untold(rows)
    told.mismatches(rows)
    counts = collections.Counter(mismatch.kind for row in rows for mismatch in row.mismatches)
    trouble = [row for row in rows if row.trouble]
    for row in trouble:
        print(f"\n{row.writer}, {row.suite}: {row.trouble}")
    comparisons = sum(row.comparisons for row in rows)
    print(f"\n{len(rows)} runs, {comparisons} comparisons in {seconds:.0f} s")
    more = f", no verdict {counts['no verdict']}" if counts["no verdict"] else ""
    streams = collections.Counter(kind for row in rows for kind in {mismatch.kind for mismatch in row.mismatches})
    print(f"on {streams['false green']} streams with a false green and {streams['false red']} with a false red:")
    print(f"false greens {counts['false green']}, false reds {counts['false red']}{more}")
    one_sided = [writer for writer, of in by_writer(rows) if len({row.is_red for row in of if not row.untold}) < 2]
    return not counts and not trouble, one_sided


def by_writer(rows):
    for _, of in itertools.groupby(rows, key=lambda row: str(row.writer)):
        of = list(of)
        yield of[0].writer, of


def condensed(mismatches):
    """Lines for mismatches, where tools that say the same of the same pipelines share one."""
    pipelines = collections.defaultdict(list)
    for mismatch in mismatches:
        pipelines[mismatch.kind, mismatch.tool, mismatch.said].append(mismatch.pipeline or "the stream")
    tools = collections.defaultdict(list)
    for (kind, tool, said), of in pipelines.items():
        tools[kind, tuple(of)].append(f"{tool} ({said})")
    return [f"{kind}: {', '.join(of)}; on {', '.join(on)}" for (kind, on), of in tools.items()]


class Teller:
    def __init__(self, root):
        self.root = root

    def table(self, rows):
        heads = ["runner", "writer", "runs", "red", "green", "cannot tell", "comparisons", "false greens", "false reds"]
        lines = [heads]
        for writer, of in by_writer(rows):
            counts = collections.Counter(mismatch.kind for row in of for mismatch in row.mismatches)
            red = sum(row.is_red for row in of)
            untold = sum(row.untold is not None for row in of)
            numbers = [len(of), red, len(of) - red, untold, sum(row.comparisons for row in of)]
            numbers += [counts["false green"], counts["false red"]]
            lines.append([writer.runner, writer.name, *map(str, numbers)])
        widths = [max(map(len, column)) for column in zip(*lines)]
        for line in lines:
            cells = [cell.ljust(width) for cell, width in zip(line[:2], widths)]
            cells += [cell.rjust(width) for cell, width in zip(line[2:], widths[2:])]
            print("  ".join(cells))

    def untold(self, rows):
        rows = [row for row in rows if row.untold]
        if rows:
            print("\nStreams that cannot tell the verdict:")
        for row in rows:
            print(f"  {row.writer}, {row.suite}, runner status {row.status}: {row.untold}")

    def mismatches(self, rows):
        found = [(row, mismatch) for row in rows for mismatch in row.mismatches]
        for row, of in itertools.islice(itertools.groupby(found, key=lambda pair: id(pair[0])), MOST_TOLD):
            of = list(of)
            row = of[0][0]
            print(f"\n{row.writer}, {row.suite}, runner status {row.status}: {self.path(row.folder / 'stream')}")
            for line in condensed([mismatch for _, mismatch in of]):
                print(f"  {line}")

    def path(self, path):
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path
