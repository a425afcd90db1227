"""Does time grow with the stories where every story carries the same banner?

    python benchmarks/hot_paragraphs.py [STORIES ...]

Writes a corpus of each size, all of whose stories carry one identical banner, a trailer with one
changing word, and unique text otherwise; scans it in a process of its own, and prints seconds and
peak memory, in all and a story.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BANNER = (
    "This story is part of our continuing coverage of the river talks and is free to read for"
    " everyone; please support the newsroom that brings it to you every day."
)
TRAILER = (
    "Dear {}, you have signed up for the evening letter of this newsroom and will find it in your"
    " inbox at six with the notices of the day, the roads and the river."
)
_PARAGRAPHS, _WORDS, _VOCABULARY = 4, 40, 50_000


def stories(count: int, seed: int = 0) -> list[str]:
    """One JSON line a story."""
    draw = np.random.default_rng(seed)
    words = np.array([f"w{number:x}" for number in range(_VOCABULARY)])
    lines = []
    for number in range(count):
        own = words[draw.integers(0, _VOCABULARY, (_PARAGRAPHS, _WORDS))]
        text = [BANNER, *(" ".join(paragraph) + "." for paragraph in own)]
        text.append(TRAILER.format(f"reader{number}"))
        lines.append(json.dumps({"id": f"s{number:07}", "text": "\n\n".join(text)}))
    return lines


def scan(path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one scan in a process of its own."""
    watch = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "dedup", "scan", str(path), "--json", str(path) + ".report"]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", watch, *command], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - start, int(done.stdout) / 1024


def main() -> None:
    """Print a row a size."""
    sizes = [int(size) for size in sys.argv[1:]] or [50_000, 100_000, 200_000]
    print(f"{'stories':>9} {'seconds':>8} {'us a story':>11} {'MB':>7} {'KB a story':>11}")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder) / f"hot-{size}.jsonl"
            path.write_text("\n".join(stories(size)) + "\n")
            seconds, megabytes = scan(path)
            print(
                f"{size:>9,} {seconds:>8.1f} {seconds / size * 1e6:>11.0f}"
                f" {megabytes:>7,.0f} {megabytes / size * 1024:>11.1f}"
            )
            path.unlink()


if __name__ == "__main__":
    main()
