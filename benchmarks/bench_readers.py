"""How long does reading take as the archive grows?"""

from __future__ import annotations

import corpus
import pyarrow as pa
import pytest
from conftest import SIZES

from dedup.readers import read, read_table


@pytest.fixture(params=SIZES, ids="{}-stories".format)
def path(request, tmp_path):
    """A corpus as JSON Lines."""
    place = tmp_path / "wire.jsonl"
    with place.open("wb") as out:
        corpus.write(out, None, request.param, unit="stories")
    return place


def bench_read_json_lines(benchmark, path):
    """From a file to columns."""
    read([path])  # compile outside the clock
    benchmark.extra_info["megabytes"] = path.stat().st_size / 1e6

    assert len(benchmark(read, [path]))


def bench_read_table(benchmark, made):
    """From an Arrow table, whose texts are not copied."""
    texts = [made.corpus.text(k) for k in range(len(made.corpus))]
    table = pa.table({"id": made.corpus.ids, "text": texts})

    assert len(benchmark(read_table, table)) == len(texts)
