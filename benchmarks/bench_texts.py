"""How long does collapsing equal paragraphs take?"""

from __future__ import annotations

from dedup.texts import collapse


def bench_collapse(benchmark, made):
    found = benchmark(collapse, made.corpus.buffer, made.paragraphs, made.table, threads=1)

    benchmark.extra_info["paragraphs"] = len(made.paragraphs)
    benchmark.extra_info["texts"] = len(found)
