"""When a story was published, from the ways in which feeds write it.

    2022-01-31  2022-01-31T10:15:00.5+03:00  20220131T101500Z  2022/01/31 10:15
    Mon, 31 Jan 2022 10:15:00 +0300  31 January 2022  26-FEB-1987 15:07:13.72
    January 31, 2022, 10:15 AM  1643624100  1643624100000

A time without a zone is taken as UTC. Numbers are seconds or milliseconds since 1970. Day and
month both as figures without the year before them are read where one of them can only be the day,
as in 4/21/18; 01/02/2022 is refused: half the world reads it one way, half the other, and a wrong
date makes the copy older than its origin. From a control character on, a date is none: old wires
leave their codes there.

ISO 8601-1:2019; RFC 2822, section 3.3, with the short years and zone names of section 4.3.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from dedup.errors import quoted

if TYPE_CHECKING:
    import pyarrow as pa

REMEDY = "Write dates as 2022-01-31 or 2022-01-31T10:15:00Z."

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICRO
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICRO

# Years 1973 to 3237; milliseconds begin above them, so a number is one or the other.
_SECONDS = (1e8, 4e10)

_LONGEST = 200  # characters: no date is, and the patterns need not be tried

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern + r"(?![\d/-])(?P<rest>.*)", re.ASCII | re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        _WEEKDAY + _DAY + r"[\s-]\s*" + _MONTH + r"[,\s-]\s*(?P<year>\d{4}|\d\d)",
        _WEEKDAY + _MONTH + r"\s+" + _DAY + r",?\s+(?P<year>\d{4})",
    )
)
_TIME = re.compile(
    r"(?:\s*[t,]\s*|\s+)(?:at\s+)?(?P<hour>\d{1,2})(?::?(?P<minute>\d\d)"
    r"(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?\s*(?P<zone>[a-z]{1,3}|[+-]\d\d:?(?:\d\d)?)?(?:\s*\([^()]*\))?",
    re.ASCII | re.IGNORECASE,
)
_WIRE_CODES = re.compile(r"[\x00-\x08\x0e-\x1f\x7f].*", re.DOTALL)
_RUN_TOGETHER = re.compile(r"(?P<date>(?:19|20)\d{6})(?P<time>\d{6})", re.ASCII)
_FIGURES = re.compile(
    r"(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)"
    r"(?![\d/-])(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_NUMBER = re.compile(r"\d{9,14}(?:\.\d+)?", re.ASCII)
_ZONES = {"": 0, "z": 0, "ut": 0, "utc": 0, "gmt": 0} | {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip


def micros(value: object) -> int | None:
    """Microseconds since 1970 in UTC, or None if nothing is said.

    Raises:
        ValueError: what is wrong with the value, as a clause.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        raise ValueError(f"the date {quoted(value)} is not understood")
    if isinstance(value, int | float):
        return _of_number(value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return _within(value, value)


def column(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A whole column of dates: each distinct value is read once.

    Raises:
        ValueError: some value is no date.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    instant = pa.timestamp("us", "UTC")
    if pa.types.is_temporal(values.type):
        moments = values.cast(instant)
        bounds = pc.min_max(moments.cast("int64"))
        low, high = bounds["min"].as_py(), bounds["max"].as_py()
        if low is not None and not _FIRST <= low <= high <= _LAST:
            raise ValueError("a date outside the years 1 to 9999")
        return moments
    encoded = pc.dictionary_encode(values).unify_dictionaries().combine_chunks()
    known = [micros(value) for value in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(known, pa.int64()).take(encoded.indices)]).cast(instant)


def _of_number(value: int | float) -> int:
    low, high = _SECONDS
    if low <= value <= high:
        return round(value * 1_000_000)
    if low * 1000 <= value <= high * 1000:
        return round(value * 1000)
    raise ValueError(f"the date {value} is not a number of seconds or milliseconds since 1970")


@lru_cache(maxsize=1 << 14)
def _of_text(value: str) -> int | None:
    """A date in words; of a year of stories many share one."""
    if len(value) > _LONGEST:
        raise ValueError(f"the date {quoted(value)} is not understood")
    text = _WIRE_CODES.sub("", value).strip()
    return _within(_moment(text), value) if text else None


def _moment(text: str) -> datetime:
    if text[4:5] == "-" and text[10:11] in ("", "T", " "):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # perhaps with a blank before its zone, which the patterns allow
    together = _RUN_TOGETHER.fullmatch(text)
    if together:
        text = f"{together['date']}T{together['time']}"
    elif _NUMBER.fullmatch(text):
        return _EPOCH + _of_number(float(text) if "." in text else int(text)) * _MICRO
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found:
            month = found["month"]
            number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
            return _of_parts(found, number, int(found["day"]), text)
    found = _FIGURES.fullmatch(text)
    if not found:
        raise ValueError(f"the date {quoted(text)} is not understood")
    low, high = sorted((int(found["one"]), int(found["two"])))
    if high <= 12 and low != high:
        raise ValueError(
            f"the date {quoted(text)} is ambiguous: day and month may stand either way"
        )
    return _of_parts(found, low, high, text)


def _of_parts(found: re.Match[str], month: int, day: int, text: str) -> datetime:
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 1900 if year >= 50 else 2000
    try:
        return datetime(year, month, day) + _time(found["rest"])
    except (ValueError, OverflowError):
        raise ValueError(f"the date {quoted(text)} is not understood") from None


def _time(rest: str) -> timedelta:
    """The time of day in UTC: what follows the date."""
    if not rest.strip():
        return timedelta()
    found = _TIME.fullmatch(rest)
    if not found:
        raise ValueError(rest)
    hour, minute, second = (int(found[unit] or 0) for unit in ("hour", "minute", "second"))
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(rest)
        hour = hour % 12 + 12 * (found["half"].lower() == "p")
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(rest)
    fraction = int((found["fraction"] or "")[:6].ljust(6, "0"))
    clock = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)
    return clock - _zone((found["zone"] or "").lower())


def _zone(zone: str) -> timedelta:
    if zone[:1] in ("+", "-"):
        hours, minutes = int(zone[1:3]), int(zone[3:].strip(":") or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        timezone(offset)  # refuses a whole day
        return -offset if zone[0] == "-" else offset
    if zone not in _ZONES:
        raise ValueError(zone)
    return timedelta(hours=_ZONES[zone])


def _within(moment: datetime, value: object) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    instant = (moment - _EPOCH) // _MICRO
    if not _FIRST <= instant <= _LAST:
        raise ValueError(f"the date {quoted(value)} lies outside the years 1 to 9999")
    return instant
