"""Where stories come from, and what becomes of those that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from dedup.errors import BadInput
from dedup.stories import Skipped


@dataclass(frozen=True, slots=True)
class Origin:
    """A file or table that holds stories.

    name: what stands in the ids of stories that have none, the same on every machine.
    where: what a fault names, so that the place can be found again.
    """

    name: str
    where: str

    def at(self, unit: str, number: int) -> str:
        """The place of one record, counted from 1."""
        return f"{self.where}, {unit} {number}"


@dataclass(slots=True)
class Faults:
    """Raises the first fault, or keeps them all and lets reading go on."""

    skip_bad: bool
    skipped: list[Skipped] = field(default_factory=list)

    def take(self, fault: BadInput) -> None:
        """Leave out what has this fault.

        Raises:
            BadInput: the fault itself, unless bad input is skipped.
        """
        if not self.skip_bad:
            raise fault
        self.skipped.append(Skipped(fault.where, fault.what))


def reason(error: BaseException) -> str:
    """What another library or the system says of a fault, short enough for a sentence."""
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    line = next((part.strip() for part in told.splitlines() if part.strip()), "no reason given")
    shown = line if len(line) <= 120 else line[:119] + "…"
    return printable(shown.rstrip(". "))


def printable(text: str) -> str:
    """The text on one line, with what no terminal shows spelled out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
