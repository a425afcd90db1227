"""How long does a whole report take, and are the copies of the corpus in it?"""

from __future__ import annotations

import pytest
from conftest import recall
from numpy import array

from dedup import Settings, scan
from dedup.stories import Story


@pytest.mark.parametrize("threads", [1, 2])
def bench_scan(benchmark, made, threads):
    ids = made.corpus.ids.to_pylist()
    stories = [Story(name, made.corpus.text(k)) for k, name in enumerate(ids)]
    of = made.paragraphs.stories

    report = benchmark(scan, stories, Settings(threads=threads))

    families = report.columns.places.families
    places = report.columns.places.paragraphs
    within = {}
    for family, paragraph in zip(families.tolist(), places.tolist(), strict=True):
        within.setdefault(paragraph, set()).add(family)
    wanted = {(a, b) for a, b in made.pairs if of[a] != of[b]}
    found = [(a, b) for a, b in wanted if within.get(a, set()) & within.get(b, set())]
    benchmark.extra_info["megabytes"] = made.megabytes
    benchmark.extra_info["recall"] = recall(array(found).reshape(-1, 2), wanted)
