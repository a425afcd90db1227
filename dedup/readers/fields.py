"""Which field of a record is which: feeds name the same thing in many ways.

A name is found whatever its case. Of several that fit, the one listed first is taken, but a
field that is null in every record gives way to one that is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from dedup.errors import BadInput, BadSetting, quoted

NAMES = {
    "id": ("id", "uri", "guid", "url"),
    "text": ("text", "body", "content", "body_text", "articleBody"),
    "headline": ("headline", "title"),
    "published": (
        "published",
        "date",
        "firstcreated",
        "versioncreated",
        "timestamp",
        "datePublished",
        "pubDate",
    ),
    "source": ("source", "provider", "publisher", "byline"),
    "version": ("version",),
}
_RANKS = {
    part: {name.casefold(): rank for rank, name in enumerate(names)}
    for part, names in NAMES.items()
}
_SHOWN = 20


def check(named: Mapping[str, str]) -> None:
    """Raise BadSetting if a field is named for something a story does not have."""
    for part in named:
        if part not in NAMES:
            raise BadSetting(
                f"{quoted(part)} is no part of a story",
                where="fields",
                remedy=f"Choose from {', '.join(NAMES)}.",
            )


def choose(present: Mapping[str, bool], *, named: Mapping[str, str], where: str) -> dict[str, str]:
    """Find the field for each part of a story; parts without one are left out.

    Args:
        present: for each field that is there, whether a record has a value in it.
        named: fields the user chose.

    Raises:
        BadInput: a named field is not there, or no field holds the text.
    """
    chosen = {part: _named(present, part, name, where) for part, name in named.items()}
    free = {name: filled for name, filled in present.items() if name not in chosen.values()}
    for part in NAMES.keys() - chosen.keys():
        name = _found(free, part)
        if name is not None:
            chosen[part] = name
    if "text" not in chosen:
        raise BadInput(
            f"no field for the text among {listed(present)}",
            where=where,
            remedy="Name the right field with --text-field.",
        )
    return {part: chosen[part] for part in NAMES if part in chosen}


def rivals(
    chosen: Mapping[str, str], present: Mapping[str, bool], *, named: Collection[str]
) -> set[str]:
    """Fields that would have been chosen instead, had any record a value in them."""
    found: set[str] = set()
    for part in NAMES.keys() - named:
        name = chosen.get(part)
        if name is None or not present[name]:
            found.update(NAMES[part])
        else:
            found.update(NAMES[part][: _rank(part, name)])
    return found - set(chosen.values())


def check_once(names: Sequence[str], chosen: Mapping[str, str], *, where: str) -> None:
    """Raise BadInput if two columns bear the name of a chosen field."""
    for name in chosen.values():
        if names.count(name) > 1:
            raise BadInput(
                f"{names.count(name)} columns are named {quoted(name)}",
                where=where,
                remedy="Give each column its own name.",
            )


def shown(name: str) -> str:
    """A field's name as it stands in a sentence."""
    return name if name.isidentifier() else quoted(name)


def listed(names: Iterable[str]) -> str:
    """Names for a sentence: a record of a hundred fields is cut short."""
    all_names = [shown(name) for name in names]
    more = len(all_names) - _SHOWN
    told = ", ".join(all_names[:_SHOWN]) or "none"
    return f"{told} and {more} more" if more > 0 else told


def _found(present: Mapping[str, bool], part: str) -> str | None:
    """The field of best rank; one with values before one without."""
    fitting = [name for name in present if _rank(part, name) < len(NAMES[part])]
    if not fitting:
        return None
    return min(
        fitting,
        key=lambda name: (not present[name], _rank(part, name), name not in NAMES[part], name),
    )


def _rank(part: str, name: str) -> int:
    """The place of a name in the list, whatever its case; past the end if it is not there."""
    return _RANKS[part].get(name.strip().casefold(), len(NAMES[part]))


def _named(present: Mapping[str, bool], part: str, name: str, where: str) -> str:
    if name in present:
        return name
    alike = [field for field in present if field.strip().casefold() == name.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    raise BadInput(
        f"no field {quoted(name)} among {listed(present)}",
        where=where,
        remedy=f"Name the right field with --{part}-field.",
    )
