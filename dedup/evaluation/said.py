"""What a report says of two passages: in which relation they stand.

A passage is taken for every paragraph, and every place of a family, that shares with it half of the
shorter of the two. Of what is found in this way for both sides, the strongest kind counts: equal
texts, then a match of two texts, and where there is none, a family that both stand in: in one
wording the kind of the one that is further from the wording's first text, in two of them
`rewritten`. Where there is none of these, two texts with one frame are a template.

Time O(passages * log paragraphs) and what they overlap; no pair of paragraphs is looked at
that is not labelled.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64, U8, chunks
from dedup.kinds import KINDS, NONE, PARTIAL, REWRITTEN, SAME, TEMPLATE
from dedup.report.columns import Columns

_LOOKED_UP = 1_000_000  # pairs of texts at a time
_SPAN = 2**32  # characters: beyond any text, so that a story and an offset make one number


def kinds_said(columns: Columns, stories: I64, spans: I64) -> U8:
    """The kind that the report gives each pair of passages, uint8 (pairs,), positions in KINDS.

    stories: int64 (pairs, 2). spans: int64 (pairs, 2, 2), characters.
    """
    count = len(stories)
    stories, spans = stories.reshape(-1), spans.reshape(-1, 2)
    sides, paragraphs = _overlapped(columns, stories, spans)
    half = _half(columns.paragraph_spans[paragraphs], spans[sides])
    texts = columns.texts.of[paragraphs]
    chosen = half & (texts >= 0)
    out = _matched(columns, sides[chosen], texts[chosen], count)
    unsaid = np.flatnonzero(out == NONE)
    related = _in_families(columns, sides, paragraphs, spans, count)
    out[unsaid] = related[unsaid]
    unsaid = np.flatnonzero(out == NONE)
    framed = _in_frames(columns, sides[chosen], texts[chosen], count)
    out[unsaid] = framed[unsaid]
    return out


def _in_frames(columns: Columns, sides: I64, texts: I64, count: int) -> U8:
    """TEMPLATE for the pairs whose two sides have texts of one frame, uint8 (count,)."""
    frames = columns.frames[texts]
    kept = np.flatnonzero(frames >= 0)
    keys = sides[kept] // 2 * len(columns.texts) + frames[kept]
    both = np.intersect1d(keys[sides[kept] % 2 == 0], keys[sides[kept] % 2 == 1])
    out = np.full(count, NONE, dtype=np.uint8)
    out[both // max(1, len(columns.texts))] = TEMPLATE
    return out


def _overlapped(columns: Columns, stories: I64, spans: I64) -> tuple[I64, I64]:
    """Each passage with each paragraph that it shares a character with, as two columns."""
    keys = columns.paragraphs.stories * _SPAN
    bounds = columns.paragraph_spans
    first = np.searchsorted(keys + bounds[:, 1], stories * _SPAN + spans[:, 0], side="right")
    last = np.searchsorted(keys + bounds[:, 0], stories * _SPAN + spans[:, 1], side="left")
    return _expanded(first, last)


def _expanded(first: I64, last: I64) -> tuple[I64, I64]:
    """Row numbers k, each with every number of first[k]:last[k]."""
    sizes = np.maximum(last - first, 0)
    ends = np.cumsum(sizes)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return rows, np.arange(len(rows)) + np.repeat(first - (ends - sizes), sizes)


def _half(spans: I64, others: I64) -> np.ndarray:
    """Whether two spans share half of the shorter one, bool (spans,)."""
    common = np.minimum(spans[:, 1], others[:, 1]) - np.maximum(spans[:, 0], others[:, 0])
    shorter = np.minimum(spans[:, 1] - spans[:, 0], others[:, 1] - others[:, 0])
    return np.asarray((common > 0) & (2 * common >= shorter))


def _matched(columns: Columns, sides: I64, texts: I64, count: int) -> U8:
    """The strongest kind between the texts of the two sides of each pair, uint8 (count,)."""
    starts = np.searchsorted(sides, np.arange(2 * count + 1))  # sides are sorted
    lefts = np.flatnonzero(sides % 2 == 0)
    first, last = starts[sides[lefts] + 1], starts[sides[lefts] + 2]
    pairs, kinds = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint8)]
    for part in chunks(last - first, _LOOKED_UP):  # passages may be as long as whole stories
        rows, rights = _expanded(first[part], last[part])
        found = _between(columns, texts[lefts[part]][rows], texts[rights])
        kept = np.flatnonzero(found != NONE)
        pairs.append(sides[lefts[part]][rows[kept]] // 2)
        kinds.append(found[kept])
    return _strongest(np.concatenate(pairs), np.concatenate(kinds), count)


def _between(columns: Columns, a: I64, b: I64) -> U8:
    """The kind of each two texts, uint8 (len(a),)."""
    size = len(columns.texts)
    known = columns.matches.pairs[:, 0] * size + columns.matches.pairs[:, 1]  # sorted
    wanted = np.minimum(a, b) * size + np.maximum(a, b)
    places = np.searchsorted(known, wanted)
    out = np.full(len(wanted), NONE, dtype=np.uint8)
    found = np.flatnonzero(places < len(known))
    found = found[known[places[found]] == wanted[found]]
    out[found] = columns.matches.kinds[places[found]]
    out[a == b] = SAME
    return out


def _strongest(pairs: I64, kinds: U8, count: int) -> U8:
    """Of each pair's kinds the strongest, NONE where it has none, uint8 (count,).

    But for NONE, which stands first, KINDS is in the order of strength.
    """
    best = np.full(count, len(KINDS), dtype=np.uint8)
    np.minimum.at(best, pairs, kinds)
    return np.where(best == len(KINDS), np.uint8(NONE), best)


def _in_families(columns: Columns, sides: I64, paragraphs: I64, spans: I64, count: int) -> U8:
    """The strongest kind that a family gives the two sides of each pair, uint8 (count,)."""
    places = columns.places
    order = np.argsort(places.paragraphs, kind="stable")
    held = places.paragraphs[order]
    rows, found = _expanded(
        np.searchsorted(held, paragraphs, side="left"),
        np.searchsorted(held, paragraphs, side="right"),
    )
    sides, found = sides[rows], order[found]
    passages = _passages(columns, found)
    half = _half(passages, spans[sides])
    sides, found, passages = sides[half], found[half], passages[half]

    many = max(1, len(places.offsets) - 1)
    owners = sides // 2 * many + places.families[found]
    most = int(places.wordings.max(initial=0)) + 1
    wordings = owners * most + places.wordings[found]
    # The first text of a later wording retells the family; within its wording it is the first.
    kinds = np.where(places.kinds[found] == REWRITTEN, NONE, places.kinds[found])
    whole = columns.paragraph_spans[places.paragraphs[found]]
    minor = 2 * (passages[:, 1] - passages[:, 0]) < whole[:, 1] - whole[:, 0]
    left = sides % 2 == 0
    nearest = [_nearest(wordings[side], 2 * kinds[side] + minor[side]) for side in (left, ~left)]
    common, a, b = np.intersect1d(
        nearest[0][0], nearest[1][0], assume_unique=True, return_indices=True
    )
    near = np.stack((nearest[0][1][a], nearest[1][1][b]))
    # A first text has NONE, and the kinds behind it stand in the order of distance.
    further = np.maximum(near.max(axis=0) // 2, np.uint8(SAME))
    # Of two paragraphs that hold it among other text, each has a clause of the other.
    further[(near % 2).all(axis=0)] = PARTIAL
    # Two clauses of one text need not be about the same.
    entire = places.kinds[found] != PARTIAL
    retold = np.intersect1d(owners[left & entire], owners[~left & entire])
    return _strongest(
        np.concatenate((common // most // many, retold // many)),
        np.concatenate((further, np.full(len(retold), REWRITTEN, dtype=np.uint8))),
        count,
    )


def _nearest(wordings: I64, kinds: U8) -> tuple[I64, U8]:
    """Each wording once, with the least kind: that of the place closest to its first text."""
    names, of = np.unique(wordings, return_inverse=True)
    nearest = np.full(len(names), 2 * len(KINDS), dtype=np.uint8)
    np.minimum.at(nearest, of, kinds)
    return names, nearest


def _passages(columns: Columns, rows: I64) -> I64:
    """The characters of some places of families, int64 (rows, 2)."""
    distinct, of = np.unique(rows, return_inverse=True)
    by_paragraph = np.argsort(columns.places.paragraphs[distinct], kind="stable")
    chosen = distinct[by_paragraph]
    stories = np.repeat(columns.paragraphs.stories[columns.places.paragraphs[chosen]], 2)
    out = np.empty((len(distinct), 2), dtype=np.int64)
    out[by_paragraph] = columns.to_characters(
        stories, columns.place_bytes[chosen].reshape(-1)
    ).reshape(-1, 2)
    return out[of]
