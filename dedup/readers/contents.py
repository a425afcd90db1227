"""The bytes of a file, unpacked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dedup.errors import BadInput
from dedup.readers.faults import reason

if TYPE_CHECKING:
    from dedup.readers.paths import File

PACKINGS = {".gz": "gzip", ".zst": "zstd"}


def content(file: File) -> bytes:
    """Everything in a file or, for a file without a path, in standard input.

    Raises:
        BadInput: it cannot be opened, read or unpacked.
    """
    try:
        packed = _standard_input() if file.path is None else file.path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"it cannot be read ({reason(error)})",
            where=file.origin.where,
            remedy="Check that it is there and that you may read it.",
        ) from error
    return _unpacked(packed, file.packing, file.origin.where) if file.packing else packed


def _unpacked(packed: bytes, suffix: str, where: str) -> bytes:
    import pyarrow as pa

    try:
        if not packed:
            raise OSError("it is empty")
        with pa.input_stream(pa.BufferReader(packed), compression=PACKINGS[suffix]) as stream:
            unpacked: bytes = stream.read()
    except (OSError, pa.ArrowException) as error:
        raise BadInput(
            f"it cannot be unpacked ({reason(error)})",
            where=where,
            remedy=f"The {suffix} archive is damaged or cut short: fetch it again.",
        ) from error
    return unpacked


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise OSError("it is closed")
    return sys.stdin.buffer.read()
