"""How long does cutting stories into paragraphs take?"""

from __future__ import annotations

from dedup.paragraphs import split


def bench_split(benchmark, made):
    stories = made.corpus
    benchmark.extra_info["megabytes"] = made.megabytes

    found = benchmark(split, stories.buffer, stories.starts, stories.ends)

    assert len(found) == len(made.paragraphs)
