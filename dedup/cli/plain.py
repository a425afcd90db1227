"""Values on the command line that need no checking are taken as they are.

typer lets pydantic check every value, the defaults too: to import that and to make its validators
takes longer than to report on a thousand stories. So a default, a text, a path, a plain number and
the name of a choice are turned here; all else, and whatever is wrong, goes to typer as ever.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin

import typer.core

_WHOLE = re.compile("[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class Command(typer.core.TyperCommand):
    """A command that has only those values checked that are not plain."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line into the parameters of the command."""
        wanted = inspect.signature(self.callback, eval_str=True).parameters  # type: ignore[arg-type]
        _take_plainly(self.get_params(ctx), wanted)
        return super().parse_args(ctx, args)


class Group(typer.core.TyperGroup):
    """Commands under a name, of whose own options the same is true."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line up to the name of a command."""
        _take_plainly(self.get_params(ctx), {})
        return super().parse_args(ctx, args)


def _take_plainly(options: Iterable[Any], wanted: Mapping[str, inspect.Parameter]) -> None:
    """Let options take plain values as they are; wanted: what is known of them, by name."""
    for one in options:
        checked = partial(type(one).process_value, one)
        one.process_value = partial(_value, one, checked, wanted.get(one.name))


def _value(
    one: Any, checked: Callable[..., Any], wanted: inspect.Parameter | None, ctx: Any, value: Any
) -> Any:
    """The value of an option: as it is where it is plain, or else as typer says."""
    if value is None and one.nargs == 1 and not one.required:
        return one.callback(ctx, one, None) if one.callback else None
    if wanted is None or one.callback is not None:
        return checked(ctx, value)
    if value is wanted.default:
        return value
    kind, option = get_args(wanted.annotation)
    kinds = [part for part in get_args(kind) if part is not type(None)]
    if kinds and get_origin(kind) is not list:
        (kind,) = kinds
    out = plain(value, kind) if _unbounded(option) else None
    return checked(ctx, value) if out is None else out


def _unbounded(option: Any) -> bool:
    """Whether all values of its type will do, of numbers all that have no sign."""
    return option.parser is None and option.max is None and (option.min or 0) <= 0


def plain(value: object, kind: Any) -> object:
    """A value of this type from what the shell gave, or None if it is for typer to say."""
    if get_origin(kind) is list:
        items = [plain(one, *get_args(kind)) for one in value] if isinstance(value, tuple) else []
        return items if items and None not in items else None
    if not isinstance(value, str):
        return None
    if kind in (str, Path):
        return kind(value)
    if kind is int and _WHOLE.fullmatch(value):
        return int(value)
    if kind is float and _NUMBER.fullmatch(value):
        return float(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next((one for one in kind if one.value == value), None)
    return None
