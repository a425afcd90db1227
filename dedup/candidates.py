"""Which texts are worth comparing, and what the corpus knows of their words.

Three look-ups find pairs: equal bands of the signatures (lsh.py), runs of words that stand in both
(passages.py), and two rare words that stand in both (rare.py). What only rare words join is
weighed at once, and kept if it may be a retelling: by chance alone such pairs grow faster than the
corpus, and most of them share nothing else. They are never all held.

Time O(words), and O(pairs) of rare words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup import lsh, passages, rare
from dedup.background import Background
from dedup.buckets import distinct, once, unpacked
from dedup.intake import Intake
from dedup.kernels import I64, slices, spread
from dedup.ragged import offsets_of
from dedup.repeated import repeated
from dedup.scratch import Scratch, release
from dedup.screen import Outlines
from dedup.settings import DEFAULTS
from dedup.shingles import shingle
from dedup.sorting import among, sort_numbers
from dedup.terms import Terms, known
from dedup.tokens import Tokens
from dedup.weigh import retelling

_PAIRS = 48_000_000  # of texts with two rare words in common, to be weighed together: 0.8 GB
_WEIGHED = 200_000  # pairs that a thread weighs at a time


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """Pairs that are worth comparing.

    by_runs: int64 (pairs, 2), texts that share runs of words. by_words: texts that may retell each
        other; each is sorted, the lower text first. stories: the same of whole stories.
    background: what the corpus knows of its words. outlines: of the shingles of the texts.
    """

    by_runs: I64
    by_words: I64
    stories: I64
    background: Background
    outlines: Outlines


def find_candidates(
    taken: Intake,
    parts: list[slice],
    tokens_of: Callable[[slice], Tokens],
    *,
    passage: int = DEFAULTS.passage,
    bucket: int = DEFAULTS.bucket,
    word_bucket: int = DEFAULTS.word_bucket,
    threads: int = DEFAULTS.threads,
    scratch: Scratch | None = None,
) -> Candidates:
    """Find the pairs. parts: consecutive slices of the texts; tokens_of: the words of one.

    scratch: where large columns stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    room = scratch or Scratch()
    texts = taken.texts
    by_sketch = lsh.agreeing(taken.keys, bucket=bucket, threads=threads)
    of_stories = lsh.agreeing(taken.story_keys, bucket=bucket, threads=threads)
    taken.keys.clear()
    taken.story_keys.clear()
    release()
    runs = repeated(
        parts,
        lambda part: shingle(tokens_of(part), width=passage),
        taken.runs,
        threads=threads,
        scratch=room,
    )
    taken.runs.clear()
    by_passage = passages.candidates(runs, len(texts), bucket=bucket, threads=threads)
    offsets = offsets_of(texts.words[texts.first])
    worn = passages.well_worn(runs, offsets, width=passage, scratch=room)
    del runs
    by_runs = distinct(np.concatenate((by_sketch, by_passage)), max(1, len(texts)), threads=threads)
    del by_sketch, by_passage
    release()
    terms = known(taken.drafts, taken.words, threads=threads, scratch=room)
    return Candidates(
        by_runs=room.stored(by_runs),
        by_words=_by_rare_words(terms, bucket=word_bucket, threads=threads),
        stories=taken.keyed[of_stories],
        background=Background(taken.words, terms.settled(), worn, offsets),
        outlines=taken.outlines,
    )


def _by_rare_words(held: Terms, *, bucket: int, threads: int) -> I64:
    """Pairs of texts that have two of their heaviest words in common, and may be retellings."""
    count = len(held)
    if count <= rare.FEW:
        return np.stack(np.triu_indices(count, 1), axis=1).astype(np.int64)

    kept, fresh, waiting = np.empty(0, dtype=np.int64), [], 0
    for numbers in rare.sharing(held.heaviest, bucket=bucket, threads=threads):
        fresh.append(numbers)
        waiting += len(numbers)
        if waiting > _PAIRS:
            kept, waiting = _with_promising(kept, fresh, held, threads=threads), 0
    return unpacked(_with_promising(kept, fresh, held, threads=threads), count)


def _with_promising(kept: I64, fresh: list[I64], held: Terms, *, threads: int) -> I64:
    """Packed pairs that may be retellings, sorted: those that were kept, and those among more.

    `fresh` is empty then.
    """
    count = len(held)
    numbers = np.concatenate([kept[:0], *fresh])
    fresh.clear()
    numbers = once(numbers, threads=threads)

    def promising(part: slice) -> I64:
        own = numbers[part]
        own = own[~among(kept, own)]  # two copies share many words
        return np.asarray(own[retelling(held, unpacked(own, count))])

    found = spread(promising, slices(len(numbers), _WEIGHED), threads=threads)
    return sort_numbers(np.concatenate([kept, *found]), threads=threads)
