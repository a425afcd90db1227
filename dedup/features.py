"""What is known of a pair of texts, as the numbers that judge it.

Some come from the two texts: the runs they share (compare.py), the words they share whatever the
order, weighted by rarity (weigh.py), and the pairs of neighbouring words. Others only the corpus
knows: how much of the shared runs is well worn, and how often the matches of a text disagree about
names and figures, as those of a template do with each other.

All are bounded or grow slowly, so that texts of any length can be judged.
"""

from __future__ import annotations

import numpy as np

from dedup.compare import Comparison
from dedup.kernels import I32, I64, U8
from dedup.kinds import TEMPLATE, conflicting_facts
from dedup.weigh import Weights

FEATURES = (
    "bigrams", "containment", "longest", "missing", "weighted_jaccard", "shared_weight",
    "shared_facts", "shared_plain", "conflict", "facts", "figures", "frame", "worn", "contested",
)  # fmt: skip
_LONG = 40.0  # words: a longer run says no more
_FIGURES = 3.0
_MANY = 8.0  # plain words: more say no more
CONTESTED = 0.04  # of the shorter text's words: conflicting names and figures


def features(
    found: Comparison,
    by_runs: U8,
    weights: Weights,
    bigrams: I32,
    worn: I32,
    contested: np.ndarray,
) -> np.ndarray:
    """The features of each pair, float64 (pairs, features), columns in the order of FEATURES.

    by_runs: what the runs alone say of each pair, uint8 (pairs,).
    bigrams: the shared pairs of neighbouring words, those of the left and of the right text; int32
        (pairs, 3).
    worn: words of the shared runs that are well worn, int32 (pairs,).
    contested: the part of the matches of the texts of each pair that disagree, float64 (pairs,).

        bigrams: shared neighbours as a part of all.
        containment: of the smaller set of shingles in the other.
        longest: the words of the longest run, up to 40.
        missing: plain words outside the runs that the other text has nowhere, of the text that
            has fewer of them, as a part of the shorter text.
        weighted_jaccard: weight of the shared words as a part of all; shared_weight: ln(1 + it).
        shared_facts: weight of the shared names and figures.
        shared_plain: how many words shared are neither names nor figures, up to 8.
        conflict: weight of names and figures that only one text has, of the text with fewer, as a
            part of the shorter text's weight.
        facts, figures: names and figures that only one text has, outside the shared runs, of the
            text with fewer, as a part of the shorter text's words; figures alone, up to 3.
        frame: 1 where the runs alone say `template`.
        worn: as a part of the shorter text's words.
    """
    column = found.column
    shorter = np.maximum(np.minimum(column("left_words"), column("right_words")), 1)
    shared = weights.column("shared")
    neighbours = bigrams[:, 1] + bigrams[:, 2] - bigrams[:, 0]
    conflict = np.minimum(weights.column("shorter_facts"), weights.column("longer_facts"))
    return np.stack(
        (
            bigrams[:, 0] / np.maximum(neighbours, 1),
            np.maximum(found.left_containment, found.right_containment),
            np.minimum(column("longest"), _LONG),
            np.minimum(column("left_plain"), column("right_plain")) / shorter,
            weights.jaccard,
            np.log1p(shared),
            weights.column("shared_facts"),
            np.minimum(weights.column("shared_plain"), _MANY),
            conflict / np.maximum(shared + weights.column("shorter"), 1e-6),
            conflicting_facts(found) / shorter,
            np.minimum(np.minimum(column("left_figures"), column("right_figures")), _FIGURES),
            by_runs == TEMPLATE,
            worn / shorter,
            contested,
        ),
        axis=1,
    )


def disagree(found: Comparison) -> np.ndarray:
    """Whether the two texts of each pair conflict in names and figures, bool (pairs,)."""
    shorter = np.minimum(found.column("left_words"), found.column("right_words"))
    return np.asarray(conflicting_facts(found) >= CONTESTED * np.maximum(shorter, 1))


def contested_share(
    pairs: I64, chosen: np.ndarray, conflicting: np.ndarray, count: int
) -> np.ndarray:
    """Of the chosen pairs of each text, the part that disagrees; the larger of a pair's two.

    pairs: int64 (pairs, 2). chosen, conflicting: bool (pairs,). Gives float64 (pairs,).
    """
    sides = pairs[chosen].reshape(-1)
    matched = np.bincount(sides, minlength=count)
    apart = np.bincount(pairs[chosen & conflicting].reshape(-1), minlength=count)
    share = apart / (matched + 1)
    return np.asarray(share[pairs].max(axis=1)) if len(pairs) else np.empty(0)
