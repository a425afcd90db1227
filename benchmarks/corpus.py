"""A wire corpus of any size, made up from a seed, with what is copied in it written beside it.

    python benchmarks/corpus.py --stories 100000 --out wire.jsonl
    python benchmarks/corpus.py --stories 100000 --unit paragraphs --out paragraphs.jsonl
    python benchmarks/corpus.py --stories 1000000 --hot --out hot.jsonl

Words are drawn by Zipf's law from a vocabulary of 50,000, of which some are names and a few are
figures. A story has 10 to 14 paragraphs of 22 to 60 words; two of five stories quote somebody, with
curly quotes. One story of twenty is a near-copy of an earlier one, with 1 to 15% of its words
edited: replaced, dropped or inserted. One of five carries one or two of 500 boilerplate
paragraphs, 0 to 20% of whose words are edited. With --hot each story also opens with one of three
banners, one in a hundred of them lightly edited. No tool is favoured: whether a word is what `\\w+`
finds or what a finer tokeniser does, is the same for all words here.

The gold (OUT.gold.jsonl) has a line for every copy: the story, what it was copied from, and which
share of its words was drawn to be edited.

The same seed and size give the same bytes. 100,000 stories are 330 MB and take some 10 seconds;
memory does not grow with the size: near-copies are taken from a pool of 4,000 earlier stories.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

VOCABULARY, NAMES, FIGURES = 50_000, 0.08, 0.01  # words; shares of it
PARAGRAPHS, WORDS = (10, 14), (22, 60)  # of a story; of a paragraph
QUOTING, COPIED, CARRYING = 0.4, 0.05, 0.2  # shares of the stories
COPY_EDITS, BOILERPLATE_EDITS = (0.01, 0.15), (0.0, 0.2)  # shares of the words
BOILERPLATE, BANNERS, BANNER_WORDS = 500, 3, 35
HOT_EDITED, HOT_EDITS = 0.01, (0.02, 0.1)
CHUNK = 500  # stories made at a time
OPENING = 20  # in the first chunk, which has no near-copies; then twice as many until CHUNK
POOL, FRESH = 4_000, 50  # stories that near-copies are taken from; replaced each chunk
SENTENCE = 14  # words, about

_PLAIN, _FIRST, _COMMA, _STOP, _OPEN, _CLOSE = range(6)  # what stands around a word
_TABLE = 1 << 20
_STORY, _BOILER, _BANNER = range(3)


@dataclass(frozen=True, eq=False)
class Ragged:
    """Lists end to end: list k is values[offsets[k]:offsets[k + 1]]."""

    values: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> np.ndarray:
        return np.diff(self.offsets)

    def take(self, rows: np.ndarray) -> Ragged:
        sizes = self.sizes[rows]
        offsets = offsets_of(sizes)
        inside = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
        return Ragged(self.values[np.repeat(self.offsets[rows], sizes) + inside], offsets)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some stories in a row.

    first: the number of the first. paragraphs: the paragraphs of each. texts: each paragraph.
    gold: the copies among them, as columns story, paragraph (-1 for all), from and edited.
    """

    first: int
    paragraphs: np.ndarray
    texts: pa.LargeStringArray
    gold: pa.Table

    def stories(self) -> pa.LargeStringArray:
        """The text of each story, a blank line between paragraphs."""
        return _joined_text(self.texts, offsets_of(self.paragraphs), "\n\n")


def offsets_of(sizes: np.ndarray) -> np.ndarray:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)))


def _joined_text(parts: pa.LargeStringArray, offsets: np.ndarray, mark: str) -> pa.Array:
    """Strings put together, list by list, with `mark` between."""
    lists = pa.ListArray.from_arrays(offsets.astype(np.int32), parts)
    return pc.binary_join(lists, pa.scalar(mark, parts.type))


def _side_by_side(*columns: pa.Array | str) -> pa.LargeStringArray:
    """Each row's strings put together."""
    kind = pa.large_string()
    given = [pa.scalar(one, kind) if isinstance(one, str) else one for one in columns]
    return pc.binary_join_element_wise(*given, pa.scalar("", kind))


