"""Stories that come: their rows, their texts, and what those are to be found by.

A story may bring new texts, and may stand before the first place of known ones. One whose id is
known takes the place of the older version and keeps the earlier date; an older version lends no
more than its date.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, pairwise

import numpy as np

from dedup.errors import BadInput
from dedup.index import keyed
from dedup.index.change import Change
from dedup.index.content import Marks, pack, pack_words, unpack
from dedup.index.incoming import Incoming, Order, left_for_another, order_of
from dedup.index.keys import LARGEST, PRINT, items_of, keys_of, packed
from dedup.index.leave import Gone, detach
from dedup.index.rows import Place
from dedup.index.words import Counts
from dedup.kernels import I64, U64, chunks, spread
from dedup.minhash import Signatures, sign
from dedup.paragraphs import split
from dedup.ragged import sizes_of
from dedup.shingles import shingle
from dedup.texts import CHUNK, Texts, collapse
from dedup.tokens import FoldTable, tokenise

_COMPRESSED = 200_000  # bytes of texts that a thread compresses at a time


def insert(change: Change, given: Incoming) -> None:
    """Put stories in; one whose id is known takes the place of the older version."""
    given, old, renewed = _without_older(change, given)
    change.count_ids(given.ids, renewed)
    counted = not change.meta["mixed"]
    orders = [
        order_of(given.published[k], given.versions[k], given.ids[k], counted=counted)
        for k in range(len(given))
    ]
    ranked = sorted(range(len(given)), key=orders.__getitem__)
    given, orders = given.take(ranked), [orders[k] for k in ranked]
    first = int(change.meta["next_story"])
    change.meta["next_story"] = first + len(given)
    if len(given):
        _store(change, given, orders, first)
    detach(change, old)


def _without_older(change: Change, given: Incoming) -> tuple[Incoming, list[Gone], list[str]]:
    """The stories that are newer than what is there, and those whose place they take."""
    columns = "id no version published replaced marks text"
    known = {row[0]: row[1:] for row in change.rows.named(columns, given.ids)}
    if not known:
        return given, [], []
    published, replaced = list(given.published), list(given.replaced)
    kept, old, renewed = [], [], []
    for k, name in enumerate(given.ids):
        if name not in known:
            kept.append(k)
            continue
        no, version, date, before, marks, text = known[name]
        published[k] = min(date, published[k])
        replaced[k] = before + left_for_another((version, *given.came[k]))
        if given.versions[k] < version:
            change.connection.execute(
                "UPDATE story SET published = ?, replaced = ? WHERE no = ?",
                (published[k], replaced[k], no),
            )
            if published[k] < date:
                change.refirst(set(Marks(marks).rows[:, 0].tolist()))
            continue
        kept.append(k)
        old.append(Gone(no, Marks(marks), unpack(text, change.where)))
        change.connection.execute("DELETE FROM story WHERE no = ?", (no,))
        renewed.append(name)
    given = replace(given, published=published, replaced=replaced)
    return given.take(kept), old, renewed


def _store(change: Change, given: Incoming, orders: list[Order], first: int) -> None:
    """Write the rows of stories, sorted, and of their texts."""
    settings, table = change.settings, change.folding.table(given.buffer)
    threads = settings.threads if len(given) > 50 else 1
    paragraphs = split(given.buffer, given.starts, given.ends, threads=threads)
    texts = collapse(given.buffer, paragraphs, table, min_words=1, threads=threads)
    words = texts.words[texts.first] if len(texts) else np.empty(0, dtype=np.int32)
    known = _known(change, texts.fingerprints)
    numbers = np.array(
        [known[p].no if p in known else 0 for p in texts.fingerprints.tolist()], dtype=np.int64
    )
    fresh = np.flatnonzero(numbers == 0)
    numbers[fresh] = int(change.meta["next_text"]) + np.arange(len(fresh))
    change.meta["next_text"] = int(change.meta["next_text"]) + len(fresh)
    if int(change.meta["next_text"]) > LARGEST or int(change.meta["next_story"]) > LARGEST:
        raise BadInput("it is full", where=change.where, remedy="Begin another index.")
    of = np.where(texts.of < 0, -1, numbers[texts.of] if len(numbers) else -1)
    bounds = np.searchsorted(paragraphs.stories, np.arange(len(given) + 1))
    rows = np.stack(
        (
            of,
            paragraphs.starts - given.starts[paragraphs.stories],
            paragraphs.ends - given.starts[paragraphs.stories],
            texts.words,
        ),
        axis=1,
    ).astype(np.int32)
    _write_stories(change, given, rows, bounds, first, table, threads=threads)
    _write_texts(change,
        texts.fingerprints, words, numbers, fresh,
        first + paragraphs.stories[texts.occurrences],
        texts.occurrences - bounds[paragraphs.stories[texts.occurrences]], texts.offsets,
    )  # fmt: skip
    _move_up(change, known, texts, paragraphs.stories, bounds, orders, first)
    prints = packed(keys_of(texts.fingerprints[fresh], PRINT), numbers[fresh])
    change.postings.append(np.sort(prints))

    long = np.flatnonzero(words >= settings.min_words)
    starts = paragraphs.starts[texts.first[long]]
    ends = paragraphs.ends[texts.first[long]]
    is_fresh = np.zeros(len(numbers), dtype=bool)
    is_fresh[fresh] = True
    lengths = int((paragraphs.ends - paragraphs.starts).sum())
    signatures = np.empty((len(long), settings.permutations), dtype=np.uint32)

    def look(part: slice) -> tuple[U64, Counts, tuple[I64, I64]]:
        tokens = tokenise(given.buffer, starts[part], ends[part], table)
        signatures[part] = sign(
            shingle(tokens, width=settings.shingle),
            permutations=settings.permutations,
            seed=settings.seed,
        ).rows
        new = is_fresh[long[part]]
        own = numbers[long[part]][new]
        fresh_tokens = tokens if new.all() else tokens.take(np.flatnonzero(new))
        return (
            np.sort(keyed.runs(fresh_tokens, own, passage=settings.passage)),
            Counts.of(fresh_tokens, change.bits),
            keyed.distinct_words(fresh_tokens, own),
        )

    change.expect(lengths)
    for postings, counts, found in spread(look, chunks(ends - starts, CHUNK // 2), threads=threads):
        change.postings.append(postings)
        change.counts.append(counts)
        change.words.append(found)
    change.meta["texts"] = int(change.meta["texts"]) + int(is_fresh[long].sum())
    change.meta["words"] = int(change.meta["words"]) + int(words[long][is_fresh[long]].sum())
    row = np.full(len(numbers) + 1, -1, dtype=np.int64)  # the last for what is no text
    row[long] = np.arange(len(long))
    keys, stories = keyed.bands(
        Signatures(signatures, settings.seed, settings.shingle), row[texts.of], bounds,
        recall=settings.recall,
    )  # fmt: skip
    owners = np.repeat(first + stories, keys.shape[1])
    change.postings.append(np.sort(packed(keys.reshape(-1), owners)))


def _write_stories(
    change: Change, given: Incoming, rows: np.ndarray, bounds: I64, first: int, table: FoldTable,
    *, threads: int,
) -> None:  # fmt: skip
    """Write the rows of stories; what takes longest is to compress them, on all threads."""

    def packed_part(part: slice) -> list[bytes]:
        return [packed_content(k) for k in range(part.start, part.stop)]

    def packed_content(k: int) -> bytes:
        if change.keep_text:
            return pack(given.text(k))
        base = int(given.starts[k])
        places = rows[bounds[k] : bounds[k + 1], 1:3].T.astype(np.int64, order="C") + base
        return pack_words(given.buffer, base, places[0], places[1], table)

    parts = chunks(given.ends - given.starts, _COMPRESSED)
    contents = chain.from_iterable(spread(packed_part, parts, threads=threads))
    change.connection.executemany(
        "INSERT INTO story (no, id, version, published, headline, source, replaced, marks, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                first + k, given.ids[k], given.versions[k], given.published[k],
                given.headlines[k], given.sources[k], given.replaced[k],
                Marks.of(rows[a:b]).held, content,
            )
            for k, ((a, b), content) in enumerate(
                zip(pairwise(bounds.tolist()), contents, strict=True)
            )
        ),
    )  # fmt: skip


def _write_texts(
    change: Change, prints: U64, words: np.ndarray, numbers: I64, fresh: I64, stories: I64,
    places: I64, offsets: I64,
) -> None:  # fmt: skip
    """New texts with their first place, and every other place of all texts."""
    signed = prints.view(np.int64)
    sizes = sizes_of(offsets)
    first = offsets[:-1]
    change.connection.executemany(
        "INSERT INTO text (no, print, words, story, paragraph, again) VALUES (?,?,?,?,?,?)",
        zip(
            numbers[fresh].tolist(), signed[fresh].tolist(), words[fresh].tolist(),
            stories[first[fresh]].tolist(), places[first[fresh]].tolist(),
            (sizes[fresh] - 1).tolist(), strict=True,
        ),
    )  # fmt: skip
    other = np.ones(len(stories), dtype=bool)
    other[first[fresh]] = False
    owners = np.repeat(numbers, sizes)[other]
    change.connection.executemany(
        "INSERT INTO again (text, story, paragraph) VALUES (?, ?, ?)",
        zip(owners.tolist(), stories[other].tolist(), places[other].tolist(), strict=True),
    )
    held = np.setdiff1d(np.arange(len(numbers)), fresh)
    change.connection.executemany(
        "UPDATE text SET again = again + ? WHERE no = ?",
        zip(sizes[held].tolist(), numbers[held].tolist(), strict=True),
    )


def _known(change: Change, prints: U64) -> dict[int, Place]:
    """The texts that are there already, by fingerprint."""
    keys = np.sort(keys_of(prints, PRINT))
    items = items_of(change.view.find(change.connection, keys))
    wanted = set(prints.tolist())
    found = change.rows.places(items.tolist())
    return {one.print % 2**64: one for one in found if one.print % 2**64 in wanted}


def _move_up(
    change: Change, known: dict[int, Place], texts: Texts, stories: I64, bounds: I64,
    orders: list[Order], first: int,
) -> None:  # fmt: skip
    """Known texts that now stand in an earlier story: that one is their first place."""
    held = list(known.values())
    dates = change.orders({place.story for place in held})
    at = {p: k for k, p in enumerate(texts.fingerprints.tolist())}
    moved = {}
    for place in held:
        row = int(texts.first[at[place.print % 2**64]])
        story = int(stories[row])
        before = dates.get(place.story)  # none where the story has just been taken out
        if before is not None and orders[story] < before:
            moved[place.no] = (place, first + story, row - int(bounds[story]))
    change.swap(list(moved.values()), {})
