"""Pairs of a list of texts, in a process that is warm: dedup on one core and on two, and others.

    python benchmarks/in_process.py [--stories 5000] [--times 3]

The texts are paragraphs of a wire corpus as Python strings; the tools' own ways are those of
peers.py, shingling included. They take turns. CPU seconds are what a core does for them, whatever
else the machine does; by these they are compared. What the kernels alone do with more threads is
measured on the pass that makes sketches (sketch.py), of the texts ten times over, as bytes already:
to encode a `str` is for one thread at a time. Writes its section of RESULTS.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))
import corpus
import numpy as np
import peers
from against import HERE, installed, machine, note

from dedup import CLASSIC, near_duplicates
from dedup.folding import FoldTables
from dedup.pairs import _sketched
from dedup.sketch import Sketches
from dedup.strings import Spans

TOOLS: dict[str, Callable[[list[str]], object]] = {
    "dedup, 1 thread": lambda texts: near_duplicates(texts, threads=1),
    "dedup, 2 threads": lambda texts: near_duplicates(texts, threads=2),
    "sketches of ten times as much, 1 thread": lambda texts: sketch(texts, threads=1),
    "sketches of ten times as much, 2 threads": lambda texts: sketch(texts, threads=2),
    "rensa": lambda texts: list(peers.rensa_pairs(texts)),
    "datasketch": lambda texts: list(peers.datasketch_pairs(texts)),
}

OVER = 10
ENCODED: dict[int, Spans] = {}


def sketch(texts: list[str], *, threads: int) -> Sketches:
    """Sketch the texts OVER times, encoded once."""
    if len(texts) not in ENCODED:
        held = [text.encode() for text in texts]
        ends = np.cumsum([len(one) for one in held])
        bounds = np.tile(np.append(0, ends[:-1]), OVER), np.tile(ends, OVER)
        ENCODED[len(texts)] = Spans(np.frombuffer(b"".join(held), np.uint8), *bounds)
    return _sketched(ENCODED[len(texts)], FoldTables(), replace(CLASSIC, threads=threads))


def main() -> None:
    """Measure, and write it down."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--stories", type=int, default=5_000)
    options.add_argument("--times", type=int, default=3)
    options.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    given = options.parse_args()
    texts = corpus.texts(given.stories)
    size = sum(len(text.encode()) for text in texts) / 1e6
    tools = {name: run for name, run in TOOLS.items() if name not in peers.TOOLS or installed(name)}
    sketch(texts, threads=1)
    for run in tools.values():
        run(texts[:200])  # compile and load outside the clock
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in tools}
    for _ in range(given.times):
        for name, run in tools.items():
            start = time.perf_counter(), time.process_time()
            run(texts)
            took[name].append((time.perf_counter() - start[0], time.process_time() - start[1]))
            print(f"  {name:38} {took[name][-1][0]:7.3f} s, {took[name][-1][1]:7.3f} s CPU")
    own = median(cpu for _, cpu in took["dedup, 1 thread"])
    lines = ["| what | wall, s | CPU, s | MB a CPU second | times dedup, CPU |"]
    lines.append("|---|--:|--:|--:|--:|")
    for name, runs in took.items():
        wall, cpu = (median(one) for one in zip(*runs, strict=True))
        each = cpu / (OVER if "sketches" in name else 1)
        lines.append(f"| {name} | {wall:.3f} | {cpu:.3f} | {size / each:.1f} | {each / own:.2f} |")
    body = (
        f"{len(texts):,} paragraphs as `list[str]`, {size:.0f} MB; medians of {given.times}.\n\n"
        + "\n".join(lines)
        + f"\n\n`python benchmarks/in_process.py --stories {given.stories}`. {machine()}."
    )
    note(given.results, "Pairs in one process", body)
    print(body)


if __name__ == "__main__":
    main()
