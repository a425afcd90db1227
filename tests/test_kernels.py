"""Threads and chunks: order, bounds, and what is told about compiling."""

from __future__ import annotations

import threading
import time

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.buckets import Repeats
from dedup.kernels import chunks, on_compile, spread
from dedup.settings import cores

sizes = st.lists(st.integers(0, 50), max_size=30)


@given(items=st.lists(st.integers()), threads=st.integers(0, 4))
def test_results_come_in_the_order_of_the_items(items, threads):
    assert list(spread(lambda n: n + 1, items, threads=threads)) == [n + 1 for n in items]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_slow_items_hold_their_place(threads):
    def work(item: int) -> int:
        time.sleep(0.02 if item == 0 else 0)
        return item

    assert list(spread(work, range(20), threads=threads)) == list(range(20))


@pytest.mark.parametrize("threads", [2, 3, 5])
def test_two_items_a_thread_are_under_way_at_once_and_no_more(threads):
    taken = []
    results = spread(lambda n: n, (taken.append(n) or n for n in range(100)), threads=threads)

    for seen in range(50):
        next(results)

        assert len(taken) <= seen + 2 * threads


def test_work_is_done_on_as_many_threads_as_asked_for():
    meeting = threading.Barrier(3, timeout=10)

    list(spread(lambda _: meeting.wait(), range(3), threads=3))

    assert not meeting.broken


def test_no_threads_asked_for_means_one_a_core(monkeypatch):
    monkeypatch.setattr("dedup.kernels.cores", lambda: 2)
    meeting = threading.Barrier(2, timeout=10)

    list(spread(lambda _: meeting.wait(), range(2), threads=0))

    assert not meeting.broken


@pytest.mark.parametrize("threads", [1, 3])
def test_what_work_raises_is_raised(threads):
    results = spread(lambda n: 1 // (n - 5), range(10), threads=threads)

    with pytest.raises(ZeroDivisionError):
        list(results)


@given(sizes=sizes, limit=st.integers(1, 100))
def test_chunks_cover_every_position_once_and_in_order(sizes, limit):
    parts = chunks(np.array(sizes, dtype=np.int64), limit)

    assert [k for part in parts for k in range(part.start, part.stop)] == list(range(len(sizes)))


@given(sizes=sizes, limit=st.integers(1, 100))
def test_a_chunk_is_less_than_the_limit_and_one_more_element(sizes, limit):
    parts = chunks(np.array(sizes, dtype=np.int64), limit)

    assert all(sum(sizes[part]) < limit + max(sizes) for part in parts)
    assert len(parts) <= sum(sizes) // limit + 1


@pytest.mark.parametrize(("limit", "count"), [(0, 4), (1, 4), (2, 3), (4, 2), (5, 1)])
def test_chunks_are_as_many_as_the_limit_asks_for(limit, count):
    assert len(chunks(np.ones(4, dtype=np.int64), limit)) == count


def test_compiling_is_told_once():
    told = []

    with on_compile(lambda: told.append("compiling")):
        for number in (1, 2):
            numba.njit(lambda n, number=number: n + number)(1)

    assert told == ["compiling"]


def test_compiling_is_not_told_of_afterwards():
    told = []

    with on_compile(lambda: told.append("compiling")):
        pass
    numba.njit(lambda n: n + 3)(1)

    assert told == []


def test_a_compiled_kernel_is_not_told_of():
    keys = np.arange(3, dtype=np.uint64)
    Repeats(3).add(keys)
    told = []

    with on_compile(lambda: told.append("compiling")):
        Repeats(3).add(keys)

    assert told == []


def test_this_process_has_a_core():
    assert cores() >= 1
