"""The findings as Arrow tables: what objects, JSON and CSV are made from.

Offsets are characters in the story's text; a span is half-open. Rows stand in the order of the
corpus, so that the same stories give the same tables.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.buckets import distinct
from dedup.compare import Comparison
from dedup.kernels import I64
from dedup.kinds import KINDS, NONE, REWRITTEN, SAME
from dedup.report.columns import Columns
from dedup.stories import EPOCH, UNDATED

_FIRST = "first"
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
    counts = np.diff(places.offsets)
    closest = np.where(places.kinds == NONE, len(KINDS), places.kinds)
    kinds = np.minimum.reduceat(closest, places.offsets[:-1]) if len(counts) else closest
    head_texts = columns.texts.of[first]
    return pa.table(
        {
            "id": pa.array(
                [f"{x:016x}" for x in columns.texts.fingerprints[head_texts].tolist()], pa.string()
            ),
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
    equal = matches < 0
    found = columns.matches.found
    some = np.where(equal, 0, matches)

    def measured(values: np.ndarray) -> np.ndarray:
        return np.where(equal, 1.0, values[some]) if len(values) else np.ones(len(matches))

    spans = columns.to_characters(
        np.repeat(of_story, 2), columns.place_bytes[rows].reshape(-1)
    ).reshape(-1, 2)
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
            "jaccard": measured(found.jaccard),
            "containment": measured(found.right_containment),
            "first_containment": measured(found.left_containment),
            "evidence": _evidence(columns, np.where(kinds == REWRITTEN, matches, -1)),
        }
    )


def matches(columns: Columns) -> pa.Table:
    """A row a match: two paragraphs of two stories, the left one published first.

    Distinct texts are matched where each was first seen; an equal paragraph, with the first one.
    """
    texts, of_story = columns.texts, columns.paragraphs.stories
    again = texts.occurrences
    first = np.repeat(texts.first, np.diff(texts.offsets))
    kept = of_story[first] != of_story[again]
    first, again = first[kept], again[kept]
    rows = columns.recycled
    pairs = texts.first[columns.matches.pairs[rows]]
    left = np.concatenate((pairs[:, 0], first))
    right = np.concatenate((pairs[:, 1], again))
    order = np.lexsort((right, left))
    links = np.concatenate((rows, np.full(len(first), -1)))[order]
    return _match_table(columns, left[order], right[order], links)


def templates(columns: Columns) -> pa.Table:
    """A row a pair of paragraphs whose sentence agrees and whose facts do not."""
    rows = columns.templates
    texts = columns.matches.pairs[rows]
    pairs = columns.texts.first[texts]
    table = _match_table(columns, pairs[:, 0], pairs[:, 1], rows).drop_columns(["evidence"])
    frames = columns.texts.fingerprints[columns.frames[texts[:, 1]]]
    return table.add_column(
        0, "frame", pa.array([f"{x:016x}" for x in frames.tolist()], pa.string())
    )


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


def _match_table(columns: Columns, left: I64, right: I64, links: I64) -> pa.Table:
    """Rows of matches; links are rows of columns.matches, or -1 for equal paragraphs."""
    equal = links < 0
    found = columns.matches.found.take(np.where(equal, 0, links)) if len(columns.matches) else None
    kinds = np.where(equal, SAME, columns.matches.kinds[links] if found else SAME)
    sides: dict[str, Any] = {}
    for name, paragraphs in (("left", left), ("right", right)):
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
            "jaccard": _measured(equal, found, "jaccard"),
            "left_containment": _measured(equal, found, "left_containment"),
            "right_containment": _measured(equal, found, "right_containment"),
            "runs": _runs(columns, left, right, links),
            "evidence": _evidence(columns, links),
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


def _measured(equal: np.ndarray, found: Comparison | None, name: str) -> np.ndarray:
    return np.where(equal, 1.0, getattr(found, name)) if found else np.ones(len(equal))


def _runs(columns: Columns, left: I64, right: I64, links: I64) -> pa.Array:
    """The shared runs of each match as characters of both stories."""
    offsets = columns.matches.found.offsets
    matched = np.flatnonzero(links >= 0)
    counts = np.ones(len(links), dtype=np.int64)
    counts[matched] = np.diff(offsets)[links[matched]]
    ends = np.cumsum(counts)
    of = np.repeat(np.arange(len(links)), counts)
    paragraphs = columns.paragraphs
    places = np.stack(
        (paragraphs.starts[left[of]], paragraphs.ends[left[of]],
         paragraphs.starts[right[of]], paragraphs.ends[right[of]]), axis=1,
    )  # fmt: skip
    inner = np.flatnonzero(links[of] >= 0)
    tile = np.arange(len(of)) - np.repeat(ends - counts, counts)
    places[inner] = columns.matches.runs[offsets[links[of[inner]]] + tile[inner]]
    stories_ = np.stack((paragraphs.stories[left[of]], paragraphs.stories[right[of]]), axis=1)
    flat = columns.to_characters(
        np.repeat(stories_, 2, axis=1).reshape(-1), places.reshape(-1)
    ).reshape(-1, 4)
    runs = pa.StructArray.from_arrays([pa.array(flat[:, k]) for k in range(4)], fields=list(_RUN))
    bounds = np.concatenate((np.zeros(1, dtype=np.int64), ends))
    return pa.LargeListArray.from_arrays(pa.array(bounds), runs)


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as dictionaries. Times are made here, since Arrow would ask for a time zone database."""
    values = {
        name: [_moment(micros) for micros in table[name].cast("int64").to_pylist()]
        if pa.types.is_timestamp(table[name].type)
        else table[name].to_pylist()
        for name in table.column_names
    }
    names = list(values)
    return [dict(zip(names, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


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
    names = np.array([*KINDS, _FIRST], dtype=object)
    index = kinds.astype(np.int64) if first is None else np.where(first, len(KINDS), kinds)
    return pa.array(names[index], pa.string())


def _texts(columns: Columns, paragraphs: I64) -> pa.Array:
    """The text of some paragraphs."""
    return _slices(
        columns, columns.paragraphs.starts[paragraphs], columns.paragraphs.ends[paragraphs]
    )


def _slices(columns: Columns, starts: I64, ends: I64) -> pa.Array:
    """The text between bytes of the corpus buffer."""
    bounds = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(ends - starts)))
    index = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], ends - starts)
    content = columns.corpus.buffer[index]
    return pa.LargeStringArray.from_buffers(
        len(starts), pa.py_buffer(bounds), pa.py_buffer(content)
    )


def _distinct(groups: I64, values: np.ndarray, count: int) -> I64:
    """How many distinct values, from 0 on, each group has."""
    pairs = np.stack((groups, values.astype(np.int64)), axis=1)
    span = int(values.max(initial=0)) + 1
    return np.bincount(distinct(pairs, span)[:, 0], minlength=count)
