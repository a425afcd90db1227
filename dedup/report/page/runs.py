"""The recycled words of each paragraph, as stretches of its text: what its story's share counts.

A paragraph that equals one of an earlier story is recycled whole. Of another one, the runs that it
shares with any earlier text it is matched to; they are known as words of a text and become
characters of this paragraph, whose spelling may differ from that of its first occurrence.

Time O(runs + words), with a sort.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64
from dedup.ragged import rows_at, sizes_of
from dedup.report.columns import Columns
from dedup.tokens import tokenise


def recycled_runs(columns: Columns, paragraphs: I64) -> tuple[I64, I64]:
    """The runs of some paragraphs in characters of their stories, int64 (runs, 2), and offsets."""
    held, texts = columns.paragraphs, columns.texts
    of, stories = texts.of[paragraphs], held.stories[paragraphs]
    first = held.stories[texts.first[np.maximum(of, 0)]] if len(texts) else stories
    whole = np.flatnonzero((of >= 0) & (first < stories))
    part = np.flatnonzero((of >= 0) & (first == stories))
    owners, starts, ends = _shared(columns, paragraphs[part], of[part])
    owners = np.concatenate((whole, part[owners]))
    starts = np.concatenate((held.starts[paragraphs[whole]], starts))
    ends = np.concatenate((held.ends[paragraphs[whole]], ends))
    owners, starts, ends = _merged(owners, starts, ends)
    bytes_ = np.stack((starts, ends), axis=1).reshape(-1)
    spans = columns.to_characters(np.repeat(stories[owners], 2), bytes_).reshape(-1, 2)
    bounds = np.searchsorted(owners, np.arange(len(paragraphs) + 1))
    return spans, bounds.astype(np.int64)


def _shared(columns: Columns, paragraphs: I64, texts: I64) -> tuple[I64, I64, I64]:
    """Every shared run of some paragraphs: whose it is, and its bytes; runs may overlap."""
    matches, held = columns.matches, columns.paragraphs
    rows = columns.recycled[np.argsort(matches.pairs[columns.recycled, 1], kind="stable")]
    bounds = np.searchsorted(matches.pairs[rows, 1], np.arange(len(columns.texts) + 1))
    links, of_links = rows_at(bounds.astype(np.int64), texts)
    tiles, of_tiles = rows_at(matches.found.offsets, rows[links])
    sizes = sizes_of(of_tiles[of_links])
    matched = np.flatnonzero(sizes)
    chosen = paragraphs[matched]
    tokens = tokenise(columns.corpus.buffer, held.starts[chosen], held.ends[chosen], columns.fold)
    first = np.repeat(tokens.offsets[:-1], sizes[matched]) + matches.found.tiles[tiles, 1]
    last = first + matches.found.tiles[tiles, 2] - 1
    return np.repeat(np.arange(len(paragraphs)), sizes), tokens.starts[first], tokens.ends[last]


def _merged(owners: I64, starts: I64, ends: I64) -> tuple[I64, I64, I64]:
    """The runs of each owner that overlap or touch as one, in order.

    Owners are paragraphs in the order of their bytes or not, so bytes of two may not be compared:
    a run counts as later than all runs of the owners before it.
    """
    order = np.lexsort((starts, owners))
    owners, starts, ends = owners[order], starts[order], ends[order]
    span = int(ends.max(initial=0)) + 2
    _, rank = np.unique(owners, return_inverse=True) if len(owners) else (None, owners)
    base = rank * span
    reach = np.maximum.accumulate(base + ends)
    fresh = np.ones(len(owners), dtype=bool)
    fresh[1:] = (base + starts)[1:] > reach[:-1]
    at = np.flatnonzero(fresh)
    last = np.append(at[1:], len(owners))[: len(at)] - 1
    return owners[at], starts[at], (reach - base)[last]
