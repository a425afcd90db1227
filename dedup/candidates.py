"""Which texts are worth comparing, and what the corpus knows of their words.

Three look-ups find pairs: equal bands of the signatures (lsh.py), runs of words that stand in both
(passages.py), and pairs of rare words that stand in both (terms.py). What only rare words join is
weighed at once, and kept if it may be a retelling: by chance alone such pairs grow faster than the
corpus, and most of them share nothing else. They are never all held.

Time O(words), and O(pairs) of rare words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup import lsh, passages
from dedup.background import Background
from dedup.buckets import distinct
from dedup.intake import Intake
from dedup.kernels import I64, spread
from dedup.scratch import Scratch
from dedup.settings import DEFAULTS
from dedup.shingles import shingle
from dedup.terms import FEW, KEPT, Keys, known, rare_pairs
from dedup.tokens import Tokens
from dedup.weigh import may_retell, weigh

_KEYS = 32_000_000  # of pairs of rare words that are looked at together: 0.6 GB
_ENTRIES = 500_000  # repeated keys of rare words whose pairs a thread weighs at a time


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """Pairs that are worth comparing.

    by_runs: int64 (pairs, 2), texts that share runs of words. by_words: texts that may retell each
        other; each is sorted, the lower text first. stories: the same of whole stories.
    background: what the corpus knows of its words.
    """

    by_runs: I64
    by_words: I64
    stories: I64
    background: Background


def find_candidates(
    taken: Intake,
    parts: list[slice],
    tokens_of: Callable[[slice], Tokens],
    *,
    passage: int = DEFAULTS.passage,
    bucket: int = DEFAULTS.bucket,
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
    room.release()
    runs = passages.repeated(
        parts,
        lambda part: shingle(tokens_of(part), width=passage),
        taken.runs,
        threads=threads,
        scratch=room,
    )
    by_passage = passages.candidates(runs, len(texts), bucket=bucket, threads=threads)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(texts.words[texts.first], out=offsets[1:])
    worn = passages.well_worn(runs, offsets, width=passage, scratch=room)
    del runs
    room.release()
    terms = known(taken.drafts, taken.words, threads=threads)
    background = Background(taken.words, terms, worn, offsets)
    return Candidates(
        by_runs=distinct(np.concatenate((by_sketch, by_passage)), max(1, len(texts))),
        by_words=_by_rare_words(parts, background, bucket=bucket, threads=threads),
        stories=taken.keyed[of_stories],
        background=background,
    )


def _by_rare_words(parts: list[slice], background: Background, *, bucket: int, threads: int) -> I64:
    """Pairs of texts that have two of their heaviest words in common, and may be retellings."""
    count = len(background.terms)
    if count <= FEW:
        return np.stack(np.triu_indices(count, 1), axis=1).astype(np.int64)

    shares = 1
    while count * KEPT * (KEPT - 1) // 2 > _KEYS * shares:
        shares *= 2
    kept = [
        _of_share(share, shares, parts, background, bucket=bucket, threads=threads)
        for share in range(shares)
    ]
    return distinct(np.concatenate(kept), count)


def _of_share(
    share: int,
    shares: int,
    parts: list[slice],
    background: Background,
    *,
    bucket: int,
    threads: int,
) -> I64:
    """The pairs under one share of the keys; only one share at a time is held."""
    count = len(background.terms)

    def keys_of(part: slice) -> Keys:
        return rare_pairs(background.terms.heaviest[part], share=share, shares=shares)

    keys = count * KEPT * (KEPT - 1) // 2 // shares
    repeats = passages.marked(parts, keys_of, keys=keys, threads=threads)
    found = passages.repeated(parts, keys_of, repeats, threads=threads)
    del repeats

    def promising(part: slice) -> I64:
        pairs = passages.pairs_of(found, part, count, bucket=bucket)
        return np.asarray(pairs[may_retell(weigh(background.terms, pairs))])

    slices = passages.in_slices(found, _ENTRIES)
    kept = [np.empty((0, 2), dtype=np.int64), *spread(promising, slices, threads=threads)]
    return np.concatenate(kept)
