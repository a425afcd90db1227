"""Columns in memory and in files: the same values, and a full disk told in a sentence."""

from __future__ import annotations

import errno
import os
import tempfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Settings, scan, scratch
from dedup.errors import BadOutput
from dedup.scratch import Growing, Scratch, free_memory, release
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
        f'{{"id": "{k}", "text": "{sentence(k % 40, 30)}\\n{sentence(k, 14)}"}}'
        for k in range(9_000)
    )
    path = tmp_path / "stories.jsonl"
    path.write_text("\n".join(lines))
    scan(path).to_json(tmp_path / "memory.json")
    monkeypatch.setattr(scratch, "_LEAST", 4096)

    scan(path, Settings(memory=1)).to_json(tmp_path / "files.json")

    assert (tmp_path / "files.json").read_bytes() == (tmp_path / "memory.json").read_bytes()


def test_the_system_tells_what_is_free():
    assert free_memory() > MEGABYTE
    assert Scratch().bound() >= MEGABYTE
