"""One record after the other: the slow way to a table, and the truth of what may stand in one.

Each reader has a fast way for good input (columns.py). Where that is in doubt this one decides,
and says of a record that is wrong where it stands and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.errors import BadInput, quoted
from dedup.readers import fields, values
from dedup.readers.faults import Faults, Origin
from dedup.stories import schema

if TYPE_CHECKING:
    import pyarrow as pa


class Found(NamedTuple):
    """A record as it stands in its origin, or what is wrong with it.

    number: for the id of a record without one.
    where: for a fault.
    """

    number: int
    where: str
    record: Mapping[str, object] | BadInput


class Read(NamedTuple):
    """Stories in the columns of `stories.schema()`, and which field served as what."""

    table: pa.Table
    fields: dict[str, str]


def collect(
    found: Iterable[Found], chosen: Mapping[str, str], *, origin: Origin, faults: Faults
) -> Read:
    """Make a table of all records that are sound.

    Raises:
        BadInput: the first fault, unless bad input is skipped.
    """
    import pyarrow as pa

    columns: dict[str, list[Any]] = {name: [] for name in schema().names}
    chooser = _Chooser(chosen)
    for number, where, record in found:
        try:
            if isinstance(record, BadInput):
                raise record
            row = chooser.row(record, f"{origin.name}:{number}", where, faults)
        except BadInput as fault:
            faults.take(fault)
            continue
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    instants = pa.array(columns["published"], pa.int64()).cast(pa.timestamp("us", "UTC"))
    return Read(pa.table({**columns, "published": instants}, schema()), dict(chosen))


class _Chooser:
    """Takes from a record the values of a story, each from the field chosen for it."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self.text = chosen.get("text", "text")
        self.numbered = "id" not in chosen
        self.parts = [
            (chosen.get(part), fields.shown(chosen.get(part, part)), read)
            for part, read in values.READERS.items()
        ]

    def row(
        self, record: Mapping[str, object], number: str, where: str, faults: Faults
    ) -> list[Any]:
        """The values in the order of `stories.schema()`.

        Of a bad date only the date is left out where bad input is skipped.

        Raises:
            BadInput: one is missing, or not what it should be.
        """
        if self.text not in record:
            raise BadInput(
                f"no field {quoted(self.text)} among {fields.listed(record)}",
                where=where,
                remedy="Name the right field with --text-field, or leave it out with --skip-bad.",
            )
        row = []
        for name, shown, read in self.parts[self.numbered :]:
            try:
                row.append(read(None if name is None else record.get(name), shown, where))
            except BadInput as fault:
                if read is not values.read_published:
                    raise
                faults.take(fault)
                row.append(None)
        return [number, *row] if self.numbered else row
