"""Eight bytes at a time: what kernels on text need beyond the operations of NumPy.

A word of 64 bits holds eight bytes of text, the first in its lowest bits. Sums and masks then ask
one thing of all eight at once; a mask has the top bit of each byte for which the answer is yes. No
sum here carries from one byte into the next, for each is made of bytes without their top bits.

Warren, "Hacker's Delight", 2nd edition, 2013, section 6-1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dedup.kernels import inlined

_inlined_ir: Callable[[Any], Callable[..., Any]] = intrinsic

TOPS = np.uint64(0x8080808080808080)
_REST = np.uint64(0x7F7F7F7F7F7F7F7F)
_CASE = np.uint64(0x2020202020202020)
_FROM_A, _PAST_Z = np.uint64(0x1F1F1F1F1F1F1F1F), np.uint64(0x0505050505050505)
_FROM_0, _PAST_9 = np.uint64(0x5050505050505050), np.uint64(0x4646464646464646)
_FROM_SPACE = np.uint64(0x6060606060606060)
_EACH = np.uint64(0x0101010101010101)
_TWO = np.uint64(2)


@_inlined_ir
def eight_bytes(context: Any, buffer: Any, i: Any) -> Any:  # noqa: ARG001 (as numba calls it)
    """The eight bytes of a uint8 array from i on, at whatever address, as uint64."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, given[0])
        place = builder.gep(held.data, [given[1]])
        word = builder.bitcast(place, ir.IntType(64).as_pointer())
        return builder.load(word, align=1)

    return types.uint64(buffer, types.intp), emit


@_inlined_ir
def put_eight(context: Any, buffer: Any, i: Any, eight: Any) -> Any:  # noqa: ARG001
    """Write eight bytes into a uint8 array, from i on."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, given[0])
        place = builder.gep(held.data, [given[1]])
        builder.store(given[2], builder.bitcast(place, ir.IntType(64).as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(buffer, types.intp, types.uint64), emit


@_inlined_ir
def first_on_top(context: Any, eight: Any) -> Any:  # noqa: ARG001
    """The same bytes in the other order, so that the first one weighs most."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ARG001
        return builder.bswap(given[0])

    return types.uint64(types.uint64), emit


@_inlined_ir
def bytes_before(context: Any, mask: Any) -> Any:  # noqa: ARG001
    """How many bytes stand before the first one in the mask; 8 if none is in it."""

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ARG001
        zeros = builder.cttz(given[0], cgutils.false_bit)
        return builder.lshr(zeros, ir.Constant(ir.IntType(64), 3))

    return types.intp(types.uint64), emit


@inlined
def letters(eight: np.uint64) -> np.uint64:
    """The mask of the ASCII letters."""
    lower = (eight | _CASE) & _REST
    return (lower + _FROM_A) & ~(lower + _PAST_Z) & ~eight & TOPS


@inlined
def digits(eight: np.uint64) -> np.uint64:
    """The mask of the ASCII digits."""
    rest = eight & _REST
    return (rest + _FROM_0) & ~(rest + _PAST_9) & ~eight & TOPS


@inlined
def controls(eight: np.uint64) -> np.uint64:
    """The mask of the bytes below 32."""
    return ~((eight & _REST) + _FROM_SPACE) & ~eight & TOPS


@inlined
def equal(eight: np.uint64, one: np.uint64) -> np.uint64:
    """The mask of the bytes equal to one."""
    other = eight ^ (one * _EACH)
    return ~(((other & _REST) + _REST) | other) & TOPS


@inlined
def capitals(eight: np.uint64, letters: np.uint64) -> np.uint64:
    """The mask of the capitals among the letters."""
    return letters & ~(eight << _TWO)


@inlined
def lowered(eight: np.uint64, capitals: np.uint64) -> np.uint64:
    """The same bytes, these capitals as small letters."""
    return eight | (capitals >> _TWO)
