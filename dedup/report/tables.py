"""The findings as Arrow tables: what objects, JSON and CSV are made from.

Offsets are characters in the story's text; a span is half-open. Rows stand in the order of the
corpus, so that the same stories give the same tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.buckets import distinct
from dedup.kernels import I64, U64
from dedup.kinds import KINDS, NONE, REWRITTEN, SAME
from dedup.ragged import sizes_of
from dedup.report.columns import Columns, MatchRows
from dedup.report.lines import cut, moments
from dedup.scratch import passed
from dedup.stories import UNDATED

_FIRST = "first"
_TAKEN = 100_000  # texts, after which the corpus is let go
_RUN = pa.struct(
    [(name, pa.int64()) for name in ("left_start", "left_end", "right_start", "right_end")]
)


def stories(columns: Columns) -> pa.Table:
    """A row a story: its names and dates, and how many of its words are recycled."""
    words, recycled, furniture = columns.story_words.T
    counted = np.maximum(words - furniture, 1)
    everyone = np.arange(len(columns.corpus))
    return pa.table(
        {
            **_story(columns, everyone, "id"),
            "paragraphs": np.bincount(columns.paragraphs.stories, minlength=len(everyone)),
            "words": words,
            "recycled_words": recycled,
            "furniture_words": furniture,
            "recycled": recycled / counted,
        }
    )


def families(columns: Columns) -> pa.Table:
    """A row a family: its first text, where that was first seen, and how far it went."""
    places = columns.places
    first = places.paragraphs[places.offsets[:-1]]
    of_story = columns.paragraphs.stories[places.paragraphs]
    named = columns.corpus.sources.dictionary_encode()
    sources = named.indices.to_numpy(zero_copy_only=False)
    sourced = np.asarray([name != "" for name in named.dictionary.to_pylist()], dtype=bool)
    with_source = np.flatnonzero(sourced[sources[of_story]])
    counts = sizes_of(places.offsets)
    closest = np.where(places.kinds == NONE, len(KINDS), places.kinds)
    kinds = np.minimum.reduceat(closest, places.offsets[:-1]) if len(counts) else closest
    head_texts = columns.texts.of[first]
    return pa.table(
        {
            "id": _hexadecimal(columns.texts.fingerprints[head_texts]),
            "kind": _kind(kinds),
            "words": columns.texts.words[first],
            "occurrences": counts,
            "wordings": np.maximum.reduceat(places.wordings, places.offsets[:-1]) + 1
            if len(counts)
            else counts,
            "stories": _distinct(places.families, of_story, len(counts)),
            "sources": _distinct(
                places.families[with_source], sources[of_story[with_source]], len(counts)
            ),
            **_story(columns, of_story[places.offsets[:-1]], "story"),
            "text": _texts(columns, first),
        }
    )


def occurrences(columns: Columns, rows: slice = slice(None)) -> pa.Table:
    """A row a place of a family: where it stands and how it differs from the first text."""
    places = columns.places
    paragraphs = places.paragraphs[rows]
    of_story = columns.paragraphs.stories[paragraphs]
    matches = places.matches[rows]
    spans = columns.to_characters(of_story[:, None], columns.place_bytes[rows])
    kinds = places.kinds[rows]
    return pa.table(
        {
            "family": places.families[rows],
            **_story(columns, of_story, "story"),
            "paragraph": columns.paragraph_numbers[paragraphs],
            "start": spans[:, 0],
            "end": spans[:, 1],
            "wording": places.wordings[rows],
            "kind": _kind(kinds, first=kinds == NONE),
            "jaccard": _measured(columns.shares.jaccard, matches),
            "containment": _measured(columns.shares.right_containment, matches),
            "first_containment": _measured(columns.shares.left_containment, matches),
            "evidence": _evidence(columns, np.where(kinds == REWRITTEN, matches, -1)),
        }
    )


def matches(columns: Columns, rows: slice = slice(None)) -> pa.Table:
    """A row a match: two paragraphs of two stories, the left one published first."""
    chosen = columns.match_rows.part(rows)
    table = _match_table(columns, chosen)
    return table.append_column("evidence", _evidence(columns, chosen.links))


def templates(columns: Columns, rows: slice = slice(None)) -> pa.Table:
    """A row a pair of paragraphs whose sentence agrees and whose facts do not."""
    chosen = columns.template_rows.part(rows)
    later = columns.matches.pairs[chosen.links, 1]
    frames = columns.texts.fingerprints[columns.frames[later]]
    return _match_table(columns, chosen).add_column(0, "frame", _hexadecimal(frames))


def furniture(columns: Columns) -> pa.Table:
    """A row a run of words that pages pasted into paragraphs; matches over it do not count."""
    pasted = columns.matches.pasted
    of_story = columns.paragraphs.stories[columns.texts.first[pasted.texts]]
    return pa.table(
        {
            "paragraphs": pasted.counts,
            **_story(columns, of_story, "story"),
            "text": _slices(columns, pasted.places[:, 0], pasted.places[:, 1]),
        }
    )


def near_duplicate_stories(columns: Columns) -> pa.Table:
    """A row a pair of whole stories that are mostly the same text."""
    alike, ids = columns.alike, columns.corpus.ids
    union = np.maximum(alike.left + alike.right - alike.shared, 1)
    return pa.table(
        {
            "left": ids.take(pa.array(alike.pairs[:, 0])),
            "right": ids.take(pa.array(alike.pairs[:, 1])),
            "group": ids.take(pa.array(alike.groups)),
            "jaccard": alike.shared / union,
            "left_containment": alike.shared / np.maximum(alike.left, 1),
            "right_containment": alike.shared / np.maximum(alike.right, 1),
        }
    )


def _match_table(columns: Columns, rows: MatchRows) -> pa.Table:
    links = rows.links
    kinds = np.full(len(links), SAME, dtype=np.uint8)
    linked = np.flatnonzero(links >= 0)
    kinds[linked] = columns.matches.kinds[links[linked]]
    sides: dict[str, Any] = {}
    for name, paragraphs in (("left", rows.left), ("right", rows.right)):
        spans = columns.paragraph_spans[paragraphs]
        of_story = columns.paragraphs.stories[paragraphs]
        sides |= {
            f"{name}_story": columns.corpus.ids.take(pa.array(of_story)),
            f"{name}_paragraph": columns.paragraph_numbers[paragraphs],
            f"{name}_start": spans[:, 0],
            f"{name}_end": spans[:, 1],
        }
    return pa.table(
        {
            "kind": _kind(kinds),
            **sides,
            "jaccard": _measured(columns.shares.jaccard, links),
            "left_containment": _measured(columns.shares.left_containment, links),
            "right_containment": _measured(columns.shares.right_containment, links),
            "runs": _runs(columns, rows),
        }
    )


def _evidence(columns: Columns, links: I64) -> pa.Array:
    """The words that speak for each match, an empty list where its runs do."""
    held = columns.evidence
    first = np.searchsorted(held.matches, links, side="left")
    sizes = np.where(links < 0, 0, np.searchsorted(held.matches, links, side="right") - first)
    bounds = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    rows = np.arange(bounds[-1]) + np.repeat(first - bounds[:-1], sizes)
    words = _slices(columns, held.places[rows, 0], held.places[rows, 1])
    return pa.LargeListArray.from_arrays(pa.array(bounds), words)


def _measured(values: np.ndarray, links: I64) -> np.ndarray:
    """Values of matches, and 1 for equal paragraphs."""
    out = np.ones(len(links))
    linked = np.flatnonzero(links >= 0)
    out[linked] = values[links[linked]]
    return out


def _runs(columns: Columns, rows: MatchRows) -> pa.Array:
    """The shared runs of each match as characters of both stories."""
    offsets, paragraphs, links = columns.matches.found.offsets, columns.paragraphs, rows.links
    linked, equal = np.flatnonzero(links >= 0), np.flatnonzero(links < 0)
    first, counts = np.zeros(len(links), dtype=np.int64), np.ones(len(links), dtype=np.int64)
    first[linked] = offsets[links[linked]]
    counts[linked] = offsets[links[linked] + 1] - first[linked]
    bounds = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
    places = np.empty((bounds[-1], 4), dtype=np.int64)
    if len(columns.matches.runs):  # of equal paragraphs too, for a moment
        held = np.arange(bounds[-1]) + np.repeat(first - bounds[:-1], counts)
        np.take(columns.matches.runs, held, axis=0, out=places)
    sides = np.stack((rows.left, rows.left, rows.right, rows.right), axis=1)
    whole = sides[equal]
    places[bounds[equal], ::2] = paragraphs.starts[whole[:, ::2]]
    places[bounds[equal], 1::2] = paragraphs.ends[whole[:, 1::2]]
    stories = np.repeat(paragraphs.stories[sides], counts, axis=0)
    flat = columns.to_characters(stories, places)
    runs = pa.StructArray.from_arrays([pa.array(flat[:, k]) for k in range(4)], fields=list(_RUN))
    return pa.LargeListArray.from_arrays(pa.array(bounds), runs)


LONG: dict[str, Callable[[Columns, slice], pa.Table]] = {
    "occurrences": occurrences,
    "matches": matches,
    "templates": templates,
}
"""Tables that can be made some rows at a time."""


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    values = {
        name: moments(table[name])
        if pa.types.is_timestamp(table[name].type)
        else table[name].to_pylist()
        for name in table.column_names
    }
    names = list(values)
    return [dict(zip(names, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _story(columns: Columns, of_story: I64, name: str) -> dict[str, Any]:
    """The columns that say which story a row is about."""
    corpus, rows = columns.corpus, pa.array(of_story)
    published = corpus.published[of_story]
    return {
        name: corpus.ids.take(rows),
        "headline": corpus.headlines.take(rows),
        "source": corpus.sources.take(rows),
        "published": pa.array(published, mask=published == UNDATED).cast(
            pa.timestamp("us", tz="UTC")
        ),
    }


def _kind(kinds: np.ndarray, first: np.ndarray | None = None) -> pa.Array:
    """Kinds by name; `first` where the row is a family's first text."""
    names = pa.array([*KINDS, _FIRST], pa.string())
    index = kinds.astype(np.int64) if first is None else np.where(first, len(KINDS), kinds)
    return names.take(pa.array(index))


