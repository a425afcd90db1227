"""What can go wrong, as a tree.

DedupError
  BadInput      a file, record or text that cannot be read
  BadSetting    a number or name outside what is allowed
  BadOutput     a place that cannot be written
    Busy        another writer holds it; trying again may help
"""

from __future__ import annotations

from functools import partial


class DedupError(Exception):
    """What was wrong, where, and what to do: one sentence each.

    Args:
        what: the fault, without its final stop.
        where: file, line or field that has it.
        remedy: what to do about it, a whole sentence.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """So that it can be sent to another process."""
        return partial(type(self), self.what, where=self.where, remedy=self.remedy), ()

    def __str__(self) -> str:
        fault = f"{self.where}: {self.what}." if self.where else f"{self.what}."
        return f"{fault} {self.remedy}" if self.remedy else fault


class BadInput(DedupError):
    """A file, record or text that cannot be read."""


class BadSetting(DedupError):
    """A number or name outside what is allowed."""


class BadOutput(DedupError):
    """A place that cannot be written."""


class Busy(BadOutput):
    """Another writer holds the place, and was waited for in vain."""


def quoted(text: object, *, limit: int = 60) -> str:
    """Text from outside on one short line, control characters spelled out.

    >>> quoted("a\\nb")
    '"a\\\\nb"'
    """
    plain = str(text)
    shown = plain if len(plain) <= limit else plain[: limit - 1] + "…"
    return '"' + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown) + '"'
