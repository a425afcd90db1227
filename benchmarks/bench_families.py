"""How long does it take to join matches into families, and those into wordings?"""

from __future__ import annotations

from dedup import scan
from dedup.families import assemble
from dedup.wordings import join_wordings


def bench_families(benchmark, made):
    ids = made.corpus.ids.to_pylist()
    columns = scan([(name, made.corpus.text(k)) for k, name in enumerate(ids)]).columns
    matches, texts, stories = columns.matches, columns.texts, columns.paragraphs.stories

    found = benchmark(lambda: join_wordings(assemble(matches, texts, stories), matches, texts))

    benchmark.extra_info["matches"] = len(matches.pairs)
    benchmark.extra_info["families"] = len(found)
