"""Do time and memory a story stay as they are up to a million stories, and in little memory?

    python benchmarks/at_scale.py --stories 100000 1000000 --memory 0 2GB --runs runs.json
    python benchmarks/at_scale.py --repeats 3 --rest 30
    python benchmarks/at_scale.py --stories 1000000 --memory 0 --folder /corpora --runs runs.json

Writes a wire corpus of each size (corpus.py), and the report on it as JSON in a process of its own,
with each `--memory`; 0 leaves it to the command. Reports on one corpus must be the same bytes. Of
several rounds the median counts. What was measured is kept in RUNS, so that sizes can be run one by
one, and the section of RESULTS.md is written from all of it. A million stories take 3.3 GB of disk,
their report 2.8 GB, and temporary files up to 12 GB.

Where a host lends a virtual machine its memory, and takes it back when it is free for a while, a
small run that follows on another finds what that one has left and is up to a fifth faster, which a
large one cannot be. With `--rest` each run begins after so many seconds, and all begin alike.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))
import corpus
from against import HERE, machine, note

TITLE = "A report on a million stories"


def run(path: Path, memory: str) -> dict[str, float | str]:
    """Wall and CPU seconds, peak bytes, and the hash of the report, of one process."""
    out = path.with_suffix(".report.json")
    given = [] if memory == "0" else ["--memory", memory]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "dedup", "scan", str(path), "--quiet", "--json", str(out), *given]
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"dedup scan failed with {process.returncode}")
    with out.open("rb") as file:
        report = hashlib.file_digest(file, "sha256").hexdigest()
    out.unlink()
    return {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024.0,
        "report": report,
    }


def wire(folder: Path, stories: int) -> Path:
    """A corpus of so many stories, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"s{stories}.jsonl"
    if not path.exists():
        with path.open("wb") as out:
            corpus.write(out, None, stories, unit="stories")
    return path


def section(runs: list[dict]) -> str:
    """All runs as a table, the medians of those that were alike."""
    lines = [
        "| stories | `--memory` | rest, s | runs | wall, s | CPU, s | us a story | CPU us a story"
        " | peak GB |"
    ]
    lines.append("|--:|---|--:|--:|--:|--:|--:|--:|--:|")
    for key in sorted({_key(one) for one in runs}):
        alike, (stories, memory, rest) = [one for one in runs if _key(one) == key], key
        seconds, cpu = (median(one[name] for one in alike) for name in ("seconds", "cpu"))
        peak, each = max(one["peak"] for one in alike), 1e6 / stories
        lines.append(
            f"| {stories:,} | {'' if memory == '0' else memory} | {rest:.0f} | {len(alike)}"
            f" | {seconds:.1f} | {cpu:.0f} | {seconds * each:.0f} | {cpu * each:.0f}"
            f" | {peak / 1e9:.2f} |"
        )
    reports = {one["stories"]: one["report"] for one in runs}
    same = all(one["report"] == reports[one["stories"]] for one in runs)
    told = "the same bytes with each `--memory`" if same else "NOT the same with each `--memory`"
    return (
        "Wire stories of 12 paragraphs, `dedup scan --json`, one process after the other,"
        " each after a rest; medians."
        " Peak memory is the most that was resident, pages of temporary files included."
        f" Reports on one corpus are {told}.\n\n"
        + "\n".join(lines)
        + f"\n\n`python benchmarks/at_scale.py`. {machine()}."
    )


def _key(one: dict) -> tuple[int, str, float]:
    return one["stories"], one["memory"], one["rest"]


def main() -> None:
    """Measure, and write it down."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--stories", nargs="*", type=int, default=[100_000, 1_000_000])
    options.add_argument("--memory", nargs="*", default=["0"])
    options.add_argument("--repeats", type=int, default=1, help="rounds of all of them")
    options.add_argument("--rest", type=float, default=0, help="seconds to wait before each run")
    options.add_argument("--folder", type=Path, help="where corpora are kept from run to run")
    options.add_argument("--runs", type=Path, help="what was measured, kept from run to run")
    options.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    given = options.parse_args()
    runs = json.loads(given.runs.read_text()) if given.runs and given.runs.exists() else []
    with tempfile.TemporaryDirectory() as made:
        for _, stories, memory in product(range(given.repeats), given.stories, given.memory):
            path = wire(given.folder or Path(made), stories)
            time.sleep(given.rest)
            found = {"stories": stories, "memory": memory, "rest": given.rest} | run(path, memory)
            print(found, flush=True)
            runs.append(found)
            if given.runs:
                given.runs.write_text(json.dumps(runs, indent=1))
    note(given.results, TITLE, section(runs))


if __name__ == "__main__":
    main()
