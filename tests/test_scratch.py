"""Columns in memory and in files: the same values, and a full disk told in a sentence."""

from __future__ import annotations

import errno
import gc
import os
import sys
import tempfile
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import (
    Settings,
    candidates,
    compared,
    evidence,
    furniture,
    lsh,
    match,
    rare,
    repeated,
    scan,
    scratch,
    sides,
    sorting,
)  # fmt: skip
from dedup.errors import BadOutput
from dedup.report import columns
from dedup.scratch import Growing, Scratch, passed, release
from tests.conftest import sentence

MEGABYTE = 1 << 20
parts = st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=20), max_size=6)


def small(monkeypatch: pytest.MonkeyPatch, bound: int = 64) -> Scratch:
    """A scratch whose columns of more than so many bytes are files."""
    monkeypatch.setattr(scratch, "_LEAST", bound)
    return Scratch(memory=1)


@pytest.mark.parametrize("bound", [0, 64, MEGABYTE])
@given(parts=parts)
def test_a_column_is_its_parts_in_their_order(parts, bound):
    with pytest.MonkeyPatch.context() as patch:
        column = Growing(small(patch, bound), np.int32)
        for part in parts:
            column.add(np.array(part, dtype=np.int32))

    assert len(column) == sum(map(len, parts))
    assert column.whole().tolist() == [value for part in parts for value in part]
    assert len(column) == 0


def test_an_array_in_a_file_is_zero_and_keeps_what_is_written(monkeypatch):
    room = small(monkeypatch)

    array = room.zeros((40, 50), np.uint32)

    assert not array.any()
    array[3] = 7
    release()
    assert array[3].tolist() == [7] * 50
    assert array.sum() == 350


@pytest.mark.parametrize("bound", [64, MEGABYTE])
def test_what_is_stored_is_the_same_and_in_a_file_where_it_is_large(monkeypatch, bound):
    values = np.arange(60, dtype=np.int64).reshape(-1, 2)

    held = small(monkeypatch, bound).stored(values)

    assert (held is values) == (bound == MEGABYTE)
    assert held.dtype == values.dtype
    assert np.array_equal(held, values)


def test_a_column_that_is_read_here_and_there_may_be_larger():
    room = Scratch(memory=1 << 30)

    assert not room.fits(1 << 27)
    assert room.fits(1 << 27, sought=True)
    assert not room.fits(1 << 29, sought=True)


