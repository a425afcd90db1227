"""What the tests share: hypothesis profiles, inputs for the kernels, texts to draw from."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from dedup.compare import Comparison, compare
from dedup.compared import Compared
from dedup.families import Families, assemble
from dedup.gathered import Gathering
from dedup.kinds import KINDS, RECYCLED
from dedup.match import match
from dedup.matches import Matches
from dedup.paragraphs import Paragraphs, split
from dedup.scratch import Scratch
from dedup.shingles import Shingles
from dedup.texts import Texts, collapse
from dedup.tokens import FoldTable, Tokens, fold_table, tokenise
from tests import naive

settings.register_profile("local", deadline=None, max_examples=45)
settings.register_profile("ci", deadline=None, max_examples=45, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=3000)
settings.load_profile("ci" if os.environ.get("CI") else "local")

SOFT_HYPHEN, ZERO_WIDTH, NO_BREAK = "\u00ad", "\u200b", "\u00a0"
ACUTE, DOT_BELOW, CEDILLA = "\u0301", "\u0323", "\u0327"

_PIECES = [
    "a", "A", "b", "s", "S", "U.S.", "J.P.", "e.g.", "don't", "Russia's", "Russia’s", "‘tis’",
    "O’Neil", "Straße", "STRASSE", "É", "e" + ACUTE, "ﬁ", "Ⅷ", "½", "İ", "ς", "Σ",
    "1", "1,580", "1.58", "12,3456", "3.", "4th", "٣", "７",
    "中", "国", "のカ", "ไทย", "กั", "한국", "Привет", "नमस्ते",
    "😀", "—", "…", "“", "”", "'", "’", ".", ",", "!", "?", "。", "！", "-", "/", "$",
    SOFT_HYPHEN, ZERO_WIDTH, NO_BREAK, ACUTE, DOT_BELOW, " ", "  ", "\n", "\t", "\x00",
]  # fmt: skip

news_text = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
unicode_text = news_text | any_text

words = st.lists(st.integers(0, 5), max_size=30)
"""A text of words from a small vocabulary, so that words and runs repeat."""

several_texts = st.lists(words, min_size=1, max_size=8)

marked_texts = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 15)), max_size=25), min_size=1, max_size=8
)
"""Texts of word numbers with flags."""

cuts = st.sets(st.integers(1, 7))


def slices(count: int, cuts: set[int]) -> list[slice]:
    """Positions below `count`, cut before these."""
    bounds = [0, *sorted(cut for cut in cuts if cut < count), count]
    return [slice(a, b) for a, b in pairwise(bounds)]


def spans(*texts: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The texts as a corpus holds them: a buffer that nobody writes to, starts and ends."""
    parts = [text.encode() for text in texts]
    buffer = np.frombuffer(b"".join(parts), dtype=np.uint8)
    bounds = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int64)
    starts, ends = bounds[:-1], bounds[1:]
    starts.setflags(write=False)
    ends.setflags(write=False)
    return buffer, starts, ends


def tokens_of(*texts: str) -> Tokens:
    """The words of some texts."""
    buffer, starts, ends = spans(*texts)
    return tokenise(buffer, starts, ends, fold_table(buffer))


def offsets_of(lists) -> np.ndarray:
    """Offsets of lists laid end to end."""
    return np.concatenate(([0], np.cumsum([len(one) for one in lists]))).astype(np.int64)