def _hexadecimal(numbers: U64) -> pa.Array:
    """Numbers in sixteen digits each."""
    digits = numbers.astype(">u8").tobytes().hex().encode()
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), len(numbers), [None, pa.py_buffer(digits)]
    ).cast(pa.string())


def _texts(columns: Columns, paragraphs: I64) -> pa.Array:
    """The text of some paragraphs, taken from the corpus buffer as it lies."""
    held = columns.paragraphs
    parts = [cut(columns.corpus.buffer, np.zeros(1, dtype=np.int64))]
    for first in range(0, len(paragraphs), _TAKEN):
        own = paragraphs[first : first + _TAKEN]
        starts, once, rows = np.unique(held.starts[own], return_index=True, return_inverse=True)
        bounds = np.stack((starts, held.ends[own[once]]), axis=1).reshape(-1)
        parts.append(cut(columns.corpus.buffer, bounds).take(pa.array(2 * rows)))
        passed()
    return pa.concat_arrays(parts)


def _slices(columns: Columns, starts: I64, ends: I64) -> pa.Array:
    """The text between bytes of the corpus buffer; made for a few words each."""
    bounds = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(ends - starts)))
    index = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], ends - starts)
    return cut(columns.corpus.buffer[index], bounds)


def _distinct(groups: I64, values: np.ndarray, count: int) -> I64:
    """How many distinct values, from 0 on, each group has."""
    pairs = np.stack((groups, values.astype(np.int64)), axis=1)
    span = int(values.max(initial=0)) + 1
    return np.bincount(distinct(pairs, span)[:, 0], minlength=count)
