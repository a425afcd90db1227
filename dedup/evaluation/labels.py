"""Labels: pairs of passages, and the kind that a reader gave each.

A pair is an object such as {"a": {"story": "s1", "start": 0, "end": 120}, "b": {…}, "label":
"edited", "stratum": "C"}; offsets are characters of the story's text, half-open. `unsure` is a pair
on which readers did not agree: it is left out. `stratum`, which may be missing, says from which
part of the population the pair was drawn; other keys are ignored.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from dedup.errors import BadInput, quoted
from dedup.kernels import I64, U8
from dedup.kinds import KINDS
from dedup.report.columns import Columns

Given = str | Path | Iterable[Mapping[str, Any]]
Strata = str | Path | Mapping[str, float]

UNSURE = "unsure"
_BOM = b"\xef\xbb\xbf"
_FURTHEST = 2**31  # characters: beyond any text


@dataclass(frozen=True, eq=False, slots=True)
class Labels:
    """Labelled pairs, in the order given, those that are unsure left out.

    ids: the two stories of each pair. wheres: where each pair was read, for faults.
    spans: int64 (pairs, 2, 2), start and end of side a, start and end of side b.
    kinds: uint8 (pairs,), positions in KINDS.
    strata: one a pair; "" where none is named.
    weights: float64 (pairs,), for how many pairs of the population each stands; None if unknown.
    unsure: how many were left out.
    """

    ids: list[tuple[str, str]]
    wheres: list[str]
    spans: I64
    kinds: U8
    strata: list[str]
    weights: np.ndarray | None
    unsure: int

    def __len__(self) -> int:
        return len(self.ids)


def read_labels(given: Given, *, strata: Strata | None = None) -> Labels:
    """Take labels from a file of JSON Lines or from Python, and the sizes of their strata.

    Raises:
        BadInput: a file cannot be read, a label is malformed, a stratum's size is not told.
    """
    sizes = None if strata is None else _sizes(strata)
    ids, wheres, spans, kinds, drawn = [], [], [], [], []
    unsure = 0
    for where, pair in _pairs(given):
        kind = _kind(pair, where)
        if kind == UNSURE:
            unsure += 1
            continue
        (left, *left_span), (right, *right_span) = (_side(pair, name, where) for name in "ab")
        ids.append((left, right))
        wheres.append(where)
        spans.append((left_span, right_span))
        kinds.append(KINDS.index(kind))
        drawn.append(_stratum(pair, where))
    return Labels(
        ids=ids,
        wheres=wheres,
        spans=np.array(spans, dtype=np.int64).reshape(-1, 2, 2),
        kinds=np.array(kinds, dtype=np.uint8),
        strata=drawn,
        weights=None if sizes is None else _weights(drawn, wheres, sizes),
        unsure=unsure,
    )


def locate(labels: Labels, columns: Columns) -> I64:
    """The positions of the labelled stories in the corpus, int64 (pairs, 2).

    Raises:
        BadInput: a story is not there, or its text ends before a passage does.
    """
    stories = _positions(labels, columns)
    distinct, of = np.unique(stories, return_inverse=True)
    ends = columns.to_characters(distinct, columns.corpus.ends[distinct])[of].reshape(-1, 2)
    beyond = np.argwhere(labels.spans[:, :, 1] > ends)
    if len(beyond):
        pair, side = beyond[0].tolist()
        raise BadInput(
            f'"{"ab"[side]}" ends at character {labels.spans[pair, side, 1]} of story'
            f" {quoted(labels.ids[pair][side])}, which has {ends[pair, side]}",
            where=labels.wheres[pair],
            remedy="Offsets count characters, not bytes, of the text as it stands in the corpus.",
        )
    return stories


def _positions(labels: Labels, columns: Columns) -> I64:
    import pyarrow as pa
    import pyarrow.compute as pc

    names = [name for pair in labels.ids for name in pair]
    found = pc.index_in(pa.array(names, pa.large_string()), value_set=columns.corpus.ids)
    out = np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    missing = np.flatnonzero(out < 0).tolist()
    if missing:
        count = len({names[k] for k in missing})
        raise BadInput(
            f"{count:,} labelled {'story is' if count == 1 else 'stories are'} not in the corpus,"
            f" the first {quoted(names[missing[0]])}",
            where=labels.wheres[missing[0] // 2],
            remedy="Evaluate on the corpus that was labelled; --id-field names the field of ids.",
        )
    return out.reshape(-1, 2)


def _sizes(given: Strata) -> dict[str, float]:
    """How many pairs of the population each stratum holds."""
    where, sizes = "strata", given
    if isinstance(given, str | Path):
        where, sizes = str(given), _json(_content(Path(given)), str(given))
    if not isinstance(sizes, Mapping):
        raise BadInput(
            f"this is {_type(sizes)}, not an object",
            where=where,
            remedy='Write {"A": 9557, "B": 2179}: how many pairs each stratum holds.',
        )
    for name, size in sizes.items():
        number = isinstance(size, int | float) and not isinstance(size, bool)
        if not (number and 0 <= size < math.inf):
            raise BadInput(
                f"stratum {quoted(name)} holds {quoted(size)}",
                where=where,
                remedy="Give how many pairs it holds, 0 or more.",
            )
    return {name: float(size) for name, size in sizes.items()}


def _weights(drawn: list[str], wheres: list[str], sizes: Mapping[str, float]) -> np.ndarray:
    """Each pair stands for its share of its stratum, float64 (pairs,)."""
    unknown = [k for k, name in enumerate(drawn) if name not in sizes]
    if unknown:
        name = drawn[unknown[0]]
        told = ", ".join(map(quoted, list(sizes)[:12])) or "none"
        raise BadInput(
            f"stratum {quoted(name)} has no size" if name else "the pair names no stratum",
            where=wheres[unknown[0]],
            remedy=f"Give the size of the stratum of every pair; told are {told}.",
        )
    names, of, counts = np.unique(
        np.array(drawn, dtype=np.str_), return_inverse=True, return_counts=True
    )
    return np.asarray((np.array([sizes[name] for name in names.tolist()]) / counts)[of])


def _pairs(given: Given) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each pair, and where it stands."""
    if isinstance(given, str | Path):
        for number, line in enumerate(_content(Path(given)).splitlines(), 1):
            if line.strip():
                where = f"{given}, line {number}"
                yield where, _object(_json(line, where), where)
    else:
        for number, pair in enumerate(given, 1):
            where = f"labels, pair {number}"
            yield where, _object(pair, where)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes().removeprefix(_BOM)
    except OSError as error:
        raise BadInput(
            f"it cannot be read ({error.strerror or error})",
            where=str(path),
            remedy="Check that it is there and that you may read it.",
        ) from error