def numbered(*texts: list[int], flags: list[list[int]] | None = None) -> Tokens:
    """Texts given as word numbers; equal numbers, equal words. Each word is one byte long."""
    flat = np.array([word for text in texts for word in text], dtype=np.uint64)
    values = (flat + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    places = np.arange(len(values), dtype=np.int64)
    marks = np.zeros(len(values), dtype=np.uint8)
    if flags is not None:
        marks[:] = [flag for text in flags for flag in text]
    return Tokens(values, places, places + 1, marks, offsets_of(texts), values)


def packed_bits(flags: Iterable[bool]) -> np.ndarray:
    """Flags as Background has them, a bit each."""
    return np.packbits(np.array([*flags], dtype=np.bool_), bitorder="little")


def numbered_marks(texts: Sequence[Sequence[tuple[int, int]]]) -> Tokens:
    """Texts given as word numbers with their flags."""
    flags = [[flag for _, flag in text] for text in texts]
    return numbered(*([word for word, _ in text] for text in texts), flags=flags)


def marked(tokens: Tokens) -> list[list[tuple[int, int]]]:
    """Each text as its stems with their flags."""
    both = list(zip(tokens.stems.tolist(), tokens.flags.tolist(), strict=True))
    return [both[a:b] for a, b in pairwise(tokens.offsets.tolist())]


def shingles_of(*sets: list[int], width: int = 3) -> Shingles:
    """Shingles given as their hashes."""
    flat = [value for one in sets for value in one]
    return Shingles(np.array(flat, dtype=np.uint64), offsets_of(sets), width)


def pair(left: int = 0, right: int = 1) -> np.ndarray:
    """One pair of positions."""
    return np.array([[left, right]], dtype=np.int64)


def every_pair(count: int) -> np.ndarray:
    """All pairs of positions below `count`, the lower first."""
    return np.stack(np.triu_indices(count, 1), axis=1).astype(np.int64)


def compared(left: list[int], right: list[int], *, width: int = 3) -> Comparison:
    """Two texts of word numbers, compared."""
    return compare(numbered(left, right), pair(), width=width)


def gathered(parts: Iterable[Compared], scratch: Scratch | None = None) -> Compared:
    """All parts of what was compared as one."""
    held = Gathering(scratch or Scratch())
    for part in parts:
        held.add(part)
    return held.whole()


def tiles_of(found: Comparison, row: int = 0) -> list[tuple[int, int, int]]:
    """The tiles of one pair."""
    first, last = found.offsets[row], found.offsets[row + 1]
    return [tuple(tile) for tile in found.tiles[first:last].tolist()]


def as_set(pairs: np.ndarray) -> set[tuple[int, int]]:
    """Pairs as Python holds them."""
    return {(left, right) for left, right in pairs.tolist()}


class Found(NamedTuple):
    """A small corpus, up to its families; every pair of texts is a candidate."""

    buffer: np.ndarray
    paragraphs: Paragraphs
    table: FoldTable
    texts: Texts
    matches: Matches
    families: Families

    @property
    def spelled(self) -> list[str]:
        """The paragraphs as they read."""
        paragraphs = self.paragraphs
        return [
            self.buffer[start:end].tobytes().decode()
            for start, end in zip(paragraphs.starts, paragraphs.ends, strict=True)
        ]

    @property
    def text_spelled(self) -> list[str]:
        """The distinct texts as they first read."""
        return [self.spelled[row] for row in self.texts.first]

    def members(self) -> list[list[int]]:
        """The texts of each family, its first text before the others."""
        heads, members, offsets = self.families.heads, self.families.members, self.families.offsets
        return [
            [int(head), *members[offsets[f] : offsets[f + 1]].tolist()]
            for f, head in enumerate(heads)
        ]

    def passages(self) -> dict[tuple[int, int], tuple[int, int]]:
        """The passage of every recycled match, counted naively."""
        words = self.texts.words[self.texts.first]
        return {
            (left, right): naive.passage(
                tiles_of(self.matches.found, row), KINDS[self.matches.kinds[row]], words[right]
            )
            for row, (left, right) in enumerate(self.matches.pairs.tolist())
            if self.matches.kinds[row] in RECYCLED
        }


def found_in(*stories: str, min_words: int = 3, **options: Any) -> Found:
    """Find the families of some stories."""
    buffer, starts, ends = spans(*stories)
    table = fold_table(buffer)
    paragraphs = split(buffer, starts, ends)
    texts = collapse(buffer, paragraphs, table, min_words=min_words)
    first = texts.first
    starts, ends = paragraphs.starts[first], paragraphs.ends[first]
    matches = match(
        every_pair(len(texts)),
        lambda chosen: tokenise(buffer, starts[chosen], ends[chosen], table),
        stories=paragraphs.stories[first],
        by_words=every_pair(len(texts)),
        **options,
    )
    families = assemble(matches, texts, paragraphs.stories)
    return Found(buffer, paragraphs, table, texts, matches, families)


def sentence(seed: int, length: int = 20) -> str:
    """A sentence of made-up lower-case words, no two alike, the same for the same seed."""
    draw = random.Random(seed)
    return " ".join("".join(draw.choices("bcdfghjklmnprstvz", k=8)) for _ in range(length)) + "."


stories = st.lists(
    st.lists(
        st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(
            lambda seeds: " ".join(sentence(seed, 6 + 3 * seed) for seed in seeds)
        ),
        max_size=3,
    ).map("\n\n".join),
    min_size=1,
    max_size=6,
)
"""Stories whose paragraphs are put together from the same few sentences."""
