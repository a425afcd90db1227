"""Do time and memory a story stay as they are up to a million stories, and in little memory?

    python benchmarks/at_scale.py --stories 100000 1000000 --memory 0 2GB --runs runs.json
    python benchmarks/at_scale.py --stories 1000000 --memory 0 --folder /corpora --runs runs.json

Writes a wire corpus of each size (corpus.py), and the report on it as JSON in a process of its own,
with each `--memory`; 0 leaves it to the command. Reports on one corpus must be the same bytes. What
was measured is kept in RUNS, so that sizes can be run one by one, and the section of RESULTS.md is
written from all of it. A million stories take 3.3 GB of disk, their report 2.8 GB, and temporary
files up to 12 GB.
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
from pathlib import Path

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
    """All runs as a table."""
    lines = ["| stories | `--memory` | wall, s | CPU, s | us a story | CPU us a story | peak GB |"]
    lines.append("|--:|---|--:|--:|--:|--:|--:|")
    for one in sorted(runs, key=lambda one: (one["stories"], one["memory"])):
        each = 1e6 / one["stories"]
        lines.append(
            f"| {one['stories']:,} | {'' if one['memory'] == '0' else one['memory']}"
            f" | {one['seconds']:.0f} | {one['cpu']:.0f} | {one['seconds'] * each:.0f}"
            f" | {one['cpu'] * each:.0f} | {one['peak'] / 1e9:.2f} |"
        )
    reports = {one["stories"]: one["report"] for one in runs}
    same = all(one["report"] == reports[one["stories"]] for one in runs)
    told = "the same bytes with each `--memory`" if same else "NOT the same with each `--memory`"
    return (
        "Wire stories of 12 paragraphs, `dedup scan --json`, one process after the other."
        " Peak memory is the most that was resident, pages of temporary files included."
        f" Reports on one corpus are {told}.\n\n"
        + "\n".join(lines)
        + f"\n\n`python benchmarks/at_scale.py`. {machine()}."
    )


def main() -> None:
    """Measure, and write it down."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--stories", nargs="*", type=int, default=[100_000, 1_000_000])
    options.add_argument("--memory", nargs="*", default=["0"])
    options.add_argument("--folder", type=Path, help="where corpora are kept from run to run")
    options.add_argument("--runs", type=Path, help="what was measured, kept from run to run")
    options.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    given = options.parse_args()
    runs = json.loads(given.runs.read_text()) if given.runs and given.runs.exists() else []
    with tempfile.TemporaryDirectory() as made:
        for stories in given.stories:
            path = wire(given.folder or Path(made), stories)
            for memory in given.memory:
                found = {"stories": stories, "memory": memory} | run(path, memory)
                print(found, flush=True)
                runs = [one for one in runs if (one["stories"], one["memory"]) != (stories, memory)]
                runs.append(found)
                if given.runs:
                    given.runs.write_text(json.dumps(runs, indent=1))
    note(given.results, TITLE, section(runs))


if __name__ == "__main__":
    main()
