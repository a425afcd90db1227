"""Every number once: its default, its unit, its range and its reason."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from dedup.errors import BadSetting

RANGES: dict[str, tuple[float, float]] = {  # of whole numbers where the bounds are whole
    "min_words": (1, 1000),
    "shingle": (1, 50),
    "permutations": (16, 1024),
    "seed": (0, 2**32 - 1),
    "threshold": (0.05, 1.0),
    "recall": (0.5, 0.9999),
    "passage": (3, 50),
    "bucket": (2, 1000),
    "word_bucket": (2, 1000),
    "containment": (0.05, 1.0),
    "partial_words": (5, 1000),
    "story_threshold": (0.05, 1.0),
    "threads": (0, 1024),
    "memory": (0, 2**50),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What decides a report. Each number is checked when the settings are made.

    min_words: paragraphs of fewer words are furniture: not matched, and not new when repeated.
        In Reuters 1996-97 what repeats below 12 words is contact lines and market tables; from
        12 words on it is sentences.
    shingle: words a shingle. Of 1, 2, 3 and 5, pairs of 3 separate copies from the rest best.
    permutations: slots of a MinHash signature.
    seed: of the permutations, as in datasketch.
    threshold: Jaccard similarity of two paragraphs' shingles at which the LSH still finds
        `recall` of the pairs. What is less alike, but shares a passage, the passage lookup finds.
    recall: share of pairs at `threshold` that the LSH is built to find.
    passage: words in a row that two paragraphs must share for the passage lookup to compare them.
    bucket: members of a bucket compared each with each; of a larger one, each with its earliest.
        A text has tens of bands and runs of words, so a copy that one bucket passes over stands in
        another.
    word_bucket: the same of a bucket of texts that share rare words: all that leads to a retelling.
    containment: least share of the shorter paragraph's shingles that stands in the other too,
        for the two to be a copy, whatever else speaks for it.
    partial_words: least words in shared runs for which two paragraphs that are no copies are
        looked at as partial ones, whatever other words they share.
    story_threshold: least share of the shorter story's shingles that stands in the other too, for
        two whole stories to be near-duplicates.
    threads: threads of the kernels; 0 is one a core. It changes no result.
    memory: bytes that may be used before columns go to temporary files; 0 is half of what is free.
        A bound for the columns that grow with the corpus, not for the process. It changes no
        result.
    """

    min_words: int = 12
    shingle: int = 3
    permutations: int = 128
    seed: int = 1
    threshold: float = 0.5
    recall: float = 0.95
    passage: int = 5
    bucket: int = 16
    word_bucket: int = 32
    containment: float = 0.35
    partial_words: int = 10
    story_threshold: float = 0.5
    threads: int = 0
    memory: int = 0

    def __post_init__(self) -> None:
        check(**{f.name: getattr(self, f.name) for f in fields(self)})


def check(**numbers: float) -> None:
    """Refuse the first number outside its range.

    Raises:
        BadSetting: a number is not one, not whole, or outside its range in RANGES.
    """
    for name, number in numbers.items():
        low, high = RANGES[name]
        whole = isinstance(high, int)
        if isinstance(number, bool) or not isinstance(number, int if whole else int | float):
            what = "a whole number" if whole else "a number"
            raise BadSetting(f"{name} is {number!r}, not {what}", remedy=_choose(low, high))
        if not low <= number <= high:
            raise BadSetting(f"{name} is {number}", remedy=_choose(low, high))


def _choose(low: float, high: float) -> str:
    return f"Choose from {low:g} to {high:.10g}."


DEFAULTS = Settings()
NO_RESULT = ("threads", "memory")  # settings that change how a result is reached, and nothing else

CLASSIC = Settings(min_words=1, shingle=5, threshold=0.7, recall=0.99, bucket=256)
"""Of near-duplicate pairs of any texts (pairs.py): what users of MinHash LSH libraries expect.

Word 5-grams, 128 permutations and a Jaccard similarity of 0.7 are the usual setting. Every text
with a word counts, and buckets are compared whole up to a size at which other libraries' users
would still expect all pairs.
"""


def cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
