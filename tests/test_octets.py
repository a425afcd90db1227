"""Eight bytes at a time, against one at a time."""

from __future__ import annotations

import string

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import octets
from dedup.kernels import kernel

any_eight = st.binary(min_size=8, max_size=8) | st.text(
    string.ascii_letters + string.digits + "@[`{/: é", min_size=8, max_size=8
).map(lambda text: text.encode()[:8])


@kernel
def _ask(buffer, i, out):
    eight = octets.eight_bytes(buffer, i)
    letters = octets.letters(eight)
    capitals = octets.capitals(eight, letters)
    out[0], out[1], out[2], out[3] = eight, letters, octets.digits(eight), capitals
    out[4] = octets.lowered(eight, capitals)
    out[5] = octets.first_on_top(eight)
    out[6] = np.uint64(octets.bytes_before(letters))


def asked(content: bytes, i: int = 0) -> list[int]:
    out = np.zeros(7, dtype=np.uint64)
    _ask(np.frombuffer(content, dtype=np.uint8), np.int64(i), out)
    return out.tolist()


def mask(content: bytes, chosen: str) -> int:
    tops = (0x80 if chr(byte) in chosen else 0 for byte in content)
    return int.from_bytes(bytes(tops), "little")


@given(any_eight)
def test_masks_are_those_of_single_bytes(content):
    _, letters, digits, capitals, *_ = asked(content)

    assert letters == mask(content, string.ascii_letters)
    assert digits == mask(content, string.digits)
    assert capitals == mask(content, string.ascii_uppercase)


@given(any_eight)
def test_capitals_alone_are_lowered(content):
    lowered = asked(content)[4]

    assert lowered.to_bytes(8, "little") == content.lower()


@given(st.binary(min_size=8, max_size=24), st.integers(0, 16))
def test_eight_bytes_are_read_at_any_address(content, i):
    i = min(i, len(content) - 8)

    eight, *_, turned, _ = asked(content, i)

    assert eight == int.from_bytes(content[i : i + 8], "little")
    assert turned == int.from_bytes(content[i : i + 8], "big")


@given(any_eight)
def test_bytes_before_the_first_letter_are_counted(content):
    before = next((k for k in range(8) if chr(content[k]) in string.ascii_letters), 8)

    assert asked(content)[6] == before
