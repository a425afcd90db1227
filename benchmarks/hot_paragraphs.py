"""Does time grow with the stories where every story carries the same banner?

    python benchmarks/hot_paragraphs.py [--command scan|pairs] [STORIES ...]

Writes wire corpora of each size (corpus.py), once plain and once with one of three banners at the
head of every story, a hundredth of them lightly edited; runs the command on each in a process of
its own, and prints seconds and peak memory, in all and a story.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import corpus


def run(command: str, path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one process."""
    out = str(path) + ".out"
    options = {
        "scan": ["scan", str(path), "--quiet", "--json", out],
        "pairs": ["pairs", str(path), "--unit", "paragraphs", "--quiet", "--jsonl", out],
    }
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "dedup", *options[command]])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"dedup {command} failed with {process.returncode}")
    Path(out).unlink()
    return time.perf_counter() - start, used.ru_maxrss / 1024


def main() -> None:
    """Print a row a corpus."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("stories", nargs="*", type=int, default=[50_000, 100_000, 200_000])
    options.add_argument("--command", choices=("scan", "pairs"), default="scan")
    given = options.parse_args()
    titles = "stories", "banner", "seconds", "us a story", "MB", "KB a story"
    print("{:>9} {:>7} {:>8} {:>11} {:>7} {:>11}".format(*titles))
    with tempfile.TemporaryDirectory() as folder:
        for size in given.stories:
            for hot in (False, True):
                path = Path(folder) / "wire.jsonl"
                with path.open("wb") as out:
                    corpus.write(out, None, size, unit="stories", hot=hot)
                seconds, megabytes = run(given.command, path)
                print(
                    f"{size:>9,} {'yes' if hot else 'no':>7} {seconds:>8.1f}"
                    f" {seconds / size * 1e6:>11.0f} {megabytes:>7,.0f}"
                    f" {megabytes / size * 1024:>11.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
