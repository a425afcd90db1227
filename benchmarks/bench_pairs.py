"""How long do near-duplicate pairs take, from strings to exact similarities, on 1 thread and 2?"""

from __future__ import annotations

import numpy as np
import pytest
from conftest import recall

from dedup import near_duplicates


@pytest.mark.parametrize("threads", [1, 2])
def bench_near_duplicates(benchmark, made, threads):
    spans = zip(made.paragraphs.starts, made.paragraphs.ends, strict=True)
    texts = [made.corpus.slice(start, end) for start, end in spans]

    found = benchmark(near_duplicates, texts, threads=threads)

    benchmark.extra_info["megabytes"] = made.megabytes
    benchmark.extra_info["pairs"] = len(found)
    columns = np.stack((found.left, found.right), axis=1)
    benchmark.extra_info["recall"] = recall(columns, made.pairs)
    assert {(left, right) for left, right, _ in found} <= made.pairs
