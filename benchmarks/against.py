"""The same file through datasketch, rensa, gaoya, daft and dedup: time, memory, and what is found.

    python benchmarks/against.py                              # 100,000 stories as paragraphs
    python benchmarks/against.py --unit stories
    python benchmarks/against.py --stories 2000 --times 1 --results /tmp/RESULTS.md

Makes a wire corpus (corpus.py), counts the true pairs (truth.py), and runs the tools as processes,
one after the other and all of them again, so that whatever else the machine does falls on all. Of
the slow ones fewer runs do: --tools and --times may be given, and --runs FILE adds to what earlier
calls measured. The medians, with pairs against the truth, go into RESULTS.md in place of an earlier
table of the same job. Tools that are not installed are left out: pip install '.[bench]'.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import numpy as np
from pyarrow import json as arrow

sys.path.insert(0, str(Path(__file__).parent))
import corpus
import peers
import truth

HERE = Path(__file__).parent
TOOLS = ("dedup", "dedup, 1 thread", *peers.TOOLS)


@dataclass
class Runs:
    """What the runs of one tool took, and what it found."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    precision: float = 0.0
    recall: float = 0.0
    pairs: int = 0


_WATCH = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9]))
"""


def run(tool: str, path: Path, out: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak gigabytes of one process.

    A small process stands between: a child is counted with the memory of the one that made it.
    Python keeps what it compiled, as it does of an installed package.
    """
    if tool.startswith("dedup"):
        command = ["-m", "dedup", "pairs", str(path), "--quiet", "--jsonl", str(out)]
        command += ["--threads", "1"] if "1 thread" in tool else []
    else:
        command = [str(HERE / "peers.py"), tool, str(path), str(out)]
    watched = [sys.executable, "-c", _WATCH, sys.executable, *command]
    around = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    told = subprocess.run(watched, check=True, capture_output=True, text=True, env=around).stdout
    code, wall, cpu, memory = json.loads(told.splitlines()[-1])
    if code:
        raise SystemExit(f"{tool} failed with {code}")
    return wall, cpu, memory


def found_by(tool: str, path: Path, out: Path) -> np.ndarray:
    """The pairs that a tool wrote, as lines of the corpus."""
    if not tool.startswith("dedup"):
        return np.sort(np.load(out), axis=1)
    names = arrow.read_json(path, arrow.ReadOptions(block_size=1 << 24))["id"].to_pylist()
    places = {name: place for place, name in enumerate(names)}
    with out.open("rb") as lines:
        listed = [json.loads(line) for line in lines]
    pairs = [(places[one["left_story"]], places[one["right_story"]]) for one in listed]
    return np.sort(np.array(pairs, dtype=np.int64).reshape(-1, 2), axis=1)


def compare(path: Path, tools: list[str], times: int, rows: dict[str, Runs]) -> None:
    """Run the tools in turn, and add to what earlier runs took."""
    texts = len(truth.texts_of(path))
    kept = path.with_suffix(".truth.npy")
    if not kept.exists():
        np.save(kept, truth.pairs(truth.texts_of(path))[0])
    true = np.load(kept)
    true_packed = true[:, 0] * texts + true[:, 1]
    rows["truth"] = Runs(pairs=len(true))
    print(f"{path.name}: {texts:,} texts, {len(true):,} true pairs", flush=True)
    if any(tool.startswith("dedup") for tool in tools):  # compile what is compiled once
        run("dedup", path, path.with_suffix(".found.jsonl"))
    for _ in range(times):
        for tool in tools:
            out = path.with_suffix(".found.jsonl" if tool.startswith("dedup") else ".found.npy")
            wall, cpu, memory = run(tool, path, out)
            one = rows.setdefault(tool, Runs())
            if not one.wall:
                found = found_by(tool, path, out)
                packed = np.unique(found[:, 0] * texts + found[:, 1])
                right = len(np.intersect1d(packed, true_packed))
                one.pairs = len(packed)
                one.precision = right / max(1, len(packed))
                one.recall = right / max(1, len(true))
            one.wall.append(wall)
            one.cpu.append(cpu)
            one.memory.append(memory)
            print(f"  {tool:16} {wall:7.2f} s {cpu:7.2f} s CPU {memory:5.2f} GB", flush=True)


