"""Where the marks of a plot lie, for the template to draw as SVG: bars over an axis, rows of bars.

Lengths are in units of the drawing, which scales with the page; a plot is as wide as half of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 520, 220
_LEFT, _TOP, _BOTTOM = 40, 14, 26
_LABEL = 84  # units that a label under the axis takes


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its left upper corner and its size, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot, or a label under it: where, and what it says.

    second: left out where the plot is drawn small.
    """

    at: float
    label: str
    anchor: str = "middle"
    second: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars over an axis of shares."""

    bars: tuple[Bar, ...]
    shares: tuple[Tick, ...]
    labels: tuple[Tick, ...]
    left: int = _LEFT
    base: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def bars(labels: Sequence[str], values: Sequence[float], ends: Sequence[str] = ()) -> Plot:
    """Shares as bars from left to right.

    ends: what stands under the axis, from its left to its right end, instead of some labels.
    """
    room, tall = WIDTH - _LEFT, HEIGHT - _TOP - _BOTTOM
    top = _above(max(values, default=0))
    pitch = room / max(1, len(values))
    gap = min(3.0, pitch * 0.2)
    base = HEIGHT - _BOTTOM
    drawn = tuple(
        Bar(
            round(_LEFT + k * pitch + gap / 2, 2),
            round(base - tall * value / top, 2),
            round(min(pitch - gap, 48), 2),
            round(tall * value / top, 2),
            label,
            value,
        )
        for k, (label, value) in enumerate(zip(labels, values, strict=True))
    )
    steps = 4 if round(top * 100) % 4 == 0 else 5 if round(top * 100) % 5 == 0 else 2
    shares = tuple(
        Tick(round(base - tall * k / steps, 2), f"{top * k / steps:.0%}") for k in range(steps + 1)
    )
    return Plot(drawn, shares, _under(drawn, labels, ends))


def _under(drawn: Sequence[Bar], labels: Sequence[str], ends: Sequence[str]) -> tuple[Tick, ...]:
    if ends:
        last = len(ends) - 1
        anchors = ["start", *["middle"] * (last - 1), "end"]
        return tuple(
            Tick(_LEFT + (WIDTH - _LEFT) * k / last, label, anchor)
            for k, (label, anchor) in enumerate(zip(ends, anchors, strict=True))
        )
    every = max(1, -(-len(labels) * _LABEL // (WIDTH - _LEFT)))
    return tuple(
        Tick(bar.x, labels[k], "start", second=k // every % 2 == 1)
        for k, bar in enumerate(drawn)
        if k % every == 0 and bar.x + _LABEL <= WIDTH
    )


def _above(value: float) -> float:
    """A round share that is not below `value`."""
    for top in (0.04, 0.1, 0.2, 0.4, 0.6, 0.8):
        if value <= top:
            return top
    return 1.0


def row(value: float, most: float, room: float) -> float:
    """The length of a bar among others of which the longest stands for `most`."""
    return round(room * value / max(most, 1e-9), 2)
