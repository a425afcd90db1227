"""How long does counting the shingles of pairs take?"""

from __future__ import annotations

import numpy as np

from dedup.overlap import overlaps


def bench_overlaps(benchmark, made):
    pairs = np.array(sorted(made.pairs), dtype=np.int64).reshape(-1, 2)
    benchmark.extra_info["pairs"] = len(pairs)

    assert len(benchmark(overlaps, made.shingles, pairs)) == len(pairs)
