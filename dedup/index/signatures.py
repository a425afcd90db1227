"""Signatures as objects of datasketch, for a pipeline that holds its own `MinHashLSH`.

They are what datasketch itself makes of the same shingles (minhash.py): the hash of a shingle is
the top half of ours, four bytes for `update` with a `hashfunc` that takes them as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.minhash import SCHEME, Signatures, sign
from dedup.settings import DEFAULTS, Settings
from dedup.shingles import Shingles, shingle
from dedup.tokens import fold_table, tokenise

if TYPE_CHECKING:
    from datasketch import LeanMinHash, MinHash

_TOP = np.uint64(32)


def signature_of(text: str, settings: Settings = DEFAULTS) -> Signatures:
    """The signature of one text, a paragraph or a story."""
    return sign(
        _shingles(text, settings.shingle), permutations=settings.permutations, seed=settings.seed
    )


def hashes_of(text: str, settings: Settings = DEFAULTS) -> list[bytes]:
    """The text's distinct shingles, each as the four bytes that `MinHash.update` is given."""
    top = np.unique(_shingles(text, settings.shingle).values >> _TOP).astype("<u4")
    return [top[k : k + 1].tobytes() for k in range(len(top))]


def as_they_are(hashed: bytes) -> int:
    """The `hashfunc` of datasketch for what `hashes_of` gives."""
    return int.from_bytes(hashed, "little")


def to_minhash(signatures: Signatures, row: int = 0) -> MinHash:
    """A signature as datasketch holds it, to be updated and merged."""
    from datasketch import MinHash

    return MinHash(
        num_perm=signatures.rows.shape[1], seed=signatures.seed, scheme=SCHEME,
        hashfunc=as_they_are, hashvalues=signatures.rows[row],
    )  # fmt: skip


def to_lean(signatures: Signatures, row: int = 0) -> LeanMinHash:
    """The same without what updating needs: small, and quick to send."""
    from datasketch import LeanMinHash

    return LeanMinHash(seed=signatures.seed, hashvalues=signatures.rows[row], scheme=SCHEME)


def _shingles(text: str, width: int) -> Shingles:
    buffer = np.frombuffer(text.encode(), dtype=np.uint8)
    starts, ends = np.zeros(1, dtype=np.int64), np.array([len(buffer)], dtype=np.int64)
    return shingle(tokenise(buffer, starts, ends, fold_table(buffer)), width=width)
