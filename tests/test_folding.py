"""Tables of characters: of a whole buffer, and growing with parts of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup.folding
from dedup.folding import FoldTable, FoldTables, fold_table
from dedup.tokens import tokenise
from tests.conftest import spans, unicode_text


def known(table: FoldTable) -> set[int]:
    return set(np.flatnonzero(table.index).tolist()) - set(range(128))


@given(st.lists(unicode_text, max_size=5))
def test_a_table_knows_the_characters_that_occur(texts):
    buffer, _, _ = spans(*texts)

    assert known(fold_table(buffer)) == {ord(c) for c in "".join(texts) if ord(c) >= 128}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
def test_neither_chunks_nor_threads_change_a_table(monkeypatch, chunk, threads):
    buffer, _, _ = spans("aé“国😀” — ab国c" * 3, "", "ñ")
    whole = fold_table(buffer)
    monkeypatch.setattr(dedup.folding, "_CHUNK", chunk)

    cut = fold_table(buffer, threads=threads)

    assert np.array_equal(cut.index, whole.index)
    assert np.array_equal(cut.pool, whole.pool)


@given(st.lists(unicode_text, max_size=6))
def test_a_table_that_grows_gives_the_words_of_a_table_of_all(texts):
    tables, whole = FoldTables(), fold_table(spans(*texts)[0])

    for text in texts:
        buffer, starts, ends = spans(text)
        grown = tokenise(buffer, starts, ends, tables.of(buffer, starts, ends))

        expected = tokenise(buffer, starts, ends, whole)
        assert grown.values.tolist() == expected.values.tolist()
        assert grown.flags.tolist() == expected.flags.tolist()


def test_a_table_may_grow_from_many_threads_at_once():
    texts = [chr(0x4E00 + k) + chr(0x400 + k % 200) for k in range(400)]
    tables = FoldTables()

    def knows(text: str) -> bool:
        buffer, starts, ends = spans(text)
        return {ord(c) for c in text} <= known(tables.of(buffer, starts, ends))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(knows, texts))
