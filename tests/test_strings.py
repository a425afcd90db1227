"""Texts from wherever they come, as the same bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import dedup.strings
from dedup.errors import BadInput
from dedup.strings import strings
from tests.wire import corpus

TEXTS = ["one", "", "“zwei”", "три", "four\0and", "國"] * 3


def told(given) -> list[str]:
    """The texts, from their parts."""
    held = strings(given)
    found = []
    for part in held.parts():
        buffer, starts, ends = held.bytes_of(part)
        found += [buffer[a:b].tobytes().decode() for a, b in zip(starts, ends, strict=True)]
    assert len(held) == len(found)
    return found


def chosen(given, places: list[int]) -> list[str]:
    buffer, starts, ends = strings(given).bytes_of(np.array(places, dtype=np.int64))
    return [buffer[a:b].tobytes().decode() for a, b in zip(starts, ends, strict=True)]


SHAPES = {
    "list": list,
    "tuple": tuple,
    "generator": lambda texts: (text for text in texts),
    "numpy": lambda texts: np.array(texts, dtype=object),
    "arrow": pa.array,
    "large": lambda texts: pa.array(texts, pa.large_string()),
    "view": lambda texts: pa.array(texts, pa.string_view()),
    "dictionary": lambda texts: pa.array(texts).dictionary_encode(),
    "sliced": lambda texts: pa.array(["x", "yy", *texts, "z"])[2:-1],
    "chunked": lambda texts: pa.chunked_array([texts[:4], [], texts[4:5], texts[5:]], pa.string()),
    "pandas": pd.Series,
    "pandas objects": lambda texts: pd.Series(texts, dtype=object),
    "polars": pl.Series,
}


@pytest.mark.parametrize("part", [1, 4, 10, 1 << 20])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_texts_of_every_shape_are_the_same(monkeypatch, shape, part):
    monkeypatch.setattr(dedup.strings, "PART", part)

    assert told(shape(TEXTS)) == TEXTS


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_single_texts_can_be_had_of_every_shape(shape):
    assert chosen(shape(TEXTS), [0, 2, 5, 17]) == [TEXTS[k] for k in (0, 2, 5, 17)]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_texts_have_no_parts(shape):
    if shape in (SHAPES["arrow"], SHAPES["dictionary"], SHAPES["sliced"]):
        shape = SHAPES["large"]

    assert told(shape([])) == []


def test_a_column_of_nothing_at_all_is_empty():
    assert told(pa.array([])) == []
    assert told(pd.Series([])) == []


def test_a_corpus_gives_its_stories():
    from dedup.stories import batch_of_stories, corpus_of

    stories = corpus_of([batch_of_stories(corpus(1))])

    assert told(stories) == [stories.text(k) for k in range(len(stories))]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (["a", None], "text 1: it is NoneType, not str"),
        (["a"] * 5000 + [b"x"], "text 5000: it is bytes, not str"),
        (["a", 3.5], "text 1: it is float, not str"),
        (["a", "b\ud800"], r"text 1: it holds half a character, \\ud800"),
        ("a text", "str is no list of texts"),
        (7, "int is no list of texts"),
        (pa.array(["a", None]), "text 1: it is null, not str"),
        (pa.array([1, 2]), "texts: its values are int64, not strings"),
        (pl.Series(["a", None]), "text 1: it is null, not str"),
        (pd.Series([1.5]), "texts: its values are double, not strings"),
        (pa.table({"text": ["a"]}), "texts: "),
        (pl.DataFrame({"text": ["a"]}), "texts: "),
        (pa.array([b"\xff"]).view(pa.string()), "texts: they cannot be read"),
    ],
    ids=str,
)
def test_what_is_no_text_is_named(given, fault):
    with pytest.raises(BadInput, match=fault):
        told(given)
