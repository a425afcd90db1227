"""Distinct paragraphs: equal ones collapse to one text with its list of occurrences.

Two paragraphs are equal if they fold to the same words (tokens.py). Every later step sees a text
once, however often it stands in the corpus. Texts are numbered by first occurrence, so the lower of
two texts is the one seen first.

Paragraphs of fewer than `min_words` words are no texts. Those that stand in more than one story are
furniture: they are not matched, and they are not new either.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from dedup.buckets import Repeats
from dedup.kernels import I32, I64, U64, chunks, spread
from dedup.paragraphs import Paragraphs
from dedup.ragged import offsets_of, sizes_of
from dedup.scratch import Scratch
from dedup.settings import DEFAULTS
from dedup.tokens import FoldTable, Tokens, fingerprints, tokenise

CHUNK = 2_000_000  # bytes of text that a thread holds as words at a time: about 50 MB
_FEW = 300  # items, which a dict groups sooner than arrays do


@dataclass(frozen=True, eq=False, slots=True)
class Texts:
    """The distinct paragraphs, and where each stands.

    words: int32 (paragraphs,), how many each paragraph has.
    of: int64 (paragraphs,), the text of each paragraph, or -1 if it is too short for one.
    furniture: bool (paragraphs,), too short, and in more than one story.
    fingerprints: uint64 (texts,), the hash of its words.
    occurrences: int64, paragraphs; text t stands at occurrences[offsets[t]:offsets[t + 1]], in
        the order of the corpus.
    """

    words: I32
    of: I64
    furniture: np.ndarray
    fingerprints: U64
    occurrences: I64
    offsets: I64

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def stored(self, scratch: Scratch) -> Texts:
        """The same, its columns where they should stand.

        Raises:
            BadOutput: the disk has no room for them.
        """
        return Texts(*(scratch.stored(getattr(self, column.name)) for column in fields(self)))

    @property
    def first(self) -> I64:
        """The paragraph of each text's first occurrence, int64 (texts,)."""
        return self.occurrences[self.offsets[:-1]]


def collapse(
    buffer: np.ndarray,
    paragraphs: Paragraphs,
    table: FoldTable,
    *,
    min_words: int = DEFAULTS.min_words,
    threads: int = DEFAULTS.threads,
) -> Texts:
    """Find the distinct texts among `paragraphs` of `buffer`, uint8 (bytes,)."""

    def digest(part: slice) -> tuple[I32, U64]:
        tokens = tokenise(buffer, paragraphs.starts[part], paragraphs.ends[part], table)
        return sizes_of(tokens.offsets).astype(np.int32), fingerprints(tokens)

    parts = chunks(paragraphs.ends - paragraphs.starts, CHUNK)
    digests = list(spread(digest, parts, threads=threads))
    words = np.concatenate([w for w, _ in digests] or [np.empty(0, dtype=np.int32)])
    prints = np.concatenate([p for _, p in digests] or [np.empty(0, dtype=np.uint64)])

    return _distinct(words, prints, paragraphs.stories, min_words)


def distinct(tokens: Tokens, stories: I64, *, min_words: int) -> Texts:
    """The distinct texts among paragraphs with these words; stories: int64 (paragraphs,)."""
    words = sizes_of(tokens.offsets).astype(np.int32)
    return _distinct(words, fingerprints(tokens), stories, min_words)


def _distinct(words: I32, prints: U64, stories: I64, min_words: int) -> Texts:
    """The texts among paragraphs with so many words, and with these hashes of them."""
    long = np.flatnonzero(words >= min_words)
    of = np.full(len(words), -1, dtype=np.int64)
    of[long] = equals(prints[long]).of
    return texts_of(words, prints, of, stories, min_words=min_words)


def texts_of(words: I32, prints: U64, of: I64, stories: I64, *, min_words: int) -> Texts:
    """The texts, where it is known of which one each paragraph is.

    words, of: as in Texts. prints: uint64 (paragraphs,), the hash of each one's words. stories:
        int64 (paragraphs,).
    """
    long = np.flatnonzero(of >= 0)
    occurrences = long[np.argsort(of[long], kind="stable")]
    counts = np.bincount(of[long])
    offsets = offsets_of(counts)
    return Texts(
        words=words,
        of=of,
        furniture=_furniture(words, prints, stories, min_words),
        fingerprints=prints[occurrences[offsets[:-1]]],
        occurrences=occurrences,
        offsets=offsets,
    )


class Equals(NamedTuple):
    """Items by what they are equal to: groups, numbered by the first item of each.

    of: int64 (items,), the group of each. members: int64 (items,), in the order of their groups;
    group g has members[offsets[g]:offsets[g + 1]], in the order in which they came.
    """

    of: I64
    members: I64
    offsets: I64


def equals(keys: U64) -> Equals:
    """Group items by equal keys. Only keys that may stand twice are sorted (buckets.py)."""
    count = len(keys)
    if count < _FEW:
        numbers: dict[int, int] = {}
        of = np.array([numbers.setdefault(k, len(numbers)) for k in keys.tolist()], dtype=np.int64)
        return Equals(of, np.argsort(of, kind="stable"), offsets_of(np.bincount(of)))
    repeats = Repeats(count)
    repeats.add(keys)
    again = repeats.positions(keys)
    again = again[np.argsort(keys[again], kind="stable")]
    runs = np.flatnonzero(np.diff(keys[again], prepend=~keys[again[:1]]) != 0)
    first = np.repeat(again[runs], np.diff(runs, append=len(again)))
    later = first != again
    again, first = again[later], first[later]
    opens = np.ones(count, dtype=np.bool_)
    opens[again] = False
    of = np.cumsum(opens) - 1
    of[again] = of[first]
    sizes = np.bincount(of, minlength=int(np.count_nonzero(opens)))
    members = np.argsort(of, kind="stable") if len(again) else np.arange(count)
    return Equals(of, members, offsets_of(sizes))


def _furniture(words: I32, prints: U64, stories: I64, min_words: int) -> np.ndarray:
    """Which paragraphs are short and stand in more than one story."""
    out = np.zeros(len(words), dtype=bool)
    short = np.flatnonzero((words > 0) & (words < min_words))
    if len(short):
        values, inverse = np.unique(prints[short], return_inverse=True)
        earliest = np.full(len(values), np.iinfo(np.int64).max)
        latest = np.full(len(values), -1)
        np.minimum.at(earliest, inverse, stories[short])
        np.maximum.at(latest, inverse, stories[short])
        out[short] = (earliest < latest)[inverse]
    return out
