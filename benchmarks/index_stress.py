"""An index under stress, for longer than a test may take.

python benchmarks/index_stress.py steps 2000
python benchmarks/index_stress.py kills 200
python benchmarks/index_stress.py readers 60
python benchmarks/index_stress.py hot 100000
python benchmarks/index_stress.py figures wire.jsonl late.jsonl

steps    so many random changes and questions, each held against a scan
kills    a process that adds stories is killed at so many random moments
readers  one writer and four readers for so many seconds, and the readers without the writer
hot      a paragraph that stands in so many stories, checked beside one that stands in one
figures  stories of a file added, then those of another checked and added: time, size, memory
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from queue import Empty

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.corpus import vocabulary
from dedup import Story, scan
from dedup.index import Index
from dedup.pipeline import corpus_from
from tests import wire
from tests.index_model import Model, Newsroom, compare, document

WRITER = Path(__file__).parents[1] / "tests" / "index_writer.py"
READERS = 4


def steps(count: int, folder: Path) -> None:
    """Random operations, a new index every fifty."""
    asked = 0
    for seed in range(-(-count // 50)):
        path, model = folder / f"{seed}.index", Model()
        newsroom = Newsroom(seed, counted=seed % 2 == 0)
        index = Index.open(path)
        for _ in range(50):
            story = newsroom.story()
            what = newsroom.draw.choice(
                ("add", "add", "both", "many", "replace", "remove", "expire", "reopen", "compact",
                 "check", "check", "report", "verify")
            )  # fmt: skip
            if what in ("add", "both") and not model.knows_better(story):
                (index.add if what == "add" else index.check_and_add)(story)
                model.add(story)
            elif what == "many":
                stories = []
                for one in (newsroom.story() for _ in range(newsroom.draw.randint(0, 8))):
                    if not model.knows_better(one):
                        stories.append(one)
                        model.add(one)
                index.add_many(stories)
            elif what == "compact":
                index.compact()
            elif what == "replace":
                index.replace(story)
                model.versions[story.id] = [story]
            elif what == "remove" and model.versions:
                name = newsroom.draw.choice(sorted(model.versions))
                index.remove(name)
                del model.versions[name]
            elif what == "expire":
                before = newsroom.date(5)
                assert index.expire(before=before) == model.expire(before)
            elif what == "reopen":
                index.close()
                index = Index.open(path)
            elif what == "check":
                compare(index, model, story)
                asked += 1
            elif what == "report":
                assert document(index.to_report()) == document(scan(model.stories()))
                asked += 1
            elif what == "verify":
                assert index.verify() == ()
        index.close()
    print(f"{count:,} steps, {asked:,} of them held against a scan: no difference")


def kills(count: int, folder: Path) -> None:
    """Kill a writer again and again."""
    draw, path, acknowledged = random.Random(1), folder / "wire.index", set()
    root = WRITER.parents[1]
    for _ in range(count):
        child = subprocess.Popen(
            [sys.executable, str(WRITER), str(path)],
            stdout=subprocess.PIPE, text=True, cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )  # fmt: skip
        assert child.stdout is not None
        acknowledged.add(child.stdout.readline().strip())
        time.sleep(draw.uniform(0, 0.3))
        child.send_signal(signal.SIGKILL)
        acknowledged |= set(child.stdout.read().split("\n")[:-1])
        child.wait()
        with Index.open(path) as index:
            assert all(name in index for name in acknowledged)
            assert index.verify() == ()
    print(f"{count:,} kills: {len(acknowledged):,} acknowledged stories, every one there and whole")


def read(path: Path, seconds: float, found: multiprocessing.Queue[list[float]]) -> None:
    """Check stories, and see that whoever is in the index is there whole."""
    times, draw = [], random.Random(os.getpid())
    until = time.monotonic() + seconds
    with Index.open(path) as index:
        while time.monotonic() < until:
            story = wire.corpus(draw.randrange(40), stories=12)[draw.randrange(12)]
            start = time.perf_counter()
            verdict = index.check(story)
            times.append(time.perf_counter() - start)
            assert all(one.match is None or one.match.text for one in verdict.paragraphs)
        assert index.verify() == ()
    found.put(times)


def readers(seconds: float, folder: Path) -> None:
    """The slowest checks of readers, with a writer beside them and without."""
    path = folder / "wire.index"
    with Index.open(path) as index:
        for seed in range(40):
            index.add_many(wire.corpus(seed, stories=12))
    slowest = {}
    for writing in (False, True):
        found: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
        children = [
            multiprocessing.Process(target=read, args=(path, seconds, found))
            for _ in range(READERS)
        ]
        for child in children:
            child.start()
        times: list[float] = []
        seed = 1_000
        with Index.open(path) as index:
            while any(child.is_alive() for child in children):
                if writing:
                    seed += 1
                    for story in wire.corpus(seed, stories=12):
                        index.add(story)
                else:
                    time.sleep(0.1)
                try:
                    times += found.get_nowait()
                except Empty:
                    continue
        assert all(child.exitcode == 0 for child in children)
        slowest[writing] = float(np.percentile(times, 99))
        print(f"{len(times):,} checks, writer {writing}: p99 {slowest[writing] * 1e3:.1f} ms")
    print(f"with a writer {slowest[True] / slowest[False]:.2f} times as slow")


def hot(count: int, folder: Path) -> None:
    """Stories of twelve paragraphs, of which one is known, from one story or from very many."""
    draw = random.Random(1)
    words = vocabulary(1)
    often = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def paragraph() -> str:
        return " ".join(draw.choices(words, cum_weights=often, k=35)).capitalize() + "."

    banner, known = paragraph(), [paragraph() for _ in range(300)]

    def arriving() -> Iterator[Story]:
        for number in range(count):
            own = known[number] if number < len(known) else paragraph()
            yield Story(f"{number:07}", f"{banner}\n\n{own}")

    def late(number: int, repeated: str) -> Story:
        parts = [paragraph() for _ in range(11)]
        return Story(f"late-{number}", "\n\n".join([*parts, repeated]))

    with Index.open(folder / "hot.index") as index:
        index.add_many(arriving())
        times: dict[str, list[float]] = {"ordinary": [], "hot": []}
        for number, own in enumerate(known):
            for name, repeated in (("ordinary", own), ("hot", banner)):
                story = late(number, repeated)
                start = time.thread_time()
                verdict = index.check(story)
                times[name].append(time.thread_time() - start)
                last = verdict.paragraphs[-1]
                assert last.kind == "same", last
                assert last.further == (count if name == "hot" else 1), last
    middle = {name: float(np.median(held)) * 1e3 for name, held in times.items()}
    print(f"{count:,} places: {middle['hot']:.1f} ms, one place: {middle['ordinary']:.1f} ms,")
    print(f"{middle['hot'] / middle['ordinary']:.2f} times as slow")


ASKING = """
import json, os, sys
from dedup import Index, Story

