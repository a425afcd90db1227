"""How long does it take to fold the words of a corpus?"""

from __future__ import annotations

from dedup.tokens import fingerprints, fold_table, tokenise


def bench_fold_table(benchmark, made):
    """Which characters occur."""
    benchmark.extra_info["megabytes"] = made.megabytes

    benchmark(fold_table, made.corpus.buffer, threads=1)


def bench_tokenise(benchmark, made):
    benchmark.extra_info["megabytes"] = made.megabytes
    spans = made.paragraphs

    found = benchmark(tokenise, made.corpus.buffer, spans.starts, spans.ends, made.table)

    benchmark.extra_info["words"] = len(found.values)


def bench_fingerprints(benchmark, made):
    assert len(benchmark(fingerprints, made.tokens)) == len(made.paragraphs)
