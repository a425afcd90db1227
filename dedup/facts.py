"""Whether two words tell one fact though they are written differently.

"2.96 million" and "2,958,800" are one figure, as are "7" and "seven": figures are compared by
value, rounded to the place of the one that is given less exactly. Short figures are often equal by
chance: theirs must be the same value, and a word beside them too. "Mich." and "Michigan" are one
name: a short word that begins the other.

A word's hash (tokens.py) does not lose what up to eight bytes hold: multiplying by an odd number
and adding a number's own high half to its low one can both be undone. So the letters are read back
from the hash where they are asked for, which is seldom. Longer words and such as are not of ASCII
letters and digits come out as noise, which is no figure and no name; of its first letters a word's
stem holds enough.

Time O(1) a pair of words.
"""

from __future__ import annotations

import numpy as np

from dedup.hashes import SPREAD
from dedup.kernels import U8, U64, inner, kernel
from dedup.tokens import CAPITAL, FIGURE

_UNDO = np.uint64(pow(int(SPREAD), -1, 2**64))
_B8, _B29, _B32, _B56, _B58 = (np.uint64(bits) for bits in (8, 29, 32, 56, 58))
_BYTE = np.uint64(0xFF)
_NOTHING, _ONE = np.uint64(0), np.uint64(1)
_THREE_LETTERS, _SIX_LETTERS = np.uint64(2**16), np.uint64(2**40)  # or more
_FIRST = np.int64(0)
_TELLING = 3  # digits: with fewer, two figures are too often equal by chance


def _letters(word: str) -> int:
    return int.from_bytes(word.encode(), "big")


def _hash(word: str) -> int:
    """The hash that tokens.py gives a word of up to seven letters."""
    mixed = _letters(word) * int(SPREAD) % 2**64
    return mixed ^ (mixed >> 32)


_SPELLED = [
    _hash(word)
    for word in (
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    )
]  # fmt: skip
_NUMBERS = np.array(_SPELLED, dtype=np.uint64)
_MAYBE = np.uint64(sum({1 << (number >> 58) for number in _SPELLED}))  # by the top bits: most not
_SCALES = np.array(
    [
        _letters(word)
        for word in (
            "thousand", "million", "billion", "trillion", "mln", "bln", "m", "mn", "bn", "tn", "k",
        )
    ],
    dtype=np.uint64,
)  # fmt: skip
_TIMES = np.array([1e3, 1e6, 1e9, 1e12, 1e6, 1e9, 1e6, 1e6, 1e9, 1e12, 1e3])


@kernel
def letters(word: np.uint64) -> np.uint64:
    """The bytes of a word of up to eight, from its hash; the last one lowest."""
    word ^= word >> _B32
    word *= _UNDO
    if word >> _B56 == _NOTHING:
        return word
    word ^= (word >> _B29) ^ (word >> _B58)
    return word * _UNDO


@inner
def _number(word: np.uint64) -> int:
    """Which number the word of this hash spells out; 0 if none."""
    if (_MAYBE >> (word >> _B58)) & _ONE == _NOTHING:
        return 0
    for k in range(len(_NUMBERS)):
        if word == _NUMBERS[k]:
            return k + 1
    return 0


@inner
def figure(words: U64, flags: U8, i: int, end: int) -> tuple[float, float, int, int]:
    """The value of the figure at word i, and the unit of its last digit.

    Then how many digits it has, and the word behind it; a scale, in the same word or in the next,
    is a part of it. Without digits it is none.
    """
    rest, value, unit, digits = _NOTHING, 0.0, 1.0, 0
    word = letters(words[i])
    if flags[i] & FIGURE:
        point = False
        for shift in range(56, -8, -8):
            byte = (word >> np.uint64(shift)) & _BYTE
            if 48 <= byte <= 57:
                value = value * 10.0 + (np.float64(byte) - 48.0)
                digits += 1 if value > 0.0 else 0
                if point:
                    unit /= 10.0
            elif byte == 46 and not point:
                point = True
            elif byte != _NOTHING or digits > 0:
                rest = word & ((np.uint64(256) << np.uint64(shift)) - np.uint64(1))
                break
        value *= unit
    else:
        value = np.float64(_number(words[i]))
        digits = 1 if value > 0.0 else 0
    behind = i + 1
    own = rest != _NOTHING
    if digits > 0 and not own and behind < end:
        rest = letters(words[behind])
    for k in range(len(_SCALES)):
        if digits > 0 and rest == _SCALES[k]:
            return value * _TIMES[k], unit * _TIMES[k], digits, behind if own else behind + 1
    if own or (behind < end and flags[behind] & FIGURE):
        digits = 0  # 4th, 747s; 6-3/8
    return value, unit, digits, behind


@inner
def same_figure(
    words: U64, flags: U8, a: int, i: int, a_end: int, b: int, j: int, b_end: int
) -> bool:
    """Whether the words at i and j, of texts from a to a_end and b to b_end, are one figure."""
    one, fine, digits, i_next = 0.0, 0.0, _FIRST, _FIRST
    other, coarse, others, j_next = 0.0, 0.0, _FIRST, _FIRST
    for side in range(2):  # one call compiles sooner than two
        value, unit, told, behind = figure(words, flags, j if side else i, b_end if side else a_end)
        if told == 0:
            return False
        if side:
            other, coarse, others, j_next = value, unit, told, behind
        else:
            one, fine, digits, i_next = value, unit, told, behind
    if coarse < fine:
        coarse, others = fine, digits
    exact = 1e-9 * one
    if others >= _TELLING:
        return bool(abs(one - other) <= 0.5 * coarse + exact)
    before = i > a and j > b and words[i - 1] == words[j - 1]
    after = i_next < a_end and j_next < b_end and words[i_next] == words[j_next]
    return bool(abs(one - other) <= exact and (before or after))


@inner
def same_name(word: np.uint64, stem: np.uint64, other: np.uint64, others: np.uint64) -> bool:
    """Whether one of two words, given by hash and stem, begins the other and is short."""
    first, second = letters(stem), letters(others)
    whole = word == stem
    if second == first:
        whole = whole or other == others
    elif second < first:
        first, second, whole = second, first, other == others
    if not whole or first < _THREE_LETTERS or second >= _SIX_LETTERS:
        return False
    while second > first:
        second >>= _B8
    return bool(first == second)


@inner
def is_figure(words: U64, flags: U8, i: int) -> bool:
    """Whether word i holds a digit or is a number written out, other than "one"."""
    return bool(flags[i] & FIGURE) or _number(words[i]) > 1


@inner
def tells(words: U64, flags: U8, i: int) -> bool:
    """Whether word i may be a fact: a figure, a name, or a number written out."""
    return bool(flags[i] & CAPITAL) or is_figure(words, flags, i)


@inner
def same_fact(
    words: U64, stems: U64, flags: U8,
    a: int, i: int, a_end: int, b: int, j: int, b_end: int,
) -> bool:  # fmt: skip
    """Whether the words at i and j, of texts from a to a_end and b to b_end, tell one fact."""
    if is_figure(words, flags, i) and is_figure(words, flags, j):
        return bool(same_figure(words, flags, a, i, a_end, b, j, b_end))
    if flags[i] & flags[j] & CAPITAL:
        return bool(same_name(words[i], stems[i], words[j], stems[j]))
    return False
