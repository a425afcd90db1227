"""How long do signatures take, and how near do they come to the similarity?"""

from __future__ import annotations

import numpy as np

from dedup.minhash import sign
from dedup.overlap import overlaps


def bench_sign(benchmark, made):
    rows = benchmark(sign, made.shingles).rows

    pairs = np.array(sorted(made.pairs), dtype=np.int64).reshape(-1, 2)
    shared, left, right = overlaps(made.shingles, pairs).T
    off = (rows[pairs[:, 0]] == rows[pairs[:, 1]]).mean(axis=1) - shared / (left + right - shared)
    benchmark.extra_info["shingles"] = len(made.shingles.values)
    benchmark.extra_info["error"] = round(float(np.sqrt(np.mean(off**2))), 4) if len(off) else None