def _json(text: bytes, where: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadInput(
            f"this is no JSON ({str(error).split(':')[0]})",
            where=where,
            remedy="Mend it; labels are JSON Lines, an object a line.",
        ) from None


def _object(pair: object, where: str) -> Mapping[str, Any]:
    if not isinstance(pair, Mapping):
        raise BadInput(
            f"this is {_type(pair)}, not an object",
            where=where,
            remedy='A labelled pair has "a", "b" and "label".',
        )
    return pair


def _value(holder: Mapping[str, Any], key: str, where: str, inside: str = "") -> Any:
    if key not in holder:
        names = ", ".join(quoted(name, limit=20) for name in list(holder)[:8]) or "nothing"
        raise BadInput(
            f"no {quoted(key)}{inside} among {names}",
            where=where,
            remedy='A labelled pair has "a", "b" and "label"; a side "story", "start" and "end".',
        )
    return holder[key]


def _kind(pair: Mapping[str, Any], where: str) -> str:
    kind = _value(pair, "label", where)
    if not isinstance(kind, str) or kind not in (*KINDS, UNSURE):
        raise BadInput(
            f"label is {quoted(kind)}",
            where=where,
            remedy=f"Choose from {', '.join(KINDS)}, {UNSURE}.",
        )
    return kind


def _side(pair: Mapping[str, Any], name: str, where: str) -> tuple[str, int, int]:
    side = _value(pair, name, where)
    if not isinstance(side, Mapping):
        raise BadInput(
            f"{quoted(name)} is {_type(side)}, not an object",
            where=where,
            remedy='A side has "story", "start" and "end".',
        )
    inside = f" in {quoted(name)}"
    story, start, end = (_value(side, key, where, inside) for key in ("story", "start", "end"))
    if isinstance(story, bool) or not isinstance(story, str | int):
        raise BadInput(
            f"story{inside} is {_type(story)}", where=where, remedy="Give the story's id."
        )
    for key, offset in (("start", start), ("end", end)):
        if isinstance(offset, bool) or not isinstance(offset, int):
            raise BadInput(
                f"{key}{inside} is {quoted(offset)}, not a whole number",
                where=where,
                remedy="Offsets are characters of the story's text, counted from 0.",
            )
    if not 0 <= start < end < _FURTHEST:
        raise BadInput(
            f"{quoted(name)} runs from {start} to {end}",
            where=where,
            remedy="A passage starts at 0 or later and ends after its start.",
        )
    return str(story), start, end


def _stratum(pair: Mapping[str, Any], where: str) -> str:
    stratum = pair.get("stratum", "")
    if stratum is not None and not isinstance(stratum, str):
        raise BadInput(
            f"stratum is {_type(stratum)}, not a text", where=where, remedy="Give its name."
        )
    return stratum or ""


def _type(value: object) -> str:
    """What a value is, as JSON calls it."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return next(
        (name for type_, name in names.items() if isinstance(value, type_)),
        "a number" if isinstance(value, int | float) else "nothing",
    )
