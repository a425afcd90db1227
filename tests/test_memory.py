"""Memory touched ahead: taken once, as good as any other, and never more than is wanted."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from dedup import memory
from dedup.memory import anonymous, forget_touched, free_memory, touch_ahead
from dedup.readers import read

linux = pytest.mark.skipif(not memory.GROWS, reason="memory is touched ahead on Linux only")
SIZE = 5_000_000


@pytest.fixture
def story(tmp_path, monkeypatch) -> Path:
    """A file that is large enough."""
    monkeypatch.setattr(memory, "_LARGE", SIZE)
    monkeypatch.setattr(memory, "_STEP", 1 << 20)
    path = tmp_path / "stories.jsonl"
    lines = (f'{{"id": "{k:06}", "text": "{"word " * 200}"}}\n' for k in range(SIZE // 1000))
    path.write_text("".join(lines))
    return path


def test_the_system_tells_what_is_free():
    assert free_memory() > 1 << 20


@linux
def test_what_is_touched_is_taken_once_and_holds_nothing(story):
    size = story.stat().st_size
    touch_ahead([str(story)])
    (touched,) = memory._touched

    held = anonymous(size)

    assert held is touched.held
    assert not any(held[:size])
    assert anonymous(size) is not held
    assert not memory._touched


@linux
def test_other_memory_is_none_that_was_touched(story):
    touch_ahead([str(story)])

    held = anonymous(2 * story.stat().st_size)

    assert held is not memory._touched[0].held
    forget_touched()


@linux
def test_what_is_not_taken_is_given_back(story):
    touch_ahead([str(story)])
    (touched,) = memory._touched

    forget_touched()

    assert touched.held.closed
    assert not memory._touched
    forget_touched()


@linux
def test_a_large_file_is_read_to_what_was_touched(story):
    touch_ahead([str(story)])
    (touched,) = memory._touched

    corpus = read([story])

    assert corpus.text(0).startswith("word word")
    assert not memory._touched
    assert touched.held[:9] == b"word word"


def test_a_file_whose_texts_are_read_otherwise_leaves_nothing_touched(story):
    story.write_bytes(story.read_bytes().replace(b'"text"', b'"version": 7, "text"'))
    touch_ahead([str(story)])
    touched = list(memory._touched)

    read([story])

    assert not memory._touched
    assert all(one.held.closed for one in touched)


@pytest.mark.parametrize("given", ["none", "two", "packed", "folder", "missing", "small", "tight"])
def test_nothing_is_touched_but_for_one_large_file_that_fits_easily(story, given):
    names = {
        "none": [],
        "two": [story, story],
        "packed": [story.rename(story.with_suffix(".jsonl.gz")) if given == "packed" else story],
        "folder": [story.parent / "more.jsonl"],
        "missing": [story.parent / "nowhere.jsonl"],
        "small": [story],
        "tight": [story],
    }
    (story.parent / "more.jsonl").mkdir()
    if given == "small":
        os.truncate(story, SIZE - 1)

    touch_ahead([str(name) for name in names[given]], 18 * SIZE if given == "tight" else 0)

    assert not memory._touched


FAULTS = """
import resource, sys
import numpy as np
from dedup.memory import keep_freed
if sys.argv[1] == "kept":
    keep_freed()
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.full(1 << 23, 1.0)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="told to the C library of GNU")
def test_freed_memory_is_used_again_without_being_touched_anew():
    given_back, kept = (
        int(subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True).stdout)
        for how in ("as ever", "kept")
    )

    assert kept < given_back / 2
