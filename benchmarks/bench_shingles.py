"""How long do shingles take?"""

from __future__ import annotations

from dedup.shingles import shingle


def bench_shingle(benchmark, made):
    found = benchmark(shingle, made.tokens, width=5)

    benchmark.extra_info["shingles"] = len(found.values)