@pytest.mark.parametrize("grows", [True, False])
@given(parts=parts, width=st.integers(1, 3))
def test_a_column_grows_where_it_is(grows, parts, width):
    if grows and not scratch.GROWS:
        pytest.skip("memory cannot grow in its place here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scratch, "_LEAST", 40)
        patch.setattr(scratch, "GROWS", grows)
        column = Growing(Scratch(memory=1 << 30), np.int32, (width,))
        for part in parts:
            column.add(np.repeat(np.array(part, dtype=np.int32)[:, None], width, axis=1))

    assert column.whole().tolist() == [[value] * width for part in parts for value in part]
    assert not len(column)


@given(parts=parts)
def test_a_column_that_outgrows_memory_goes_on_in_a_file(parts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scratch, "_LEAST", 40)
        column = Growing(Scratch(memory=200 * scratch._SHARE), np.int32)
        for part in parts:
            column.add(np.array(part, dtype=np.int32))

    assert column.whole().tolist() == [value for part in parts for value in part]


def test_zeros_are_as_many_as_were_asked_for_whatever_pages_they_stand_on():
    array = scratch.zeros((3, 1_000_003), np.uint8)

    assert array.shape == (3, 1_000_003)
    assert not array.any()
    array[2, -1] = 1
    assert array.sum() == 1


def test_zeros_do_without_large_pages(monkeypatch):
    monkeypatch.delattr(scratch.mmap, "MADV_HUGEPAGE", raising=False)

    array = scratch.zeros((1 << 19, 3), np.int32)

    assert not array.any()
    array[:] = 7
    assert array.sum() == 7 * 3 << 19


def test_memory_that_is_not_there_is_a_memory_error():
    with pytest.raises(MemoryError):
        scratch.zeros(1 << 50, np.uint8)


def test_a_column_that_is_dropped_is_let_go():
    before = len(scratch._MAPPED)
    with pytest.MonkeyPatch.context() as patch:
        array = small(patch).zeros((1000,), np.uint64)

    assert len(scratch._MAPPED) == before + 1
    del array
    gc.collect()
    assert len(scratch._MAPPED) == before


def test_columns_that_grow_together_have_the_room_of_one(monkeypatch):
    monkeypatch.setattr(scratch, "_LEAST", 1000)
    room = Scratch(memory=128 * 10_000)
    alone = Growing(room, np.uint8)
    several = [Growing(room, np.uint8, alike=4) for _ in range(4)]
    made = mock.Mock(side_effect=scratch._temporary)
    monkeypatch.setattr(scratch, "_temporary", made)

    alone.add(np.ones(3_000, dtype=np.uint8))
    assert not made.call_count
    for column in several:
        column.add(np.ones(3_000, dtype=np.uint8))

    assert made.call_count == 4
    assert all(column.whole().sum() == 3_000 for column in (alone, *several))


def test_a_column_grows_while_a_profiler_keeps_its_frames():
    column, frames = Growing(Scratch(memory=2**40), np.int64), []
    sys.setprofile(lambda frame, *_: frames.append(frame))
    try:
        for _ in range(9):
            column.add(np.arange(200_000))
    finally:
        sys.setprofile(None)

    assert len(frames) > 9
    assert np.array_equal(column.whole(), np.tile(np.arange(200_000), 9))


def test_files_have_no_name(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    array = small(monkeypatch).zeros((1000,), np.uint64)

    assert array.nbytes == 8000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="room is not taken beforehand")
def test_a_full_disk_is_told_before_anything_is_written(monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)

    with pytest.raises(BadOutput, match=r"No space left on device\). Set TMPDIR"):
        small(monkeypatch).zeros((1000,), np.uint64)


def test_a_folder_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    column = Growing(small(monkeypatch), np.uint8)

    with pytest.raises(BadOutput, match="nowhere"):
        column.add(np.zeros(1000, dtype=np.uint8))


def test_a_scan_in_files_is_the_scan_in_memory(monkeypatch, tmp_path):
    lines = (
        f'{{"id": "{k}", "text": "{sentence(k % 40, 30)}\\n{sentence(k % 900, 30)} {sentence(k)}"}}'
        for k in range(4_000)
    )
    path = tmp_path / "stories.jsonl"
    path.write_text("\n".join(lines))
    scan(path).to_json(tmp_path / "memory.json")
    monkeypatch.setattr(scratch, "_LEAST", 4096)
    monkeypatch.setattr(scratch, "_MUCH", 0)
    for unit, name, least in (
        (rare, "_POSTINGS", 2000), (rare, "_LISTED", 300), (candidates, "_PAIRS", 1000),
        (candidates, "_WEIGHED", 300), (repeated, "_ENTRIES", 1000), (repeated, "_SORTED", 700),
        (repeated, "_WIDE", 19), (furniture, "_KEYS", 500), (match, "_ROWS", 100),
        (compared, "_PAIRS", 200), (sides, "WORDS", 20_000),
        (lsh, "_HELD", 50), (sorting, "_DEALT", 900), (evidence, "_TOGETHER", 20),
        (columns, "_CUT", 30),
    ):  # fmt: skip
        monkeypatch.setattr(unit, name, least)

    scan(path, Settings(memory=1)).to_json(tmp_path / "files.json")

    report = (tmp_path / "memory.json").read_bytes()
    assert report.count(b'"edited"') > 5_000
    assert (tmp_path / "files.json").read_bytes() == report


def test_what_may_be_used_is_looked_up():
    assert Scratch().memory > MEGABYTE
    assert Scratch().fits(MEGABYTE)


def test_a_job_that_fits_into_memory_easily_has_no_files():
    easy, hard = Scratch(30 << 20), Scratch(30 << 20)
    easy.expect((10 << 20) // 6)
    hard.expect((11 << 20) // 6)

    assert easy.fits(30 << 20)
    assert not easy.fits((30 << 20) + 1)
    assert hard.fits(1 << 20)
    assert not hard.fits((1 << 20) + 1)


def test_nothing_is_let_go_while_the_process_is_small(monkeypatch):
    room = Scratch(1 << 20)
    held = room.stored(np.arange(1 << 20))
    given_back = []
    monkeypatch.setattr(scratch, "give_back", lambda: given_back.append(0))

    monkeypatch.setattr(scratch, "_resident", lambda: ((1 << 18) - 1, 0))
    release()
    assert not given_back
    monkeypatch.setattr(scratch, "_resident", lambda: (1 << 18, 1))
    release()
    assert not given_back  # but for files it is small
    monkeypatch.setattr(scratch, "_resident", lambda: ((1 << 18) + 1, 1))
    release()
    assert given_back == [0]
    assert held[-1] == (1 << 20) - 1


@pytest.mark.parametrize(("mapped", "goes"), [(512 << 20, False), ((512 << 20) + 1, True)])
def test_mapped_columns_are_let_go_on_the_way_where_much_of_them_is_in_memory(
    monkeypatch, mapped, goes
):
    room = Scratch(1 << 20)
    held = room.stored(np.arange(1 << 20))
    let_go = []
    monkeypatch.setattr(scratch, "_resident", lambda: (1 << 40, mapped))
    monkeypatch.setattr(scratch, "_let_go", let_go.append)

    passed()

    assert len(let_go) == goes
    assert held[-1] == (1 << 20) - 1
