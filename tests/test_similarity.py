"""A measure of the caller's own: what it is asked, what it adds, and what it may not give."""

from __future__ import annotations

import numpy as np
import pytest

import dedup.similarity
from dedup import BadInput, scan
from dedup.kinds import REWRITTEN
from tests.conftest import sentence

FIRST = (
    "Talks on the ferry to Osdal broke down on Friday when the harbour master walked out and the "
    "crews, who want a second lifeboat, said they would stay ashore until the ice has gone."
)
RETOLD = (
    "No boat leaves for Osdal: seamen demand more rescue gear, negotiations collapsed at the end "
    "of the week, and nobody sails before the thaw, though the harbour master calls it blackmail."
)
OTHER = (
    "A museum of knots opens in Velm next spring, with four rooms on rope, tar and sailcloth, and "
    "visitors are invited to add one of theirs, which will hang there for a year under glass."
)


def kinds_of(report):
    return report.columns.matches.kinds.tolist()


def stories(*texts):
    return [(str(k), text) for k, text in enumerate(texts)]


def test_what_it_calls_alike_is_a_retelling_and_joins_the_family():
    def tells_of_the_ferry(left, right):
        return [float({a, b} == {FIRST, RETOLD}) for a, b in zip(left, right, strict=True)]

    plain = scan(stories(FIRST, RETOLD, OTHER))
    measured = scan(stories(FIRST, RETOLD, OTHER), similarity=tells_of_the_ferry)

    assert kinds_of(plain) == []
    assert kinds_of(measured) == [REWRITTEN]
    (family,) = measured.families
    assert [place.passage.story for place in family.occurrences] == ["0", "1"]


def test_the_least_similarity_is_the_callers():
    def half(left, _):
        return np.full(len(left), 0.5)

    assert kinds_of(scan(stories(FIRST, RETOLD), similarity=half)) == []
    assert kinds_of(scan(stories(FIRST, RETOLD), similarity=half, similar=0.5)) == [REWRITTEN]


def test_it_is_asked_for_each_pair_once_and_for_no_match_nor_pair_of_one_story(monkeypatch):
    monkeypatch.setattr(dedup.similarity, "BATCH", 2)
    asked = []

    def never(left, right):
        asked.extend(zip(left, right, strict=True))
        assert len(left) <= 2
        return np.zeros(len(left))

    copy = FIRST.replace("Friday", "Thursday")
    report = scan(stories(FIRST, copy, f"{RETOLD}\n\n{OTHER}"), similarity=never)

    assert len(report.columns.matches) == 1
    assert sorted(asked) == sorted((a, b) for a in (FIRST, copy) for b in (RETOLD, OTHER))


@pytest.mark.parametrize("given", [[1.0], 1.0, None, ["much"], [[1.0, 1.0]]])
def test_what_is_no_number_for_each_pair_is_refused(given):
    texts = [sentence(seed) for seed in range(3)]

    with pytest.raises(BadInput, match="similarity gave no list of 3 numbers for 3 pairs"):
        scan(stories(*texts), similarity=lambda *_: given)


def test_without_pairs_it_is_not_asked():
    def refuse(*_):
        raise AssertionError

    assert kinds_of(scan(stories(FIRST), similarity=refuse)) == []