with Index.open(sys.argv[1]) as index, open(sys.argv[2]) as late:
    for record in map(json.loads, late):
        index.check(Story(record["id"], record["text"]))
    pages = int(open("/proc/self/statm").read().split()[1])
    print(f"memory of a process that asks: {pages * os.sysconf('SC_PAGE_SIZE') / 1e6:.0f} MB")
"""  # a process of its own, which imports nothing else


def figures(stories: Path, late: Path, folder: Path) -> None:
    """Time, size and memory at one size."""
    path = folder / "wire.index"
    waiting = list(corpus_from(late).stories())
    with Index.open(folder / "first.index") as index:  # so that all is compiled and loaded
        index.add_many(waiting)
    told: list[tuple[int, float]] = []

    def tell(step: str, share: float) -> None:  # noqa: ARG001
        if step.endswith(" stories"):
            told.append((int(step.split()[0].replace(",", "")), time.perf_counter()))

    start = time.perf_counter()
    with Index.open(path) as index:
        count = index.add_many(stories, progress=tell)
        whole = time.perf_counter() - start
    print(f"add_many, all of {count:,}, in one list: {count / whole:,.0f} stories/s")
    told.insert(0, (0, start))
    for name, first, last in (("first tenth", 0, len(told) // 10),
                              ("last tenth", -1 - len(told) // 10, -1)):  # fmt: skip
        (few, then), (many, now) = told[first], told[last]
        print(f"add_many, {name} of {count:,}: {(many - few) / (now - then):,.0f} stories/s")
    corpus = corpus_from(stories)
    size = int((corpus.ends - corpus.starts).sum())
    print(f"file: {path.stat().st_size / size:.2f} times the text")
    del corpus
    start = time.perf_counter()
    with Index.open(path) as index:
        print(f"open: {(time.perf_counter() - start) * 1e3:.1f} ms")
        for name, ask in (("check", index.check), ("add", index.add)):
            for story in waiting[:20]:
                index.check(story)
            times, busy = [], []
            for story in waiting[20:]:
                begin, own = time.perf_counter(), time.thread_time()
                ask(story)
                times.append(time.perf_counter() - begin)
                busy.append(time.thread_time() - own)
            for kind, taken in (("wall", times), ("processor", busy)):
                middle, most = np.percentile(taken, (50, 99)) * 1e3
                print(f"{name}, {kind}: median {middle:.1f} ms, p99 {most:.1f} ms")
    subprocess.run([sys.executable, "-c", ASKING, str(path), str(late)], check=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        what, *given = sys.argv[1:]
        if what == "figures":
            figures(Path(given[0]), Path(given[1]), Path(place))
        else:
            run = {"steps": steps, "kills": kills, "readers": readers, "hot": hot}[what]
            run(int(given[0]), Path(place))
