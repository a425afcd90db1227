"""The one pass over all paragraphs, against the steps it takes together."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import intake, lsh
from dedup.alike import JACCARD, story_signatures
from dedup.intake import Intake, take_in
from dedup.minhash import EMPTY, Signatures, sign
from dedup.paragraphs import split
from dedup.shingles import shingle
from dedup.terms import known, terms
from dedup.texts import collapse
from dedup.tokens import fold_table, tokenise
from dedup.vocabulary import slot_bits, vocabulary
from tests.conftest import sentence, spans, stories


def taken(*stories: str, threads: int = 1) -> tuple[Intake, object, object, object]:
    buffer, starts, ends = spans(*stories)
    table, paragraphs = fold_table(buffer), split(buffer, starts, ends)
    found = take_in(buffer, paragraphs, table, stories=len(stories), min_words=3, threads=threads)
    return found, buffer, table, paragraphs


@pytest.mark.parametrize("chunk", [1, 300, 2_000_000])
@pytest.mark.parametrize("threads", [1, 3])
@given(stories=stories)
def test_it_finds_what_the_steps_find_one_after_the_other(stories, threads, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "CHUNK", chunk)
        found, buffer, table, paragraphs = taken(*stories, threads=threads)

    texts = collapse(buffer, paragraphs, table, min_words=3)
    for field in fields(texts):
        one, other = getattr(found.texts, field.name), getattr(texts, field.name)
        assert np.array_equal(one, other), field.name
    first = texts.first
    tokens = tokenise(buffer, paragraphs.starts[first], paragraphs.ends[first], table)
    size = int((paragraphs.ends - paragraphs.starts).sum()) // 6
    words = vocabulary([tokens], texts=len(texts), words=size)
    assert found.words.bits == slot_bits(size)
    for field in fields(words):
        assert np.array_equal(getattr(found.words, field.name), getattr(words, field.name))
    own, other = known(found.drafts, found.words), terms(tokens, words)
    for field in fields(own):
        assert np.array_equal(getattr(own, field.name), getattr(other, field.name)), field.name

    signatures = sign(shingle(tokens))
    cut = lsh.bands(128, threshold=0.5, recall=0.95)
    assert np.array_equal(found.keys, lsh.band_keys(signatures, cut))
    bounds = np.searchsorted(paragraphs.stories, np.arange(len(stories) + 1))
    whole = story_signatures(signatures, texts.of, bounds).rows
    filled = np.flatnonzero(whole[:, 0] != EMPTY)
    assert found.keyed.tolist() == filled.tolist()
    cut = lsh.bands(128, threshold=JACCARD, recall=0.95)
    assert np.array_equal(found.story_keys, lsh.band_keys(Signatures(whole[filled], 1, 3), cut))


def test_runs_that_stand_in_two_texts_are_marked():
    found, buffer, table, paragraphs = taken(
        f"{sentence(1, 9)} {sentence(2, 9)}", f"{sentence(3, 9)} {sentence(2, 9)}", sentence(1, 9)
    )
    tokens = tokenise(buffer, paragraphs.starts, paragraphs.ends, table)
    runs = shingle(tokens, width=5).values

    again = set(found.runs.positions(runs).tolist())

    assert again >= {place for place, run in enumerate(runs) if (runs == run).sum() > 1}


@pytest.mark.parametrize("stories", [[], [""], ["", "a b"]])
def test_stories_without_texts_have_nothing(stories):
    found, *_ = taken(*stories)

    assert not len(found.texts)
    assert [*map(len, found.keys)] == [0] * len(lsh.bands(128, threshold=0.5, recall=0.95))
    assert not any(map(len, found.story_keys))


@given(st.integers(1, 3))
def test_every_setting_of_the_bands_gives_its_keys(seed):
    buffer, starts, ends = spans(sentence(seed), sentence(seed + 1))
    paragraphs = split(buffer, starts, ends)

    found = take_in(
        buffer, paragraphs, fold_table(buffer), stories=2, permutations=32, threshold=0.8, seed=seed
    )

    assert len(found.keys) == len(lsh.bands(32, threshold=0.8, recall=0.95))
