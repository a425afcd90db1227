"""The words of a few texts: which are rarest, what they weigh, which pairs they make promising."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, pairwise, product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.background import Background
from dedup.compared import compared
from dedup.index import keyed
from dedup.index.bags import Bags
from dedup.index.keys import WORD, keys_of
from dedup.index.promising import promising
from dedup.index.words import Counts
from dedup.kinds import LEAST_RUN
from dedup.shingles import shingle
from dedup.terms import KEPT, terms
from dedup.tokens import Tokens
from dedup.vocabulary import vocabulary
from tests.conftest import gathered, tokens_of, unicode_text
from tests.wire import edited, paragraph

BITS = 18
texts_given = st.lists(unicode_text, min_size=1, max_size=6)


def bags(tokens: Tokens, *, split: int = 0) -> Bags:
    """Of texts that make up the index; those from `split` on are counted as a change."""
    every = np.arange(len(tokens))
    first, rest = tokens.take(every[every >= split]), tokens.take(every[every < split])
    return Bags.of(tokens, Counts.of(first, BITS), Counts.of(rest, BITS), len(tokens))


def slots(tokens: Tokens, bits: int) -> list[list[int]]:
    """The distinct slots of each text, sorted."""
    bounds = tokens.offsets.tolist()
    held = (tokens.stems >> np.uint64(64 - bits)).tolist()
    return [sorted(set(held[a:b])) for a, b in pairwise(bounds)]


def naive_weights(tokens: Tokens) -> list[dict[int, float]]:
    """What each slot of each text weighs."""
    found = slots(tokens, BITS)
    having = Counter(slot for text in found for slot in text)
    size = log(len(tokens) + 10)
    weight = {slot: 10 * (size - log(count + 1)) / size for slot, count in having.items()}
    return [{slot: weight[slot] for slot in text} for text in found]


def naive_pairs(tokens: Tokens) -> list[list[tuple[int, int]]]:
    """Each two of the rarest words of each text that two texts have."""
    having = Counter(slot for text in slots(tokens, BITS) for slot in text)
    out = []
    for text in slots(tokens, keyed.FINEST):
        counted = [(having[word >> (keyed.FINEST - BITS)], word) for word in text]
        rarest = sorted(one for one in counted if one[0] >= 2)[:KEPT]
        out.append(list(combinations(sorted(word for _, word in rarest), 2)))
    return out


def naive_promise(tokens: Tokens, pair: tuple[int, int], by_runs: bool) -> tuple[bool, bool, float]:
    """Whether a pair is worth a look, from sets and counts; whether it may retell; how alike."""
    left, right = (naive_weights(tokens)[k] for k in pair)
    shared = sum(left[slot] for slot in left.keys() & right.keys())
    jaccard = shared / max(sum(left.values()) + sum(right.values()) - shared, 1e-6)
    found = shingle(tokens, width=3)
    a, b = (Counter(found.values[found.offsets[k] : found.offsets[k + 1]].tolist()) for k in pair)
    common = (a & b).total()
    retelling = shared >= 10 * 0.99999 and jaccard >= 0.12 * 0.99999
    copied = common >= LEAST_RUN - 2 or common >= 0.35 * min(len(a), len(b))
    told = retelling and (common > 0 or jaccard >= 0.2 * 0.99999)
    return (by_runs and copied) or told, retelling, jaccard


@given(texts_given, st.integers(0, 6))
def test_words_weigh_what_they_weigh_in_a_scan(texts, split):
    tokens = tokens_of(*texts)

    held = bags(tokens, split=split)

    known = terms(tokens, vocabulary([tokens], texts=len(texts), words=2**BITS))
    assert held.totals == pytest.approx([sum(one.values()) for one in naive_weights(tokens)])
    assert held.totals == pytest.approx(known.totals[:, 0], rel=1e-5)


@given(texts_given)
def test_the_rarest_words_make_keys_two_and_two(texts):
    tokens = tokens_of(*texts, texts[0])

    packed = [(a << 32) | b for pairs in naive_pairs(tokens) for a, b in pairs]
    keys = keys_of(np.array(packed, dtype=np.uint64), WORD)
    assert bags(tokens).rarest().tolist() == sorted(keys.tolist())


@given(texts_given)
def test_texts_share_two_of_their_rarest_words_if_the_sets_meet(texts):
    tokens = tokens_of(*texts, *texts[:2])

    found = bags(tokens).sharing(bucket=100)

    held = [set(pairs) for pairs in naive_pairs(tokens)]
    each = combinations(range(len(tokens)), 2)
    assert found.tolist() == [[a, b] for a, b in each if held[a] & held[b]]


def test_of_texts_in_a_large_bucket_each_goes_with_the_first():
    tokens = tokens_of(*["Kestrel Marlow spoke"] * 5)

    assert bags(tokens).sharing(bucket=4).tolist() == [[0, k] for k in range(1, 5)]


def test_some_bags_are_those_of_these_texts():
    tokens = tokens_of(*(paragraph(random.Random(k)) for k in range(6)))
    held = bags(tokens)

    some = held.take(np.array([4, 1]))

    assert some.totals.tolist() == held.totals[[4, 1]].tolist()
    words = [held.words[held.offsets[k] : held.offsets[k + 1]].tolist() for k in (4, 1)]
    assert [some.words[a:b].tolist() for a, b in pairwise(some.offsets.tolist())] == words


@given(texts_given)
def test_stored_texts_are_found_by_words_that_no_other_text_has(texts):
    tokens = tokens_of(*texts)
    numbers = np.arange(len(texts)) + 7

    words = keyed.distinct_words(tokens, numbers)
    postings = keyed.rare_words([words], Counts.of(tokens, BITS))

    found = slots(tokens, keyed.FINEST)
    assert words[1].tolist() == [word for text in found for word in text]
    assert words[0].tolist() == [no for no, text in zip(numbers, found, strict=True) for _ in text]
    sizes = [min(len(text), KEPT) for text in found]
    assert len(postings) == sum(size * (size - 1) // 2 for size in sizes)


def test_many_words_are_counted_as_few_are(monkeypatch):
    tokens = tokens_of(*(paragraph(random.Random(k)) for k in range(30)))
    words = [keyed.distinct_words(tokens, np.arange(30))]
    few = keyed.rare_words(words, Counts.of(tokens, BITS))

    monkeypatch.setattr("dedup.index.words._MANY", 10)

    assert (keyed.rare_words(words, Counts.of(tokens, BITS)) == few).all()


@given(st.integers(0, 2**32), st.booleans())
def test_a_pair_promises_what_its_words_and_shingles_say(seed, by_runs):
    draw = random.Random(seed)
    source = paragraph(draw, draw.randint(1, 40))
    size = len(source.split())
    near = [edited(draw, source, draw.randint(0, size - 1)) for _ in range(2) if size > 1]
    tokens = tokens_of(source, *near, paragraph(draw, draw.randint(0, 40)), "")
    pairs = [(a, b) for a, b in product(range(len(tokens)), repeat=2) if a < b]

    found = promising(
        tokens, bags(tokens), np.array(pairs), np.full(len(pairs), by_runs), width=3,
        containment=0.35,
    )  # fmt: skip

    said = [naive_promise(tokens, pair, by_runs) for pair in pairs]
    assert found.rows.tolist() == [row for row, one in enumerate(said) if one[0]]
    assert found.retelling.tolist() == [one[1] for one in said if one[0]]
    assert found.jaccard.tolist() == pytest.approx([one[2] for one in said if one[0]])


@given(st.integers(0, 2**32))
def test_no_pair_is_left_out_that_a_scan_compares(seed):
    draw = random.Random(seed)
    source = paragraph(draw, 30)
    texts = [source, *(edited(draw, source, draw.randint(0, 29)) for _ in range(4))]
    tokens = tokens_of(*texts, paragraph(draw))
    pairs = np.array(list(combinations(range(len(tokens)), 2)))
    by_runs = np.array([draw.random() < 0.5 for _ in pairs])

    said = gathered(compared(pairs, by_runs, tokens.take, Background.of(tokens.take, len(tokens))))
    found = promising(tokens, bags(tokens), pairs, by_runs, width=3, containment=0.35)

    assert {tuple(pair) for pair in said.pairs.tolist()} <= set(
        map(tuple, pairs[found.rows].tolist())
    )
