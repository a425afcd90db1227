"""The one pass over all paragraphs: which are distinct, and what the search for candidates needs.

Each part of the stories is cut into words once. Of every text that was not seen before stay its
band keys (lsh.py), its distinct words (terms.py) and the marks of its runs of words (buckets.py);
the words and signatures themselves are dropped with the part. Of every story stay the band keys of
its own signature, the least of those of its paragraphs.

Threads ask which texts were seen before they take the longer steps. What they are told then only
saves work: which paragraph is the first of its text is decided afterwards, part by part in order.

Time O(bytes + shingles * permutations), memory 360 bytes a text of 40 words, and that of two parts
a thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

import numpy as np

from dedup.alike import JACCARD, story_signatures
from dedup.buckets import Repeats
from dedup.kernels import I32, I64, U8, U32, U64, chunks, spread
from dedup.lsh import band_keys, bands
from dedup.minhash import EMPTY, Signatures, sign
from dedup.paragraphs import Paragraphs
from dedup.ragged import offsets_of, sizes_of
from dedup.scratch import Growing, Scratch, passed, release
from dedup.screen import Outlines, outline
from dedup.seen import Seen
from dedup.settings import DEFAULTS
from dedup.shingles import Shingles, shingle, shingle_offsets
from dedup.terms import Drafts, draft
from dedup.texts import CHUNK, Texts, texts_of
from dedup.tokens import FoldTable, Tokens, fingerprints, tokenise
from dedup.vocabulary import Vocabulary, counted, rated, slot_bits

BYTES = 6  # a word, about


@dataclass(frozen=True, eq=False, slots=True)
class Intake:
    """What is known after the pass.

    texts: the distinct paragraphs. keys: of each band uint32 (texts,).
    keyed: int64, the stories that have a text. story_keys: of each band uint32 (keyed stories,).
    drafts: the words of the texts. words: how rare each word is.
    outlines: of the shingles of the texts.
    runs: the runs of words of the texts, marked.
    """

    texts: Texts
    keys: list[U32]
    keyed: I64
    story_keys: list[U32]
    drafts: Drafts
    words: Vocabulary
    outlines: Outlines
    runs: Repeats


@dataclass(frozen=True, eq=False, slots=True)
class _Fresh:
    """Paragraphs of a part that may be the first of their text; rows: int64, which they are."""

    rows: I64
    tokens: Tokens
    keys: U32
    drafts: Drafts
    shingles: Shingles

    def take(self, rows: I64) -> _Fresh:
        """Those of some rows."""
        if len(rows) == len(self.rows):
            return self
        kept = np.searchsorted(self.rows, rows)
        return _Fresh(
            rows,
            self.tokens.take(kept),
            self.keys[:, kept],
            self.drafts.take(kept),
            self.shingles.take(kept),
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """A part of the stories: the words and fingerprint of each paragraph, and the rest as above."""

    words: I32
    prints: U64
    keyed: I64
    story_keys: U32
    fresh: _Fresh


def take_in(
    buffer: U8,
    paragraphs: Paragraphs,
    table: FoldTable,
    *,
    stories: int,
    min_words: int = DEFAULTS.min_words,
    width: int = DEFAULTS.shingle,
    passage: int = DEFAULTS.passage,
    permutations: int = DEFAULTS.permutations,
    seed: int = DEFAULTS.seed,
    threshold: float = DEFAULTS.threshold,
    recall: float = DEFAULTS.recall,
    threads: int = DEFAULTS.threads,
    scratch: Scratch | None = None,
) -> Intake:
    """Read all paragraphs of `buffer`, uint8 (bytes,), of so many stories.

    scratch: where the columns of the texts stand.

    Raises:
        BadSetting: no bands reach `recall` at `threshold`.
    """
    cut = bands(permutations, threshold=threshold, recall=recall)
    story_cut = bands(permutations, threshold=JACCARD, recall=recall)
    lengths = paragraphs.ends - paragraphs.starts
    words = int(lengths.sum()) // BYTES
    bits = slot_bits(words)
    bounds = np.searchsorted(paragraphs.stories, np.arange(stories + 1))
    seen, runs, marking = Seen(len(paragraphs)), Repeats(words), Lock()

    def read(part: slice) -> _Part:
        rows = slice(bounds[part.start], bounds[part.stop])
        tokens = tokenise(buffer, paragraphs.starts[rows], paragraphs.ends[rows], table)
        sizes, prints = sizes_of(tokens.offsets).astype(np.int32), fingerprints(tokens)
        shingles = shingle(tokens, width=width)
        signed = sign(shingles, permutations=permutations, seed=seed)
        long = sizes >= min_words
        texts = np.where(long, np.arange(len(sizes)), -1)
        whole = story_signatures(signed, texts, bounds[part.start : part.stop + 1] - rows.start)
        keyed = np.flatnonzero(whole.rows[:, 0] != EMPTY)
        fresh = np.flatnonzero(long & ~seen.among(prints))
        tokens = tokens.take(fresh)
        passages = shingle(tokens, width=passage)
        with marking:  # a text that two threads take for new is marked twice: no run is missed
            runs.add(passages.values)
        return _Part(
            words=sizes,
            prints=prints,
            keyed=part.start + keyed,
            story_keys=band_keys(Signatures(whole.rows[keyed], seed, width), story_cut),
            fresh=_Fresh(
                rows=fresh,
                tokens=tokens,
                keys=band_keys(Signatures(signed.rows[fresh], seed, width), cut),
                drafts=draft(tokens, bits),
                shingles=shingles.take(fresh),
            ),
        )

    room = scratch or Scratch()
    keys, story_keys = _bands(room, len(cut)), _bands(room, len(story_cut))
    keyed = Growing(room, np.int64)
    sizes, prints, of = (Growing(room, kind) for kind in (np.int32, np.uint64, np.int64))
    drafts, outlines = _Drafting(room), Growing(room, np.uint16)

    def firsts() -> Iterator[Tokens]:
        cuts = chunks(np.diff(offsets_of(lengths)[bounds]), CHUNK)
        for part in spread(read, cuts, threads=threads):
            known = len(seen)
            numbers = np.full(len(part.words), -1)
            long = np.flatnonzero(part.words >= min_words)
            numbers[long] = seen.add(part.prints[long])
            fresh = part.fresh.take(_firsts(numbers, known))
            yield fresh.tokens
            for band, of_texts in zip(keys, fresh.keys, strict=True):
                band.add(of_texts)
            for band, of_stories in zip(story_keys, part.story_keys, strict=True):
                band.add(of_stories)
            keyed.add(part.keyed)
            drafts.add(fresh.drafts)
            outlines.add(outline(fresh.shingles))
            for column, values in ((sizes, part.words), (prints, part.prints), (of, numbers)):
                column.add(values)
            passed()

    counts = counted(firsts(), bits)
    runs.settle()
    release()
    texts = texts_of(
        sizes.whole(), prints.whole(), of.whole(), paragraphs.stories, min_words=min_words
    ).stored(room)
    cuts = shingle_offsets(offsets_of(texts.words[texts.first]), width)
    return Intake(
        texts=texts,
        keys=[band.whole() for band in keys],
        story_keys=[band.whole() for band in story_keys],
        keyed=keyed.whole(),
        drafts=drafts.whole(),
        outlines=Outlines(outlines.whole(), room.stored(cuts)),
        words=Vocabulary(counts[0].copy(), *rated(counts, len(texts))),
        runs=runs,
    )


def _bands(room: Scratch, count: int) -> list[Growing]:
    """A column of keys for each of so many bands."""
    return [Growing(room, np.uint32, alike=count) for _ in range(count)]


class _Drafting:
    """The drafts of one part after the other."""

    def __init__(self, room: Scratch) -> None:
        self._codes = Growing(room, np.int32, sought=True)
        self._words, self._sizes = Growing(room, np.int32), Growing(room, np.int64)

    def add(self, part: Drafts) -> None:
        """Append a part."""
        self._codes.add(part.codes)
        self._words.add(part.words)
        self._sizes.add(sizes_of(part.offsets))

    def whole(self) -> Drafts:
        """All of them."""
        offsets = offsets_of(self._sizes.whole())
        return Drafts(self._codes.whole(), self._words.whole(), offsets)


def _firsts(numbers: I64, known: int) -> I64:
    """The rows that are the first of their text; the numbers below `known` were there before."""
    highest = np.maximum.accumulate(np.append(known - 1, numbers))
    return np.flatnonzero(numbers > highest[:-1])
