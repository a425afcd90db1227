"""One background in several wordings: families joined, and the frames of templates.

Families are stars of copies (families.py). Where a text of one retells a text of another, the later
family becomes a further wording of the earlier one. That goes one step beyond: a wording may be
joined through another one, if that retells a text of the first family itself; never further, so
that topics do not run into each other. A text that holds a copied passage and retells something
else beside it joins no two. Each text joins once, by the shortest way. One that also holds a copied
passage of the family is listed with both.

The pairs that are one template with other facts are gathered likewise.

Time and memory O(matches), with a sort.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dedup.buckets import distinct, packed
from dedup.families import Families
from dedup.kernels import I64, kernel
from dedup.kinds import EDITED, REWRITTEN, SAME, TEMPLATE
from dedup.matches import Matches
from dedup.ragged import offsets_of, rows_at, sizes_of
from dedup.texts import Texts

_STEPS = 2  # from the first wording


def join_wordings(families: Families, matches: Matches, texts: Texts) -> Families:
    """Make families whose texts retell each other one, with its wordings numbered."""
    rows = np.flatnonzero(matches.kinds == REWRITTEN)
    ends = _told(families, matches, rows, len(texts))
    apart = np.flatnonzero(ends[:, 0] != ends[:, 1])
    rows, ends = rows[apart], np.sort(ends[apart], axis=1)
    lead, by = leads(ends, len(texts))

    heads = np.union1d(families.heads, ends.reshape(-1))
    first = lead[heads]
    later = heads[first != heads]
    of_member = np.repeat(families.heads, sizes_of(families.offsets))
    owners = np.concatenate((lead[of_member], lead[later]))
    starts = np.concatenate((of_member, later))  # the first text of each member's wording
    members = np.concatenate((families.members, later))
    links = np.concatenate((families.matches, rows[by[later]]))
    whole = np.zeros((len(later), 2), dtype=np.int32)
    whole[:, 1] = texts.words[texts.first[later]]
    passages = np.concatenate((families.passages, whole))

    kept = np.union1d(families.heads[lead[families.heads] == families.heads], owners)
    order = np.lexsort((starts, members, owners))
    owners, starts = owners[order], starts[order]
    counts = np.bincount(np.searchsorted(kept, owners), minlength=len(kept))
    return replace(
        families,
        heads=kept,
        members=members[order],
        matches=links[order],
        passages=passages[order],
        wordings=_numbered(owners, starts),
        offsets=offsets_of(counts),
    )


def frames(matches: Matches, count: int) -> I64:
    """The first text of each text's template, or -1 for a text of none; int64 (count,)."""
    pairs = matches.pairs[matches.kinds == TEMPLATE]
    lead, _ = leads(pairs, count)
    out = np.full(count, -1, dtype=np.int64)
    out[pairs] = lead[pairs]
    return out


def leads(pairs: I64, count: int) -> tuple[I64, I64]:
    """The first item that each item is joined with, itself where it is none, int64 (count,).

    pairs: int64 (pairs, 2), the lower item first. Beside it the pair that joins the item, or -1.
    """
    order = np.lexsort((pairs[:, 0], pairs[:, 1]))
    lead, by = np.arange(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    _lead(pairs[order], _STEPS, lead, np.zeros(count, dtype=np.int64), by)
    by[by >= 0] = order[by[by >= 0]]
    return lead, by


@kernel
def _lead(pairs: I64, most: int, lead: I64, steps: I64, by: I64) -> None:
    """Join the right item of each pair; pairs are sorted by it, so all lower items are decided."""
    k = np.int64(0)
    while k < len(pairs):
        item, best = pairs[k, 1], np.int64(-1)
        while k < len(pairs) and pairs[k, 1] == item:
            other = pairs[k, 0]
            if steps[other] < most and (best < 0 or steps[other] < steps[pairs[best, 0]]):
                best = k
            k += 1
        if best >= 0:
            lead[item] = lead[pairs[best, 0]]
            steps[item] = steps[pairs[best, 0]] + 1
            by[item] = best


def _told(families: Families, matches: Matches, rows: I64, count: int) -> I64:
    """What each of some retellings joins, int64 (rows, 2).

    For a text that lies in a family as a whole, it is the family's first text; for another one, and
    where the words that both share stand outside the family's passage, the text itself.
    """
    heads = np.repeat(families.heads, sizes_of(families.offsets))
    kinds = matches.kinds[families.matches]
    sizes = matches.found.column("right_words")[families.matches]
    whole = ((kinds == SAME) | (kinds == EDITED)) & (2 * np.diff(families.passages)[:, 0] >= sizes)
    order = np.flatnonzero(whole)
    order = order[np.lexsort((heads[order], families.members[order]))][::-1]
    root, passage = np.arange(count, dtype=np.int64), np.zeros((count, 2), dtype=np.int64)
    root[families.members[order]] = heads[order]  # of several, the one written last: the first
    passage[families.members[order]] = families.passages[order]

    pairs, offsets = matches.pairs[rows], matches.found.offsets
    at, _ = rows_at(offsets, rows)
    of = np.repeat(np.arange(len(rows)), sizes_of(offsets)[rows])
    tiles = matches.found.tiles[at]
    shared = np.bincount(of, tiles[:, 2], len(rows))
    ends = root[pairs]
    for side in range(2):
        low, high = passage[pairs[of, side]].T
        first = tiles[:, side]
        inside = np.minimum(first + tiles[:, 2], high) - np.maximum(first, low)
        outside = 2 * np.bincount(of, np.maximum(inside, 0), len(rows)) < shared
        ends[outside, side] = pairs[outside, side]
    return ends


def _numbered(owners: I64, starts: I64) -> I64:
    """For each member the number of its wording, 0 for that of the family's first text."""
    pairs = np.stack((owners, starts), axis=1)
    count = int(pairs.max(initial=0)) + 1
    held = distinct(pairs, count)
    first = np.searchsorted(held[:, 0], held[:, 0])
    missing = held[first, 1] != held[first, 0]  # no copy of the first wording
    of = np.searchsorted(packed(held, count), packed(pairs, count))
    return np.asarray((np.arange(len(held)) - first + missing)[of])
