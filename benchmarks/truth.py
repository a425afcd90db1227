"""The exact answer: all pairs of texts whose word 5-grams have a Jaccard similarity of 0.7 or more.

No sketch and nothing of dedup is in it: Arrow cuts the words (runs of letters and digits, lower
case), each different word gets a number, and a pair is counted for every 5-gram that both have. A
pair of that similarity has one of its rarest 5-grams in common: of n, more than n - ceil(0.7 n) of
them (prefix filtering), so that the others need not be looked up; every pair that is found so is
then counted whole.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow

THRESHOLD, WIDTH = 0.7, 5
_ROWS = 50_000
_PAIRS = 1 << 20


def texts_of(path: Path) -> pa.ChunkedArray:
    """The texts of a corpus as JSON Lines."""
    options = arrow.ReadOptions(block_size=1 << 24)
    return arrow.read_json(path, read_options=options)["text"]


def shingles(texts: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """The different 5-grams of each text as numbers, sorted, and where those of each text begin."""
    numbers: dict[str, int] = {}
    values, sizes = [], []
    for first in range(0, len(texts), _ROWS):
        part = texts.slice(first, _ROWS).combine_chunks().cast(pa.large_string())
        plain = pc.replace_substring_regex(pc.utf8_lower(part), r"[^\pL\pN]+", " ")
        lists = pc.split_pattern(pc.utf8_trim_whitespace(plain), " ")
        words = lists.flatten().dictionary_encode()
        names = words.dictionary.to_pylist()
        of = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.uint64)
        flat = of[words.indices.to_numpy()]
        bounds = lists.offsets.to_numpy().astype(np.int64)
        counts = np.diff(bounds - bounds[0])
        grams = np.maximum(counts - WIDTH + 1, np.minimum(counts, 1))
        of_text = np.repeat(np.arange(len(counts)), grams)
        start = np.arange(len(of_text)) - np.repeat(np.cumsum(grams) - grams, grams)
        start += (np.cumsum(counts) - counts)[of_text]
        hashed = np.zeros(len(of_text), dtype=np.uint64)
        for step in range(WIDTH):
            there = step < counts[of_text]
            word = flat[np.minimum(start + step, len(flat) - 1)] + np.uint64(1)
            hashed = _mixed(hashed ^ np.where(there, word, 0).astype(np.uint64))
        order = np.lexsort((hashed, of_text))
        hashed, of_text = hashed[order], of_text[order]
        new = (np.diff(hashed, prepend=~hashed[:1]) != 0) | (np.diff(of_text, prepend=-1) != 0)
        values.append(hashed[new])
        sizes.append(np.bincount(of_text[new], minlength=len(counts)))
    ends = np.cumsum(np.concatenate(sizes))
    return np.concatenate(values), np.concatenate(([0], ends))


def _mixed(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint64(31))) * np.uint64(0x7FB5D329728EA185)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x81DADEF4BC2DD44D)
    return x ^ (x >> np.uint64(33))


def pairs(texts: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs, int64 (pairs, 2), sorted, and their similarity."""
    values, offsets = shingles(texts)
    sizes = np.diff(offsets)
    of = np.repeat(np.arange(len(sizes)), sizes)
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    opens = np.flatnonzero(np.diff(ranked, prepend=~ranked[:1]) != 0)
    number = np.empty(len(values), dtype=np.int64)
    number[order] = np.repeat(np.arange(len(opens)), np.diff(opens, append=len(ranked)))
    often = np.diff(opens, append=len(ranked))[number]
    rarest = np.lexsort((number, often, of))
    place = np.arange(len(values)) - offsets[of]
    kept = rarest[place < (sizes - np.ceil(THRESHOLD * sizes - 1e-9).astype(np.int64) + 1)[of]]
    kept = kept[often[kept] > 1]
    kept = kept[np.lexsort((of[kept], number[kept]))]
    found = _under_one_key(number[kept], of[kept], len(sizes))
    left, right = found // len(sizes), found % len(sizes)
    alike = np.concatenate(
        [
            _jaccard(number, offsets, left[k : k + _PAIRS], right[k : k + _PAIRS])
            for k in range(0, len(found), _PAIRS)
        ]
        or [np.empty(0)]
    )
    near = alike >= THRESHOLD
    return np.stack((left[near], right[near]), axis=1), alike[near]


def _under_one_key(keys: np.ndarray, items: np.ndarray, count: int) -> np.ndarray:
    """Pairs of items under one key, packed as left * count + right; both sorted."""
    found, step = np.empty(0, dtype=np.int64), 1
    rows = np.arange(len(keys))
    while len(rows):
        rows = rows[rows + step < len(keys)]
        rows = rows[keys[rows] == keys[rows + step]]
        found = np.union1d(found, items[rows] * count + items[rows + step])
        step += 1
    return found


def _jaccard(
    numbers: np.ndarray, offsets: np.ndarray, left: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Of each pair, by looking every 5-gram of the left text up among those of the right one."""
    sizes = np.diff(offsets)
    pair = np.repeat(np.arange(len(left)), sizes[left])
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(sizes[left]) - sizes[left], sizes[left])
    wanted = numbers[offsets[left][pair] + inside]
    other = np.repeat(np.arange(len(right)), sizes[right])
    inside = np.arange(len(other)) - np.repeat(np.cumsum(sizes[right]) - sizes[right], sizes[right])
    there = numbers[offsets[right][other] + inside]
    room = int(numbers.max()) + 1
    both = np.concatenate((pair * room + wanted, other * room + there))
    both.sort()
    shared = np.bincount(both[1:][np.diff(both) == 0] // room, minlength=len(left))
    return shared / (sizes[left] + sizes[right] - shared)
