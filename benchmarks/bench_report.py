"""How long does writing a report take?"""

from __future__ import annotations

import io

from dedup import scan
from dedup.report.as_json import dump


def bench_report_as_json(benchmark, made):
    ids = made.corpus.ids.to_pylist()
    report = scan([(name, made.corpus.text(k)) for k, name in enumerate(ids)])

    benchmark(lambda: dump(report, io.BytesIO()))

    benchmark.extra_info["families"] = len(report.families)
