"""How well other tools tell copies from the rest on labelled pairs, next to dedup.

    python benchmarks/baselines.py CORPUS=LABELS [CORPUS=LABELS …] [--markdown]

Every tool is given the same paragraphs: the distinct ones of twelve words or more that dedup splits
the corpus into. A labelled passage is taken for the paragraphs that share half of the shorter
span with it, as in docs/evaluation.md; a pair is a copy to a tool if two such paragraphs are,
and paragraphs of equal words are copies to every tool. So only the judgement differs.

datasketch   MinHash of 128 permutations, MinHashLSH at threshold 0.7. What a query returns is a
             copy, unverified, as in its documentation.
rensa        RMinHash of 128 permutations, seed 42, RMinHashLSH with 16 bands. A candidate is a
             copy if the estimated Jaccard similarity is 0.7 or more.
text-dedup   Its rule, not its code, which is a script over a dataset: word 5-grams, cut at every
             character that is no letter, digit or underscore; MinHash of 250 permutations (here
             datasketch's); the bands that suit threshold 0.7 best; what shares a band is joined,
             and what is joined is a copy, unverified: the defaults of 0.4.
dedup        `same` or `edited` in the report of a scan with default settings.

The first two are tried on word 5-grams, lower-cased, and on single words as their documentation
has them: rensa's with case and punctuation, as `str.split` leaves them. Other tools know no kinds:
for the recycling figure all that they call copies counts as recycled.

Seconds are of one run. For other tools they are shingles, hashing and looking up every paragraph;
reading, splitting and collapsing is done for them. For dedup they are the whole scan, kernels
compiled. Its weights were fitted on labelled pairs: where it is given those, its figures flatter
it, and benchmarks/fit_kinds.py prints the cross-validated ones.

Needs datasketch, and rensa if it is to be compared.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np

from dedup import evaluate, scan
from dedup.evaluation.labels import locate, read_labels
from dedup.evaluation.model import COPY, Rates, rates, share
from dedup.kinds import RECYCLED, TEMPLATE
from dedup.report.columns import Columns

THRESHOLD = 0.7
HEADER = ("corpus", "tool", "precision", "recall", "F1", "recycling F1", "templates copied", "s")
WIDTHS = (20, 20, 12, 12, 12, 12, 18, 0)

Shingles = Callable[[str], Iterable[str]]
Pairs = set[tuple[int, int]]  # of texts, the lower first


class Labelled:
    """The paragraphs of one corpus, and the labelled pairs as pairs of them."""

    def __init__(self, corpus: str, labels: str) -> None:
        self.name = Path(corpus).name.split(".")[0]
        start = time.perf_counter()
        report = scan(corpus, skip_bad=True)
        self.seconds = time.perf_counter() - start
        given = read_labels(Path(labels))
        self.evaluation = evaluate(report, given)
        self.kinds = given.kinds
        self.texts = distinct_texts(report.columns)
        stories = locate(given, report.columns)
        self.sides = [
            [texts_of(report.columns, stories[k, s], given.spans[k, s]) for s in (0, 1)]
            for k in range(len(given))
        ]

    def asked(self) -> Pairs:
        """The pairs of unequal texts that the labelled passages are taken for."""
        sides = ((a, b) for left, right in self.sides for a in left for b in right)
        return {(min(a, b), max(a, b)) for a, b in sides if a != b}

    def copied(self, said: Pairs) -> np.ndarray:
        """Which labelled pairs are copies to a tool that says that `said` are."""
        found = (
            any(a == b or (min(a, b), max(a, b)) in said for a in left for b in right)
            for left, right in self.sides
        )
        return np.fromiter(found, dtype=bool)


def distinct_texts(columns: Columns) -> list[str]:
    """The text of each distinct paragraph, where it stands first."""
    out, story, text = [], -1, ""
    first = columns.texts.first  # in the order of the corpus
    bounds = columns.paragraph_spans[first].tolist()
    for of, span in zip(columns.paragraphs.stories[first].tolist(), bounds, strict=True):
        if of != story:
            story, text = of, columns.corpus.text(of)
        out.append(text[slice(*span)])
    return out


def texts_of(columns: Columns, story: int, span: np.ndarray) -> list[int]:
    """The distinct paragraphs that share half of the shorter span with a passage."""
    first, last = np.searchsorted(columns.paragraphs.stories, [story, story + 1])
    bounds = columns.paragraph_spans[first:last]
    common = np.minimum(bounds[:, 1], span[1]) - np.maximum(bounds[:, 0], span[0])
    shorter = np.minimum(bounds[:, 1] - bounds[:, 0], span[1] - span[0])
    found = columns.texts.of[first:last][(common > 0) & (2 * common >= shorter)]
    return [int(text) for text in found if text >= 0]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def grams(words: list[str], size: int = 5) -> set[str]:
    return {" ".join(words[k : k + size]) for k in range(max(1, len(words) - size + 1))}


def word_grams(text: str) -> set[str]:
    return grams(words(text))


def cut_grams(text: str) -> set[str]:
    """As text-dedup cuts: two characters in a row that are no word leave an empty word between."""
    return grams(re.split(r"\W", text.lower()))


def by_datasketch(texts: list[str], asked: Pairs, shingles: Shingles) -> Pairs:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    sketches = MinHash.bulk(map(encoded, map(shingles, texts)), num_perm=128)
    for text, sketch in enumerate(sketches):
        index.insert(text, sketch, check_duplication=False)
    said: Pairs = set()
    for text, sketch in enumerate(sketches):
        said.update((text, other) for other in index.query(sketch))
        said &= asked
    return said


def by_rensa(texts: list[str], asked: Pairs, shingles: Shingles) -> Pairs:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=16)
    sketches = RMinHash.from_token_sets(map(list, map(shingles, texts)), num_perm=128, seed=42)
    index.insert_many(sketches)
    said: Pairs = set()
    for text, sketch in enumerate(sketches):
        near = [other for other in index.query(sketch) if other > text]
        said.update((text, o) for o in near if sketch.jaccard(sketches[o]) >= THRESHOLD)
        said &= asked
    return said


def by_text_dedup(texts: list[str], asked: Pairs, shingles: Shingles) -> Pairs:
    from datasketch import MinHash, MinHashLSH

    best = MinHashLSH(threshold=THRESHOLD, num_perm=250)
    rows = np.empty((len(texts), 250), dtype=np.uint32)
    sketches = MinHash.generator(map(encoded, map(shingles, texts)), num_perm=250)
    for text, sketch in enumerate(sketches):
        rows[text] = sketch.hashvalues
    parent = list(range(len(texts)))

    def top(text: int) -> int:
        while parent[text] != text:
            parent[text] = text = parent[parent[text]]
        return text

    for start in range(0, best.b * best.r, best.r):
        first: dict[bytes, int] = {}
        for text, row in enumerate(rows[:, start : start + best.r]):
            a, b = top(first.setdefault(row.tobytes(), text)), top(text)
            parent[max(a, b)] = min(a, b)
    return {(a, b) for a, b in asked if top(a) == top(b)}


def encoded(shingles: Iterable[str]) -> list[bytes]:
    return [shingle.encode() for shingle in shingles]


TOOLS = (
    ("datasketch, 5-grams", "datasketch", by_datasketch, word_grams),
    ("datasketch, words", "datasketch", by_datasketch, words),
    ("rensa, 5-grams", "rensa", by_rensa, word_grams),
    ("rensa, words", "rensa", by_rensa, str.split),
    ("text-dedup's rule", "datasketch", by_text_dedup, cut_grams),
)


def rows_of(one: Labelled, missing: set[str]) -> Iterator[tuple[str, ...]]:
    """The cells of a row for each tool."""
    is_copy, is_recycled = np.isin(one.kinds, COPY), np.isin(one.kinds, RECYCLED)
    templates, asked = one.kinds == TEMPLATE, one.asked()

    def cells(tool: str, copy: Rates, recycling: Rates, part: int, s: float) -> tuple[str, ...]:
        figures = (copy.precision, copy.recall, copy.f1, recycling.f1)
        told = ("-" if figure is None else f"{figure:.3f}" for figure in figures)
        copied = share(part, templates.sum())
        templates_told = "-" if copied is None else f"{copied:.0%} ({part}/{templates.sum()})"
        return (one.name, tool, *told, templates_told, f"{s:.1f}")

    for tool, module, found_by, shingles in TOOLS:
        if module not in missing:
            start = time.perf_counter()
            said = found_by(one.texts, asked, shingles)
            seconds = time.perf_counter() - start
            copied = one.copied(said)
            told = rates(is_copy, copied), rates(is_recycled, copied)
            yield cells(tool, *told, int((copied & templates).sum()), seconds)
    own = one.evaluation
    part = sum(own.confusion[TEMPLATE][kind] for kind in COPY)
    yield cells("dedup", own.copy, own.recycling, part, one.seconds)


def show(cells: tuple[str, ...], markdown: bool) -> None:
    padded = (f"{cell:{width}s}" for cell, width in zip(cells, WIDTHS, strict=True))
    print(f"| {' | '.join(cells)} |" if markdown else " ".join(padded), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("sets", nargs="+", metavar="CORPUS=LABELS")
    options.add_argument("--markdown", action="store_true", help="print a Markdown table")
    given = options.parse_args()
    warm = " ".join(map("w{}".format, range(30)))
    scan([("a", warm), ("b", f"another {warm}")])  # compile outside the clock
    missing = set()
    for module in ("datasketch", "rensa"):
        try:  # and load it outside the clock
            import_module(module)
            print(f"{module} {version(module)}, {os.cpu_count()} cores")
        except ImportError:
            missing.add(module)
            print(f"{module} is missing and left out; pip install {module}")
    print()
    show(HEADER, given.markdown)
    if given.markdown:
        show(("---",) * 2 + ("--:",) * (len(HEADER) - 2), True)
    for one in given.sets:
        for cells in rows_of(Labelled(*one.split("=", 1)), missing):
            show(cells, given.markdown)


if __name__ == "__main__":
    main()
