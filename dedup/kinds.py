"""The decision: in which relation two compared texts stand.

    same       as good as nothing but punctuation, case, spelling or a word or two differs
    edited     much of the shorter text stands in the other
    partial    a clause of real content is copied, most of the shorter text is not
    rewritten  the same facts in other words
    template   the sentence agrees and its facts do not: other figures, names and dates
    none       anything else

The first four are recycling. What the shared runs alone say is decided by a few cut-offs (`kinds`).
The kind that a report gives is decided by all features of a pair (features.py) with a multinomial
logistic regression, fitted on labelled pairs of news paragraphs (weights.py, and in benchmarks/
fit_kinds.py how), and by three rules that stand above it (`settle`).

What it sees of a retelling are words: names, figures and rare words that both texts have. It cannot
know that two words mean the same, so a retelling that changes them all is `none`.
"""

from __future__ import annotations

import numpy as np

from dedup.compare import Comparison
from dedup.kernels import I32, U8
from dedup.settings import DEFAULTS
from dedup.weights import OFFSETS, WEIGHTS

KINDS = ("none", "same", "edited", "partial", "rewritten", "template")
NONE, SAME, EDITED, PARTIAL, REWRITTEN, TEMPLATE = range(6)
COPIED = (SAME, EDITED, PARTIAL)
RECYCLED = (*COPIED, REWRITTEN)
IS_COPIED, IS_RECYCLED = (
    np.isin(range(len(KINDS)), some) for some in (COPIED, RECYCLED)
)  # by kind

HELD = 0.38  # of the smaller set of shingles in the other: below it the runs alone show no copy
_RECYCLED = 0.5  # of the likelihood of all kinds
_COPIED = 0.6  # of the likelihood of looser kinds is enough where `containment` is shared too
_SENTENCE = 12  # words in a row, names and figures apart
_SAME_MISSING = 3  # words of one text that the other has nowhere
_SAME_UNTILED = 4  # words of one text outside the shared runs
_FACTS = 0.05  # of the shorter text's words: conflicting figures and names of a template
_FRAME = 16  # words: a template is broken up by its facts; a longer run is a copied sentence …
_FIGURES = 2  # … unless so many figures conflict
LEAST_RUN = 8  # words in a row, names and figures apart: shorter ones are stock phrases


def kinds(
    found: Comparison,
    *,
    containment: float = HELD,
    partial_words: int = DEFAULTS.partial_words,
) -> U8:
    """What the shared runs of each pair say, uint8 (pairs,), a position in KINDS."""
    column = found.column
    shorter = np.maximum(np.minimum(column("left_words"), column("right_words")), 1)
    copied = np.maximum(found.left_containment, found.right_containment) >= containment

    out = np.zeros(len(found), dtype=np.uint8)
    clause = (column("longest_plain") >= LEAST_RUN) & (column("tiled_plain") >= partial_words)
    out[clause] = PARTIAL
    out[copied] = EDITED
    out[copied & _as_good_as_equal(found)] = SAME
    figures = np.minimum(column("left_figures"), column("right_figures"))
    broken = (column("longest") < _FRAME) | (figures >= _FIGURES)
    out[copied & (conflicting_facts(found) / shorter >= _FACTS) & broken] = TEMPLATE
    return out


def judge(
    values: np.ndarray,
    found: Comparison,
    *,
    containment: float = DEFAULTS.containment,
) -> U8:
    """The kind of each pair from its features, uint8 (pairs,), a position in KINDS.

    values: float64 (pairs, features), columns in the order of features.FEATURES.
    """
    scores = values @ WEIGHTS + OFFSETS
    likely = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return settle(likely, found, containment=containment)


def settle(
    likely: np.ndarray, found: Comparison, *, containment: float = DEFAULTS.containment
) -> U8:
    """The kind of each pair from how likely each kind is, float64 (pairs, kinds).

    First whether it is recycling, then whether it is a copy, then which of those: a step is not
    lost because what speaks for it is divided among kinds. A copy that is a little less likely than
    the looser kinds is called one: who shares so much has mostly copied. Three rules stand above
    the likelihoods: a copy shares `containment`; only what is as good as equal is `same`; and two
    texts that share such words, or a sentence, and disagree in no fact are recycling, however worn
    the sentence is.
    """
    copied = np.maximum(found.left_containment, found.right_containment) >= containment
    copy = np.where(copied, likely[:, SAME] + likely[:, EDITED], 0)
    loose = likely[:, PARTIAL] + likely[:, REWRITTEN]
    rest = likely[:, NONE] + likely[:, TEMPLATE]
    out = np.where(likely[:, NONE] >= likely[:, TEMPLATE], NONE, TEMPLATE)
    equal = _as_good_as_equal(found)
    whole = found.column("longest_plain") >= _SENTENCE
    sure = (conflicting_facts(found) == 0) & (whole | (equal & copied))
    is_copy = np.where(equal, SAME, EDITED)
    is_loose = np.where(likely[:, PARTIAL] > likely[:, REWRITTEN], PARTIAL, REWRITTEN)
    is_loose[sure] = PARTIAL
    recycled = sure | (copy + loose >= _RECYCLED * (copy + loose + rest))
    out[recycled] = np.where(copied & (copy >= _COPIED * loose), is_copy, is_loose)[recycled]
    return out.astype(np.uint8)


def conflicting_facts(found: Comparison) -> I32:
    """Names and figures that only one text has, of the text with fewer; int32 (pairs,)."""
    column = found.column
    left = column("left_figures") + column("left_names")
    facts: I32 = np.minimum(left, column("right_figures") + column("right_names"))
    return facts


def _as_good_as_equal(found: Comparison) -> np.ndarray:
    """Whether next to no word of either text is missing from the other, bool (pairs,)."""
    column = found.column
    untiled = np.maximum(column("left_words"), column("right_words")) - column("tiled")
    missing = [
        column(f"{side}_figures") + column(f"{side}_names") + column(f"{side}_plain")
        for side in ("left", "right")
    ]
    few = np.maximum(*missing) <= _SAME_MISSING
    return np.asarray(few & (untiled <= _SAME_UNTILED))
