"""Sorted postings as short blocks of bytes, each read by itself.

A block begins with a posting that is kept beside it, its head. Of each further posting the step
from the key before is written, seven bits a byte, then its number; where the key is the one before,
the step from the number before. That is about five bytes a posting where most keys stand once.

A block is at most ROOM bytes, so that four of them fill a page of the file: to find a key, a block
is read from its beginning.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dedup.index.keys import ITEM_BITS
from dedup.kernels import I64, U8, U64, kernel
from dedup.ragged import offsets_of

ROOM = 2020  # bytes
_LONGEST = 10  # bytes of one posting: 36 bits and 28, seven a byte
_PADDING = bytes(2 * _LONGEST)  # a damaged last number ends here, not in memory of others
_SHIFT = np.uint64(ITEM_BITS)
_ITEM = np.uint64(2**ITEM_BITS - 1)
_SEVEN, _LOW7, _MORE, _ZERO = np.uint64(7), np.uint64(127), np.uint64(128), np.uint64(0)


def encode(postings: U64) -> tuple[list[bytes], U64]:
    """Cut sorted postings into blocks; beside them the head of each."""
    content = np.empty(len(postings) * _LONGEST, dtype=np.uint8)
    ends = np.empty(len(postings), dtype=np.int64)
    firsts = np.empty(len(postings), dtype=np.int64)
    count = _encode(postings, content, ends, firsts)
    bounds = [0, *ends[:count].tolist()]
    view = memoryview(content.data)
    blocks = [bytes(view[a:b]) for a, b in pairwise(bounds)]
    return blocks, postings[firsts[:count]]


def decode(blocks: list[bytes], heads: U64) -> U64:
    """The postings of some blocks, one block after the other."""
    return pick(blocks, heads, heads, np.empty(0, dtype=np.uint64))


def pick(blocks: list[bytes], heads: U64, ends: U64, keys: U64) -> U64:
    """The postings of some blocks that have one of some sorted keys; all, if there are no keys.

    ends: of each block a posting that is not below its last.
    """
    content = np.frombuffer(b"".join(blocks) + _PADDING, dtype=np.uint8)
    bounds = offsets_of(np.fromiter(map(len, blocks), dtype=np.int64, count=len(blocks)))
    out = np.empty(len(content) // 2 + len(blocks), dtype=np.uint64)
    return out[: _decode(content, bounds, heads, ends, keys, out)]


@kernel
def _write(content: U8, at: int, value: np.uint64) -> int:
    """Write a number, seven bits a byte, the lowest first; where the next one goes."""
    while value > _LOW7:
        content[at] = np.uint8((value & _LOW7) | _MORE)
        value >>= _SEVEN
        at += 1
    content[at] = np.uint8(value)
    return at + 1


@kernel
def _encode(postings: U64, content: U8, ends: I64, firsts: I64) -> int:
    """Write the blocks; how many. A head is not written: it stands in the directory."""
    count: int = np.int64(0)  # type: ignore[assignment]
    at, start = count, count
    for i in range(len(postings)):
        if i == 0 or at - start > ROOM - _LONGEST:
            if i:
                ends[count - 1] = at
            firsts[count] = i
            count += 1
            start = at
            continue
        step = (postings[i] >> _SHIFT) - (postings[i - 1] >> _SHIFT)
        item = postings[i] & _ITEM
        if step == _ZERO:
            item -= postings[i - 1] & _ITEM
        at = _write(content, _write(content, at, step), item)
    if count:
        ends[count - 1] = at
    return count


@kernel
def _read(content: U8, at: int) -> tuple[np.uint64, int]:
    """A number, and where the next one begins."""
    value, shift = _ZERO, _ZERO
    while content[at] >= 128:
        value |= (np.uint64(content[at]) & _LOW7) << shift
        shift += _SEVEN
        at += 1
    return value | (np.uint64(content[at]) << shift), at + 1


@kernel
def _decode(content: U8, bounds: I64, heads: U64, ends: U64, keys: U64, out: U64) -> int:
    """Write the postings of every block that have one of `keys`, if there are any; how many."""
    n: int = np.int64(0)  # type: ignore[assignment]
    for b in range(len(heads)):
        key, item, top = heads[b] >> _SHIFT, heads[b] & _ITEM, ends[b] >> _SHIFT
        i = bounds[b]
        k, end = np.int64(0), np.int64(len(keys))
        while k < end:
            middle = (k + end) >> 1
            if keys[middle] < key:
                k = middle + 1
            else:
                end = middle
        while True:
            while k < len(keys) and keys[k] < key:
                k += 1
            if len(keys) and (k == len(keys) or keys[k] > top):
                break
            if len(keys) == 0 or (k < len(keys) and keys[k] == key):
                out[n] = (key << _SHIFT) | item
                n += 1
            if i >= bounds[b + 1]:
                break
            step, i = _read(content, i)
            value, i = _read(content, i)
            key += step
            item = item + value if step == _ZERO else value
    return n
