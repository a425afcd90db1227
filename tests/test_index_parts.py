"""The parts of an index: keys, sieves, blocks, segments, counts, contents."""

from __future__ import annotations

import itertools
import sqlite3
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import BadInput
from dedup.index import merging, schema, segments, sieve
from dedup.index.blocks import ROOM, decode, encode, pick
from dedup.index.content import Content, Folding, Marks, gather, pack, pack_words, unpack
from dedup.index.incoming import of_story, order_of
from dedup.index.keys import (
    ITEM_BITS,
    LARGEST,
    RUN,
    WORD,
    items_of,
    keys_of,
    merged,
    once,
    packed,
)
from dedup.index.rows import Opened
from dedup.index.words import Counts, LocalVocabulary
from dedup.stories import Story, corpus_of
from dedup.tokens import fold_table, tokenise
from dedup.vocabulary import vocabulary
from tests.conftest import spans, tokens_of, unicode_text

posting = st.tuples(st.integers(0, 2**36 - 1) | st.integers(0, 9), st.integers(0, LARGEST))
postings = st.lists(posting, max_size=60).map(
    lambda pairs: once(np.array([k << ITEM_BITS | i for k, i in pairs], dtype=np.uint64))
)


def drawn(count: int, seed: int = 0, keys: int = 2**36) -> np.ndarray:
    """Sorted postings."""
    draw = np.random.default_rng(seed)
    held = draw.integers(0, keys, count, dtype=np.uint64)
    return once(packed(held, draw.integers(0, 2_000_000, count)))


