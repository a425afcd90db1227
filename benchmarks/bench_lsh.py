"""How long do candidates take, and how many of the pairs are among them?"""

from __future__ import annotations

import pytest
from conftest import recall

from dedup.lsh import candidates


@pytest.mark.parametrize("share", [0.95, 0.99])
def bench_candidates(benchmark, made, share):
    found = benchmark(
        candidates, made.signatures, threshold=0.7, recall=share, bucket=1000, threads=1
    )

    benchmark.extra_info["candidates"] = len(found)
    benchmark.extra_info["recall"] = recall(found, made.pairs)
