"""Data as a page carries it: compact JSON, compressed, in letters that mean nothing to a browser.

A block holds some stories or families and is opened when one of them is drawn, so that a page of
thousands is quick. Base64 has no character that could end a script element or begin one, whatever
the texts hold. The same data give the same bytes.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import orjson

from dedup.kernels import I64, chunks

SIZE = 200_000  # bytes of text in a block: inflated in some milliseconds
_LEVEL = 6


def pack(value: Any) -> bytes:
    """Some JSON value, arrays of numpy among it, as the base64 of its zlib stream."""
    plain = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    return base64.b64encode(zlib.compress(plain, _LEVEL))


def cut(sizes: I64) -> list[slice]:
    """Rows with these sizes in bytes as slices of about SIZE each."""
    return chunks(np.asarray(sizes, dtype=np.int64), SIZE)


def numbered(parts: list[slice], count: int) -> I64:
    """The number of the slice that each row lies in, int64 (count,)."""
    out = np.empty(count, dtype=np.int64)
    for number, part in enumerate(parts):
        out[part] = number
    return out