def table(rows: dict[str, Runs]) -> str:
    """The medians as a table, and how many times the wall time of dedup each takes."""
    own = median(rows["dedup"].wall) if "dedup" in rows else 0
    lines = [
        "| tool | runs | wall, s | times dedup | CPU, s | peak GB | pairs | precision | recall |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for tool, one in rows.items():
        if tool == "truth":
            continue
        wall = median(one.wall)
        times = f"{wall / own:.1f}" if own else "-"
        lines.append(
            f"| {tool} | {len(one.wall)} | {wall:.2f} | {times} | {median(one.cpu):.1f}"
            f" | {median(one.memory):.2f}"
            f" | {one.pairs:,} | {one.precision:.4f} | {one.recall:.4f} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """The processor, cores and memory, how busy it was in the last quarter, and versions."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            (
                s.partition(":")[2].strip()
                for s in info.read_text().splitlines()
                if "model name" in s
            ),
            cpu,
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    names = ("dedup", "datasketch", "rensa", "gaoya", "daft", "numpy", "numba", "pyarrow")
    versions = ", ".join(f"{name} {version(name)}" for name in names if installed(name))
    cores = len(os.sched_getaffinity(0))
    return f"{cpu}, {cores} cores, {memory:.0f} GB; Python {platform.python_version()}, {versions}"


def installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def note(results: Path, title: str, body: str) -> None:
    """Put a section into a file, in place of one of the same title."""
    head = "# Results\n\nEach section is written by the command it names.\n"
    text = results.read_text() if results.exists() else head
    section = f"## {title}\n\n{body.strip()}\n"
    pattern = rf"^## {re.escape(title)}\n.*?(?=^## |\Z)"
    if re.search(pattern, text, re.MULTILINE | re.DOTALL):
        text = re.sub(pattern, lambda _: section + "\n", text, flags=re.MULTILINE | re.DOTALL)
    else:
        text = f"{text.rstrip()}\n\n{section}"
    results.write_text(text.rstrip() + "\n")


def main() -> None:
    """Compare, and write it down."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--stories", type=int, default=100_000)
    options.add_argument("--unit", choices=("paragraphs", "stories"), default="paragraphs")
    options.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    options.add_argument("--times", type=int, default=3)
    options.add_argument("--folder", type=Path, help="where the corpus is made; kept if given")
    options.add_argument("--runs", type=Path, help="keep all runs in this file, and go on from it")
    options.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    given = options.parse_args()
    tools = [tool for tool in given.tools if installed(tool.partition(",")[0])]
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"wire-{given.stories}-{given.unit}.jsonl"
        if not path.exists():
            with path.open("wb") as out:
                corpus.write(out, None, given.stories, unit=given.unit)
        size = path.stat().st_size / 1e6
        raw = given.runs or path.with_suffix(".runs.json")
        rows = (
            {k: Runs(**v) for k, v in json.loads(raw.read_text()).items()} if raw.exists() else {}
        )
        compare(path, tools, given.times, rows)
        raw.write_text(json.dumps({tool: asdict(one) for tool, one in rows.items()}))
        command = f"python benchmarks/against.py --unit {given.unit} --stories {given.stories}"
        body = (
            f"{given.stories:,} stories"
            + (" as single paragraphs" if given.unit == "paragraphs" else "")
            + f", {size:,.0f} MB of JSON Lines; pairs with a Jaccard similarity of 0.7 or more of"
            f" word 5-grams, 128 permutations. {rows['truth'].pairs:,} true pairs. Processes, one"
            f" after the other.\n\n{table(rows)}\n\n"
            f"`{command}`, {date.today():%d %B %Y}. {machine()}."
        )
    note(given.results, f"Pairs of {given.unit}, against other tools", body)
    print(body)


if __name__ == "__main__":
    main()
