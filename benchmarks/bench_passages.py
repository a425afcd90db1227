"""How long do candidates by shared passages take, and how many of the pairs are among them?"""

from __future__ import annotations

from conftest import recall

from dedup.buckets import Repeats
from dedup.passages import candidates
from dedup.repeated import repeated


def bench_passages(benchmark, made):
    count = len(made.paragraphs)

    def by_passages():
        parts = [slice(0, count)]
        marks = Repeats(len(made.shingles.values))
        marks.add(made.shingles.values)
        return candidates(repeated(parts, lambda _: made.shingles, marks), count)

    found = benchmark(by_passages)

    benchmark.extra_info["candidates"] = len(found)
    benchmark.extra_info["recall"] = recall(found, made.pairs)
