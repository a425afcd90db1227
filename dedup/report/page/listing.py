"""The lists of a page: every story and family it names, a column a fact, to search and sort.

Times are seconds since 1970, UNDATED where there is none. A story or family that cannot be opened
has the block -1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dedup import stories as corpus
from dedup.buckets import distinct
from dedup.kernels import I64
from dedup.ragged import sizes_of
from dedup.report.columns import Columns
from dedup.report.page.kept import Kept

if TYPE_CHECKING:
    from dedup.report.model import Report

UNDATED = -(2**53) + 1  # the least whole number that JavaScript holds exactly
_MICROS = 1_000_000


def lists(
    report: Report, kept: Kept, story_rows: I64, story_blocks: I64, family_blocks: I64
) -> dict[str, Any]:
    """Everything a page lists.

    story_rows: int64 (stories,), the number in the list of each story.
    story_blocks, family_blocks: int64 (listed,), where each is found.
    """
    columns = report.columns
    named, sources = source_numbers(columns)
    return {
        "undated": UNDATED,
        "sources": named,
        "stories": _stories(columns, kept, sources) | {"block": story_blocks},
        "families": _families(report, kept, story_rows, sources) | {"block": family_blocks},
    }


def source_numbers(columns: Columns) -> tuple[list[str], I64]:
    """The sources by name, and the number of each story's, int64 (stories,)."""
    named = columns.corpus.sources.dictionary_encode()
    names = named.dictionary.to_pylist()
    numbers = named.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(np.array(names, dtype=object), kind="stable")
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return [names[k] for k in order], rank[numbers]


def seconds(columns: Columns) -> I64:
    """When each story was published, int64 (stories,)."""
    published = columns.corpus.published
    return np.where(published == corpus.UNDATED, UNDATED, published // _MICROS)


def _stories(columns: Columns, kept: Kept, sources: I64) -> dict[str, Any]:
    rows = pa.array(kept.stories)
    words, recycled, furniture = columns.story_words[kept.stories].T
    return {
        "id": columns.corpus.ids.take(rows).to_pylist(),
        "headline": columns.corpus.headlines.take(rows).to_pylist(),
        "source": sources[kept.stories],
        "published": seconds(columns)[kept.stories],
        "words": np.ascontiguousarray(words - furniture),
        "recycled": np.ascontiguousarray(recycled),
    }


def _families(report: Report, kept: Kept, story_rows: I64, sources: I64) -> dict[str, Any]:
    columns = report.columns
    places = columns.places
    table = report.to_arrow()["families"].take(pa.array(kept.families))
    of_story = columns.paragraphs.stories[places.paragraphs]
    published = seconds(columns)[of_story]
    last = np.maximum.reduceat(published, places.offsets[:-1]) if len(places) else published
    pairs = np.stack((places.families, sources[of_story]), axis=1)
    owners, carriers = distinct(pairs, int(sources.max(initial=0)) + 1).T
    bounds = np.searchsorted(owners, np.arange(len(places.offsets)))
    sizes = sizes_of(bounds)[kept.families]
    listed = np.isin(owners, kept.families)
    return {
        **{
            name: table[name].to_pylist()
            for name in ("id", "kind", "words", "occurrences", "wordings", "stories", "text")
        },
        "first": story_rows[of_story[places.offsets[:-1]]][kept.families],
        "last": last[kept.families],
        "carriers": np.ascontiguousarray(carriers[listed]),
        "carrier_offsets": np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes))),
    }
