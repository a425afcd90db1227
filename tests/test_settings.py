"""Numbers: each within its range, refused with its name, the default of every step."""

from __future__ import annotations

import dataclasses
import inspect
import math

import pytest

from dedup import (
    alike,
    candidates,
    compare,
    intake,
    kinds,
    lsh,
    match,
    minhash,
    passages,
    repeated,
    shingles,
    texts,
)
from dedup.errors import BadSetting
from dedup.settings import DEFAULTS, RANGES, Settings, check

NAMES = [field.name for field in dataclasses.fields(Settings)]
WHOLE = [name for name, bounds in RANGES.items() if isinstance(bounds[1], int)]
STEPS = [
    alike.alike_stories,
    kinds.judge,
    kinds.settle,
    lsh.candidates,
    match.match,
    minhash.sign,
    passages.candidates,
    candidates.find_candidates,
    intake.take_in,
    repeated.repeated,
    texts.collapse,
]


def test_every_setting_has_a_range_and_every_range_a_setting():
    assert list(RANGES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_explained(name):
    assert f"\n    {name}: " in Settings.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_both_ends_of_a_range_are_allowed(name):
    for number in RANGES[name]:
        assert getattr(Settings(**{name: number}), name) == number


@pytest.mark.parametrize("name", NAMES)
def test_a_number_beyond_its_range_is_refused_with_its_name_and_range(name):
    low, high = RANGES[name]
    below, above = (low - 1, high + 1) if name in WHOLE else (low - 1e-9, high + 1e-9)

    for number in (below, above):
        with pytest.raises(BadSetting) as refused:
            Settings(**{name: number})

        assert refused.value.what == f"{name} is {number}"
        assert refused.value.remedy == f"Choose from {low:g} to {high:.10g}."


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, True])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_usual_number_is_refused(name, wrong):
    with pytest.raises(BadSetting, match=f"{name} is "):
        Settings(**{name: wrong})


@pytest.mark.parametrize("wrong", ["5", None, [5], 5j])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(BadSetting, match="seed is"):
        check(seed=wrong)


def test_the_first_number_that_is_wrong_is_named():
    with pytest.raises(BadSetting, match="shingle is 0"):
        check(seed=1, shingle=0, threshold=7)


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULTS.seed = 2


def test_settings_are_given_by_name():
    with pytest.raises(TypeError):
        Settings(12)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__module__)
def test_a_step_takes_its_defaults_from_the_settings(step):
    options = {
        name: parameter.default
        for name, parameter in inspect.signature(step).parameters.items()
        if name in NAMES
    }

    assert options
    assert options == {name: getattr(DEFAULTS, name) for name in options}


@pytest.mark.parametrize("step", [compare.compare, match.match, shingles.shingle])
def test_a_shingle_has_the_default_width(step):
    assert inspect.signature(step).parameters["width"].default == DEFAULTS.shingle


def test_what_the_runs_alone_say_takes_its_words_from_the_settings_and_no_containment():
    options = inspect.signature(kinds.kinds).parameters

    assert options["partial_words"].default == DEFAULTS.partial_words
    assert options["containment"].default == kinds.HELD


def test_a_passage_has_the_default_width():
    width = inspect.signature(passages.well_worn).parameters["width"]

    assert width.default == DEFAULTS.passage


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_counted_is_a_whole_number(name):
    with pytest.raises(BadSetting, match="not a whole number"):
        Settings(**{name: RANGES[name][0] + 0.5})


def test_shares_are_no_whole_numbers():
    assert set(NAMES) - set(WHOLE) == {"threshold", "recall", "containment", "story_threshold"}
