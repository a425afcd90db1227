"""All postings, made anew from the stories: to put the index in order, and to verify it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedup.index import keyed
from dedup.index.content import Folding, gather
from dedup.index.keys import PRINT, keys_of, once, packed
from dedup.index.rows import Contents, Place, Rows, piece
from dedup.kernels import I64, U64
from dedup.minhash import Signatures, sign
from dedup.ragged import sizes_of
from dedup.settings import Settings
from dedup.shingles import shingle
from dedup.tokens import Tokens, fingerprints

_PART = 1_000  # stories


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """Some stories.

    contents: theirs, by number. places: the texts that stand in them, by number.
    postings: all but those of words. words: the distinct words of the texts first seen here.
    prints: of each text that stands here, what its words come to.
    """

    contents: Contents
    places: dict[int, Place]
    postings: U64
    words: tuple[I64, I64]
    prints: dict[int, int]


def parts(rows: Rows, settings: Settings, folding: Folding) -> Iterator[Part]:
    """Every story, some at a time."""
    numbers = [row[0] for row in rows.connection.execute("SELECT no FROM story ORDER BY no")]
    for start in range(0, len(numbers), _PART):
        yield _part(rows, numbers[start : start + _PART], settings, folding)


def _part(rows: Rows, stories: list[int], settings: Settings, folding: Folding) -> Part:
    contents = rows.contents(stories)
    stands: dict[int, tuple[int, int]] = {}  # each text once, at its first place if it is here
    of: list[list[int]] = []
    for story in stories:
        own = contents[story][0].rows[:, 0].tolist()
        of.append([no for no in own if no >= 0])
        for paragraph, no in enumerate(own):
            if no >= 0:
                stands.setdefault(no, (story, paragraph))
    places = {place.no: place for place in rows.places(stands)}
    first = {no for no, place in places.items() if place.story in contents}
    for no in first:
        stands[no] = places[no].story, places[no].paragraph
    chosen = [no for no in stands if no in places]
    pieces = [piece(contents[stands[no][0]], stands[no][1]) for no in chosen]
    tokens, _ = gather(pieces, folding)
    numbers = np.array(chosen, dtype=np.int64)
    prints = fingerprints(tokens)
    here = np.array([no in first for no in chosen], dtype=bool)
    found = [packed(keys_of(prints[here], PRINT), numbers[here])]
    long = sizes_of(tokens.offsets) >= settings.min_words
    own = tokens.take(np.flatnonzero(long & here))
    found.append(keyed.runs(own, numbers[long & here], passage=settings.passage))
    found.append(_bands(tokens.take(np.flatnonzero(long)), numbers[long], stories, of, settings))
    return Part(
        contents, places, once(np.concatenate(found)),
        keyed.distinct_words(own, numbers[long & here]),
        dict(zip(chosen, prints.tolist(), strict=True)),
    )  # fmt: skip


def _bands(
    tokens: Tokens, numbers: I64, stories: list[int], of: list[list[int]], settings: Settings
) -> U64:
    """The postings of whole stories; of: the texts of each."""
    row = {no: k for k, no in enumerate(numbers.tolist())}
    bounds = np.concatenate(([0], np.cumsum([len(own) for own in of]))).astype(np.int64)
    texts = np.array([row.get(no, -1) for own in of for no in own], dtype=np.int64)
    held = sign(
        shingle(tokens, width=settings.shingle),
        permutations=settings.permutations, seed=settings.seed,
    )  # fmt: skip
    keys, told = keyed.bands(
        Signatures(held.rows, settings.seed, settings.shingle), texts, bounds,
        recall=settings.recall,
    )  # fmt: skip
    owners = np.array(stories, dtype=np.int64)[told]
    return packed(keys.reshape(-1), np.repeat(owners, keys.shape[1]))