def store() -> sqlite3.Connection:
    """An empty index in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    return connection


def stored(connection: sqlite3.Connection, held: np.ndarray) -> segments.Segment:
    no = segments.write(connection, [segments.encoded(held)], len(held))
    return segments.load(connection, no)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_keys_fit_beside_numbers_and_differ_by_kind(values):
    held = np.array(values, dtype=np.uint64)
    numbers = np.arange(len(values))

    runs, words = keys_of(held, RUN), keys_of(held, WORD)

    assert (items_of(packed(runs, numbers)) == numbers).all()
    assert (packed(runs, numbers) >> np.uint64(ITEM_BITS) == runs).all()
    assert not (runs == words).any()


@given(st.lists(postings, min_size=1, max_size=5))
def test_sorted_postings_are_merged_as_they_are_sorted(lists):
    assert (merged(lists) == once(np.concatenate(lists))).all()


def test_stories_are_kept_open_as_far_as_their_bytes_go():
    opened = Opened(10_000)

    for story in range(30):
        opened.keep({story: (Marks(b""), Content(b"x" * 1_400))})

    assert sorted(opened.some(range(30))) == [25, 26, 27, 28, 29]


@given(st.sets(st.integers(0, 2**36 - 1), max_size=50), st.lists(st.integers(0, 2**36 - 1)))
def test_a_sieve_lets_everything_through_that_it_holds(held, others):
    bits = sieve.empty(len(held))
    sieve.add(bits, np.array(sorted(held), dtype=np.uint64))

    assert sieve.passing(bits, np.array(sorted(held), dtype=np.uint64)).all()
    assert len(sieve.passing(bits, np.array(others, dtype=np.uint64))) == len(others)


@given(
    st.sets(st.integers(10**9, 2**35), min_size=1, max_size=300),
    st.lists(st.integers(10**9, 2**35), max_size=3).map(sorted),
)
def test_what_is_left_of_a_sieve_lets_the_higher_keys_through(held, cuts):
    keys = np.array(sorted(held), dtype=np.uint64)
    bits = sieve.empty(len(keys), 10**9, 2**35 + 1)
    sieve.add(bits, keys)

    rest = bits
    for low in cuts:
        rest = sieve.above(rest, low)

    low = cuts[-1] if cuts else 0
    every = np.arange(low, low + 1_000, dtype=np.uint64)
    assert sieve.passing(rest, keys[keys >= low]).all()
    assert (sieve.passing(rest, every) == sieve.passing(bits, every)).all()
    assert len(sieve.passing(rest, keys)) == len(keys)  # lower ones are not asked for, nor amiss


def test_a_sieve_that_is_cut_in_half_takes_half_the_room():
    bits = sieve.empty(100_000)

    assert len(sieve.above(bits, 2**35)) == pytest.approx(len(bits) / 2, abs=16)
    assert sieve.above(bits, 2**33) is bits  # an eighth is not worth copying the rest


def test_a_sieve_keeps_nearly_everything_else_back():
    draw = np.random.default_rng(1)
    bits = sieve.empty(100_000)
    sieve.add(bits, draw.integers(0, 2**36, 100_000, dtype=np.uint64))

    let = sieve.passing(bits, draw.integers(0, 2**36, 100_000, dtype=np.uint64))

    assert let.mean() < 0.02


@given(postings)
def test_blocks_hold_what_was_put_in(held):
    blocks, heads = encode(held)

    assert (decode(blocks, heads) == held).all()


@pytest.mark.parametrize("count", [1, 2, 700, 900, 5_000, 100_000])
def test_blocks_of_every_size_hold_what_was_put_in(count):
    held = drawn(count, count)

    blocks, heads = encode(held)

    assert max(map(len, blocks)) <= ROOM
    assert (decode(blocks, heads) == held).all()


@given(postings, st.lists(st.integers(0, 2**36 - 1) | st.integers(0, 9), max_size=20))
def test_a_pick_is_what_a_filter_leaves(held, keys):
    blocks, heads = encode(held)
    wanted = np.array(sorted({*keys, 2**36 - 1}), dtype=np.uint64)

    found = pick(blocks, heads, np.append(heads[1:], held[-1:]), wanted)

    assert found.tolist() == [p for p in held.tolist() if p >> ITEM_BITS in set(wanted.tolist())]


def test_a_segment_finds_the_postings_of_its_keys():
    held = drawn(50_000, 3, keys=30_000)
    connection = store()
    segment = stored(connection, held)
    keys = np.arange(0, 40_000, 7, dtype=np.uint64)

    found = segments.find(connection, [segment], keys)

    assert (found == held[np.isin(held >> np.uint64(ITEM_BITS), keys)]).all()
    assert (np.concatenate(list(segments.postings(connection, segment))) == held).all()


def test_a_segment_that_is_read_in_pieces_is_whole(monkeypatch):
    connection = store()
    whole = stored(connection, drawn(5_000, 4))

    monkeypatch.setattr(segments, "_PIECE", 1_000)

    again = segments.load(connection, whole.no)
    for name in ("heads", "sieve", "twice"):
        assert (getattr(again, name) == getattr(whole, name)).all()


@given(st.lists(postings, min_size=1, max_size=4))
def test_postings_in_memory_are_found_as_on_disk(lists):
    connection = store()
    for held in filter(len, lists):
        segment = stored(connection, held)
        keys = np.unique(held >> np.uint64(ITEM_BITS))[::2]

        assert (segments.among(held, keys) == segments.find(connection, [segment], keys)).all()


def test_of_a_key_that_very_many_have_the_first_blocks_are_read():
    held = packed(np.full(100_000, 7, dtype=np.uint64), np.arange(100_000))
    connection = store()
    segment = stored(connection, held)

    found = segments.find(connection, [segment], np.array([7], dtype=np.uint64))

    assert 256 <= len(found) < 10_000
    assert (found == held[: len(found)]).all()


def held_by(connection: sqlite3.Connection) -> np.ndarray:
    """All postings of an index, as its segments are asked for them, once."""
    held = [segments.postings(connection, one) for one in segments.every(connection)]
    return once(np.concatenate([part for parts in held for part in parts]))


def test_merged_segments_hold_what_each_held(monkeypatch):
    monkeypatch.setattr(merging, "_SLICE", 5_000)
    connection = store()
    lists = [drawn(9_000, seed) for seed in range(4)]
    held = [stored(connection, one) for one in lists]

    merging.merge(connection, held, threads=2)

    (joined,) = segments.every(connection)
    everything = once(np.concatenate(lists))
    assert (held_by(connection) == everything).all()
    assert joined.size == len(everything)
    blocks = connection.execute("SELECT count(*) FROM block").fetchone()[0]
    assert blocks == len(joined.heads)


@given(
    lists=st.lists(st.integers(1, 4_000), min_size=2, max_size=5),
    keys=st.sampled_from([1, 40, 5_000, 2**36]),
    step=st.integers(500, 4_000),
    more=st.integers(0, 2_000),
)
def test_a_merge_in_steps_is_right_after_each(lists, keys, step, more):
    connection = store()
    parts = [drawn(count, seed, keys) for seed, count in enumerate(lists)]
    fresh = drawn(more, 99, keys)
    everything, known = once(np.concatenate(parts)), list[segments.Segment]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "STEP", step)
        patch.setattr(merging, "_SLICE", 700)
        held = [stored(connection, one) for one in parts]
        merging.merge(connection, held, threads=2)
        if len(fresh):
            stored(connection, fresh)
            everything = once(np.concatenate((everything, fresh)))
        while True:
            held, known = segments.every(connection), segments.every(connection, known)
            assert (held_by(connection) == everything).all()
            asked = np.unique(everything >> np.uint64(ITEM_BITS))[::3]
            found = once(segments.find(connection, held, asked))
            assert (once(segments.find(connection, known, asked)) == found).all()
            if keys > 1:  # of one key that all have, a few blocks are read
                wanted = np.isin(everything >> np.uint64(ITEM_BITS), asked)
                assert (found == everything[wanted]).all()
            twice = np.bincount(np.searchsorted(asked, found >> np.uint64(ITEM_BITS))) > 1
            assert (segments.told(held, asked)[twice] > 1).all()
            if len({one.run for one in held}) == 1:
                break
            merging.merge(connection, [one for one in held if one.goal] or held, threads=2)

    sizes = [one.size for one in held]
    assert sum(sizes) == len(everything)
    assert all(one.low < other.low for one, other in itertools.pairwise(held))


def test_a_snapshot_finds_all_whatever_is_known_of_a_later_one(tmp_path, monkeypatch):
    """A thread that began to read before a step of a merge, and comes to it when others have."""
    monkeypatch.setattr(merging, "STEP", 4_000)
    writer, reader = (
        sqlite3.connect(tmp_path / "wire.index", isolation_level=None) for _ in range(2)
    )
    writer.execute("PRAGMA journal_mode = WAL")
    schema.create(writer)
    parts = [drawn(9_000, seed) for seed in range(2)]
    for part in parts:
        stored(writer, part)
    everything = once(np.concatenate(parts))
    asked = np.unique(everything >> np.uint64(ITEM_BITS))
    later: list[segments.Segment] = []
    while merging.lists(segments.every(writer)) > 1:
        reader.execute("BEGIN")
        before = segments.every(reader)
        merging.join(writer, [], threads=1)
        later = segments.every(writer, later)

        assert [one.no for one in later] != [one.no for one in before]
        for connection, held in ((reader, segments.every(reader, later)), (writer, later)):
            assert (once(segments.find(connection, held, asked)) == everything).all()
        reader.execute("ROLLBACK")


@given(st.lists(st.integers(1, 400), min_size=1, max_size=9))
def test_each_list_is_larger_than_all_smaller_ones_together(sizes):
    connection = store()
    for seed, size in enumerate(sizes):
        stored(connection, drawn(size, seed))
        merging.tidy(connection, [], threads=1)

        held = sorted((one.size for one in segments.every(connection)), reverse=True)
        assert all(size > merging.FAN * sum(held[k:]) for k, size in enumerate(held[:-1], 1))
        assert sum(held) == sum(len(drawn(size, k)) for k, size in enumerate(sizes[: seed + 1]))


def test_a_large_merge_takes_a_step_a_time(monkeypatch):
    monkeypatch.setattr(merging, "STEP", 1_000)
    connection = store()
    for seed in range(2):
        stored(connection, drawn(2_000, seed))

    taken = []
    while len({one.run for one in segments.every(connection)}) > 1:
        merging.tidy(connection, [], threads=1)
        taken.append(sum(one.size for one in segments.every(connection) if not one.goal))

    assert len(taken) == 4
    assert (np.diff(taken) < 1_300).all() and taken[0] < 1_300


@given(st.integers(1_000, 4_000))
def test_no_step_merges_much_more_than_its_bound(size):
    connection = store()
    for seed in range(2):
        stored(connection, drawn(size // 2, seed))
    with mock.patch.object(merging, "STEP", 1_000):
        merging.join(connection, [], threads=1)

    done = sum(one.size for one in segments.every(connection) if one.run == 3)
    assert 0 < done < 1_250


def test_all_segments_are_joined(monkeypatch):
    monkeypatch.setattr(merging, "STEP", 3_000)
    connection = store()
    lists = [drawn(300 * seed, seed) for seed in range(1, 9)]
    for one in lists:
        stored(connection, one)
    merging.tidy(connection, [], threads=1)

    merging.join_all(connection, threads=0)

    held = segments.every(connection)
    assert len({one.run for one in held}) == 1 < len(held)
    assert (held_by(connection) == once(np.concatenate(lists))).all()


def test_counts_come_and_go():
    first, second = tokens_of("The Brask gauge fell."), tokens_of("The gauge at Brask. A boat.")
    both = Counts.none(18).plus([Counts.of(first, 18), Counts.of(second, 18)])

    left = both.plus([Counts.of(first, 18).minus()])

    assert (left.rows(both.slots) == Counts.of(second, 18).rows(both.slots)).all()
    again = Counts.unpack(*both.pack(), 18)
    assert (again.slots == both.slots).all() and (again.counts == both.counts).all()


@given(st.lists(unicode_text, min_size=1, max_size=6))
def test_the_words_of_some_are_weighed_as_among_all(texts):
    tokens = tokens_of(*texts)
    whole = vocabulary([tokens], texts=len(texts), words=len(tokens.values))

    local = LocalVocabulary.of([Counts.of(tokens, 18)], tokens.stems, len(texts))

    slots, own = whole.slots(tokens.stems), local.slots(tokens.stems)
    for name in ("texts", "weights", "names"):
        assert (getattr(whole, name)[slots] == getattr(local, name)[own]).all()
    assert np.array_equal(np.argsort(slots, kind="stable"), np.argsort(own, kind="stable"))


@given(st.lists(unicode_text.filter(str.strip), min_size=1, max_size=5))
def test_words_of_stories_are_those_of_their_texts(parts):
    text = "\n\n".join(parts)
    buffer, _, _ = spans(text)
    ends = np.cumsum([len(part.encode()) + 2 for part in parts]) - 2
    starts = ends - [len(part.encode()) for part in parts]
    table = fold_table(buffer)
    kept = unpack(pack(text.encode()), "x")
    left_out = unpack(pack_words(buffer, 0, starts, ends, table), "x")
    folding = Folding()

    def words(content):
        return gather(
            [(content, k, a, b) for k, (a, b) in enumerate(zip(starts, ends, strict=True))], folding
        )

    shown, begins = words(kept)
    hidden, _ = words(left_out)
    plain = tokenise(buffer, starts, ends, table)
    owners = np.repeat(np.arange(len(parts)), np.diff(plain.offsets))
    assert (shown.values == plain.values).all() and (hidden.values == plain.values).all()
    assert (shown.flags == plain.flags).all() and (hidden.flags == plain.flags).all()
    assert (shown.starts - begins[owners] == plain.starts).all()
    assert hidden.starts.tolist() == [kept.character(int(at)) for at in plain.starts]
    for k, (a, b) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        assert left_out.span(k, a, b) == kept.span(k, a, b)


def test_a_damaged_text_is_one_sentence():
    with pytest.raises(BadInput, match="damaged"):
        unpack(b"tnonsense", "wire.index")


@given(st.lists(st.text("0123ab", min_size=1, max_size=3), unique=True, min_size=1, max_size=8))
def test_stories_stand_in_the_order_of_a_corpus(names):
    from dedup.stories import batch_of_stories

    corpus = corpus_of([batch_of_stories([Story(name, "x") for name in names])])
    counted = all(name.isdecimal() for name in names)

    ordered = sorted(names, key=lambda name: order_of(0, 0, name, counted=counted))

    assert ordered == corpus.ids.to_pylist()


@pytest.mark.parametrize(
    "story",
    [7, ("a",), Story(7, "x"), Story("a", "\ud800"), Story("a", "x", published="now")],
    ids=repr,
)
def test_what_is_no_story_is_refused(story):
    with pytest.raises(BadInput, match="given"):
        of_story(story)