def vocabulary(seed: int) -> list[str]:
    """Made-up words, no two alike; the more frequent, the shorter."""
    draw = np.random.default_rng((seed, 1))
    heads, tails = "bcdfghjklmnprstvwz", "aeiou"
    syllables = [head + tail for head in heads for tail in tails]
    codas = ["", "n", "r", "s", "t", "l", "nd", "st"]
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        rank = len(found)
        size = 1 if rank < 30 else 2 if rank < 1_200 else 3
        parts = [syllables[k] for k in draw.integers(0, len(syllables), size)]
        found.setdefault("".join(parts) + codas[draw.integers(0, len(codas))])
    words = list(found)
    kinds = draw.random(VOCABULARY)
    kinds[:200] = 1  # the most frequent words are neither names nor figures
    for k in np.flatnonzero(kinds < NAMES + FIGURES):
        words[k] = words[k].capitalize() if kinds[k] < NAMES else str(100_000 + k)
    return words


class Wire:
    """The maker of a corpus: words, boilerplate and banners, from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        words = vocabulary(seed)
        capitalised = [word[0].upper() + word[1:] for word in words]
        forms = [
            words,
            capitalised,
            [word + "," for word in words],
            [word + "." for word in words],
            ["\u201c" + word for word in capitalised],
            [word + ".\u201d" for word in words],
        ]
        self._forms = pa.array([word for form in forms for word in form], pa.large_string())
        share = 1 / np.arange(1, VOCABULARY + 1)
        steps = np.searchsorted(np.cumsum(share) / share.sum(), (np.arange(_TABLE) + 0.5) / _TABLE)
        self._by_chance = steps.astype(np.uint16)
        draw = np.random.default_rng((seed, 2))
        self.boilerplate = self._paragraphs(draw, draw.integers(*_closed(WORDS), BOILERPLATE), 0.0)
        self.banners = self._paragraphs(draw, np.full(BANNERS, BANNER_WORDS), 0.0)

    def chunks(self, stories: int, *, hot: bool = False) -> Iterator[Chunk]:
        """The corpus, some stories at a time."""
        pool = Ragged(np.empty(0, dtype=np.uint32), np.zeros(1, dtype=np.int64))
        shapes: list[np.ndarray] = []  # the words of each paragraph of each story of the pool
        numbers = np.empty(0, dtype=np.int64)
        first = 0
        while first < stories:
            draw = np.random.default_rng((self.seed, 3, first))
            count = min(max(OPENING, min(first, CHUNK)), stories - first)
            copies = np.flatnonzero(draw.random(count) < COPIED) if len(numbers) else []
            made = self._chunk(draw, count, np.asarray(copies, dtype=np.int64), pool, shapes)
            parts, per_story, sources, edited = made
            gold = [_gold(first + np.asarray(copies), -1, _STORY, numbers[sources], edited)]
            stays = np.setdiff1d(np.arange(count), copies)
            kept = draw.choice(stays, min(len(stays), POOL if not first else FRESH), replace=False)
            pool, shapes, numbers = _renewed(
                draw, pool, shapes, numbers, parts, per_story, kept, first
            )
            parts, per_story, placed = self._with_boilerplate(draw, parts, per_story)
            gold.append(_gold(first + placed[0], placed[1], _BOILER, placed[2], placed[3]))
            if hot:
                parts, per_story, placed = self._with_banners(draw, parts, per_story)
                gold.append(_gold(first + placed[0], 0, _BANNER, placed[1], placed[2]))
            words = pa.DictionaryArray.from_arrays(parts.values.astype(np.int32), self._forms)
            texts = _joined_text(words.dictionary_decode(), parts.offsets, " ")
            yield Chunk(first, per_story, texts, pa.concat_tables(gold))
            first += count

    def _words(self, draw: np.random.Generator, count: int) -> np.ndarray:
        return self._by_chance[draw.integers(0, _TABLE, count)].astype(np.uint32)

    def _paragraphs(self, draw: np.random.Generator, sizes: np.ndarray, quoting: float) -> Ragged:
        """New paragraphs of these sizes, cut into sentences; the share `quoting` hold a quote."""
        offsets = offsets_of(sizes)
        total = int(offsets[-1])
        form = np.zeros(total, dtype=np.uint32)
        chance = draw.random(total)
        form[chance < 0.05] = _COMMA
        form[chance > 1 - 1 / SENTENCE] = _STOP
        form[offsets[1:] - 1] = _STOP
        after = np.flatnonzero(form[:-1] == _STOP) + 1
        form[after] = _FIRST
        form[offsets[:-1]] = _FIRST
        form[offsets[1:] - 1] = _STOP
        quoted = np.flatnonzero(draw.random(len(sizes)) < quoting)
        form[offsets[:-1][quoted]] = _OPEN
        form[offsets[1:][quoted] - 1] = _CLOSE
        return Ragged(self._words(draw, total) + VOCABULARY * form, offsets)

    def _edited(self, draw: np.random.Generator, given: Ragged, shares: np.ndarray) -> Ragged:
        """Each list with this share of its words replaced, dropped or followed by a new one."""
        sizes = given.sizes
        hit = draw.random(len(given.values)) < np.repeat(shares, sizes)
        act = draw.random(len(given.values))
        times = np.ones(len(given.values), dtype=np.int64)
        times[hit & (act < 0.2)] = 0
        times[hit & (act >= 0.8)] = 2
        values = given.values.copy()
        replaced = np.flatnonzero(hit & (act >= 0.2) & (act < 0.8))
        form = values[replaced] // VOCABULARY
        values[replaced] = self._words(draw, len(replaced)) + VOCABULARY * form
        out = np.repeat(values, times)
        ends = np.cumsum(times)
        inserted = ends[times == 2] - 1
        out[inserted] = self._words(draw, len(inserted))
        bounds = np.concatenate((np.zeros(1, dtype=np.int64), ends))
        return Ragged(out, bounds[given.offsets])

    def _chunk(
        self,
        draw: np.random.Generator,
        count: int,
        copies: np.ndarray,
        pool: Ragged,
        shapes: list[np.ndarray],
    ) -> tuple[Ragged, np.ndarray, np.ndarray, np.ndarray]:
        """Paragraphs of `count` stories, how many each has, and what `copies` are copied from."""
        sources = draw.integers(0, max(1, len(shapes)), len(copies))
        edited = draw.uniform(*COPY_EDITS, len(copies))
        per_story = draw.integers(*_closed(PARAGRAPHS), count)
        per_story[copies] = [len(shapes[source]) for source in sources]
        own = np.ones(count, dtype=bool)
        own[copies] = False
        sizes = draw.integers(*_closed(WORDS), int(per_story[own].sum()))
        quoting = np.where(draw.random(int(own.sum())) < QUOTING, 0.25, 0.0)
        fresh = self._paragraphs(draw, sizes, np.repeat(quoting, per_story[own]))
        taken = pool.take(sources)
        bounds = offsets_of(np.concatenate([np.zeros(0, int), *(shapes[s] for s in sources)]))
        again = self._edited(
            draw,
            Ragged(taken.values, bounds),
            np.repeat(edited, per_story[copies]),
        )
        both = _joined(fresh, again)
        story = np.concatenate(
            (
                np.repeat(np.flatnonzero(own), per_story[own]),
                np.repeat(copies, per_story[copies]),
            )
        )
        return both.take(np.argsort(story, kind="stable")), per_story, sources, edited

    def _with_boilerplate(
        self, draw: np.random.Generator, parts: Ragged, per_story: np.ndarray
    ) -> tuple[Ragged, np.ndarray, tuple[np.ndarray, ...]]:
        """One story of five carries one or two boilerplate paragraphs, at its end."""
        carrying = np.flatnonzero(draw.random(len(per_story)) < CARRYING)
        story = np.repeat(carrying, draw.integers(1, 3, len(carrying)))
        which = draw.integers(0, BOILERPLATE, len(story))
        shares = draw.uniform(*BOILERPLATE_EDITS, len(story))
        extra = self._edited(draw, self.boilerplate.take(which), shares)
        among = np.arange(len(story)) - np.searchsorted(story, story)
        places = per_story[story] + among
        own = np.repeat(np.arange(len(per_story)), per_story)
        order = np.argsort(np.concatenate((own, story)), kind="stable")
        counts = per_story + np.bincount(story, minlength=len(per_story))
        return _joined(parts, extra).take(order), counts, (story, places, which, shares)

    def _with_banners(
        self, draw: np.random.Generator, parts: Ragged, per_story: np.ndarray
    ) -> tuple[Ragged, np.ndarray, tuple[np.ndarray, ...]]:
        """Every story opens with a banner."""
        count = len(per_story)
        which = draw.integers(0, BANNERS, count)
        lightly = draw.uniform(*HOT_EDITS, count)
        shares = np.where(draw.random(count) < HOT_EDITED, lightly, 0.0)
        extra = self._edited(draw, self.banners.take(which), shares)
        own = np.repeat(np.arange(count), per_story)
        order = np.argsort(np.concatenate((np.arange(count), own)), kind="stable")
        return _joined(extra, parts).take(order), per_story + 1, (np.arange(count), which, shares)


def _closed(bounds: tuple[int, int]) -> tuple[int, int]:
    return bounds[0], bounds[1] + 1


def _joined(first: Ragged, then: Ragged) -> Ragged:
    return Ragged(
        np.concatenate((first.values, then.values)),
        np.concatenate((first.offsets, first.offsets[-1] + then.offsets[1:])),
    )


def _renewed(
    draw: np.random.Generator,
    pool: Ragged,
    shapes: list[np.ndarray],
    numbers: np.ndarray,
    parts: Ragged,
    per_story: np.ndarray,
    kept: np.ndarray,
    first: int,
) -> tuple[Ragged, list[np.ndarray], np.ndarray]:
    """The pool with some stories of the chunk in place of others."""
    bounds = offsets_of(per_story)
    sizes = parts.sizes
    fresh = Ragged(parts.values, parts.offsets[bounds]).take(kept)
    staying = draw.permutation(len(numbers))[: POOL - len(kept)]
    return (
        _joined(pool.take(staying), fresh),
        [shapes[s] for s in staying] + [sizes[bounds[k] : bounds[k + 1]] for k in kept],
        np.concatenate((numbers[staying], first + kept)),
    )


def _gold(
    story: np.ndarray, place: np.ndarray | int, kind: int, source: np.ndarray, edited: np.ndarray
) -> pa.Table:
    name = ("story", "boilerplate", "banner")[kind]
    return pa.table(
        {
            "story": pa.array(story, pa.int64()),
            "paragraph": pa.array(np.broadcast_to(place, len(story)), pa.int64()),
            "of": pa.array([name] * len(story), pa.string()),
            "number": pa.array(source, pa.int64()),
            "edited": pa.array(np.round(edited, 4), pa.float64()),
        }
    )


def texts(count: int, *, unit: str = "paragraphs", seed: int = 0, hot: bool = False) -> list[str]:
    """That many stories, or the paragraphs of that many stories, as Python has them."""
    out: list[str] = []
    for chunk in Wire(seed).chunks(count, hot=hot):
        out += (chunk.texts if unit == "paragraphs" else chunk.stories()).to_pylist()
    return out


def write(
    out: BinaryIO, gold: BinaryIO | None, stories: int, *, unit: str, seed: int = 0,
    hot: bool = False,
) -> None:  # fmt: skip
    """Write the corpus as JSON Lines, a story or a paragraph a line, and its gold."""
    for chunk in Wire(seed).chunks(stories, hot=hot):
        numbers = np.arange(chunk.first, chunk.first + len(chunk.paragraphs))
        names = pc.utf8_lpad(pa.array(numbers).cast(pa.large_string()), 7, "0")
        if unit == "paragraphs":
            of = np.repeat(np.arange(len(numbers)), chunk.paragraphs)
            place = np.arange(len(of)) - np.repeat(
                offsets_of(chunk.paragraphs)[:-1], chunk.paragraphs
            )
            places = pc.utf8_lpad(pa.array(place).cast(pa.large_string()), 2, "0")
            names = _side_by_side(names.take(pa.array(of)), "-", places)
            bodies = chunk.texts
        else:  # a line break is the only thing in these texts that JSON escapes
            bodies = _joined_text(chunk.texts, offsets_of(chunk.paragraphs), "\\n\\n")
        lines = _side_by_side('{"id":"', names, '","text":"', bodies, '"}\n')
        out.write(_content(lines))
        if gold:
            for row in chunk.gold.to_pylist():
                line = (
                    f'{{"story":{row["story"]},"paragraph":{row["paragraph"]},"of":"{row["of"]}",'
                    f'"number":{row["number"]},"edited":{row["edited"]}}}\n'
                )
                gold.write(line.encode())


def _content(lines: pa.LargeStringArray) -> memoryview:
    """The bytes of strings that lie end to end."""
    _, offsets, values = lines.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(values)[bounds[0] : bounds[-1]]


def main() -> None:
    """Write a corpus."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--stories", type=int, default=10_000)
    options.add_argument("--unit", choices=("stories", "paragraphs"), default="stories")
    options.add_argument("--hot", action="store_true", help="open each story with a banner")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, required=True, metavar="FILE")
    options.add_argument("--no-gold", action="store_true", help="do not write FILE.gold.jsonl")
    given = options.parse_args()
    with given.out.open("wb") as out:
        shape = {"unit": given.unit, "seed": given.seed, "hot": given.hot}
        if given.no_gold:
            write(out, None, given.stories, **shape)
        else:
            with given.out.with_suffix(".gold.jsonl").open("wb") as gold:
                write(out, gold, given.stories, **shape)
    print(f"{given.out}: {given.out.stat().st_size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
