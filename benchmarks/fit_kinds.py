"""Fit the weights of dedup/weights.py on labelled pairs, and say how right they are on others.

    python benchmarks/fit_kinds.py CORPUS=LABELS [CORPUS=LABELS …] [--write]

Every corpus goes through the whole scan; a labelled pair that the search did not find stays
unjudged and counts as missed. Cross-validation is by story: no story's pairs are both fitted and
judged. With several corpora each is also judged by weights fitted on the others alone.

Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
from itertools import combinations
from pathlib import Path
from unittest import mock

import numpy as np
from sklearn.linear_model import LogisticRegression

import dedup.match
from dedup import scan
from dedup.evaluation.labels import locate, read_labels
from dedup.evaluation.model import COPY
from dedup.features import FEATURES, contested_share, disagree, features
from dedup.furniture import furniture_keys
from dedup.kinds import KINDS, NONE, RECYCLED, SAME, settle

FOLDS = 5
SHUFFLES = 4
STRENGTH = 3.0  # of the fit against its L2 penalty


class Set:
    """The labelled pairs of one corpus, with the features that the scan has for them."""

    def __init__(self, corpus: str, labels: str) -> None:
        self.name = Path(corpus).name.split(".")[0]
        compared, report = compared_in(corpus)
        columns = report.columns
        given = read_labels(
            written_labels(report, Path(labels)) if labels.endswith(".json") else Path(labels)
        )
        stories = locate(given, columns)
        self.kinds = given.kinds
        self.stories = stories
        texts = columns.texts
        copied = compared.by_runs != NONE
        rests = furniture_keys(compared.longest, compared.pairs, copied) != 0
        contested = contested_share(
            compared.pairs, copied & ~rests, disagree(compared.found), len(texts)
        )
        values = features(
            compared.found, compared.by_runs, compared.weights, compared.bigrams, compared.worn,
            contested,
        )  # fmt: skip
        rows = {tuple(pair): k for k, pair in enumerate(compared.pairs.tolist())}
        tiled = compared.found.column("tiled") + 1e-3 * compared.weights.column("shared")
        self.rows = np.full(len(given), -1)
        self.equal = np.zeros(len(given), dtype=bool)
        for k in range(len(given)):
            sides = [self._texts(columns, stories[k, s], given.spans[k, s]) for s in (0, 1)]
            for a in sides[0]:
                for b in sides[1]:
                    row = rows.get((min(a, b), max(a, b)), -1)
                    self.equal[k] |= a == b
                    if row >= 0 and not rests[row]:
                        if self.rows[k] < 0 or tiled[row] > tiled[self.rows[k]]:
                            self.rows[k] = row
        self.found = compared.found.take(np.maximum(self.rows, 0))
        self.values = values[np.maximum(self.rows, 0)]
        self.fitted = (self.rows >= 0) & ~self.equal

    @staticmethod
    def _texts(columns, story, span):
        paragraphs = columns.paragraphs
        first, last = np.searchsorted(paragraphs.stories, [story, story + 1])
        bounds = columns.paragraph_spans[first:last]
        common = np.minimum(bounds[:, 1], span[1]) - np.maximum(bounds[:, 0], span[0])
        shorter = np.minimum(bounds[:, 1] - bounds[:, 0], span[1] - span[0])
        found = columns.texts.of[first:last][(common > 0) & (2 * common >= shorter)]
        return [int(text) for text in found if text >= 0]

    def said(self, probabilities: np.ndarray) -> np.ndarray:
        """The kind of every pair, from the probabilities of the compared ones."""
        out = settle(probabilities, self.found)
        out[self.rows < 0] = NONE
        out[self.equal] = SAME
        return out


def written_labels(report, expected: Path) -> list[dict]:
    """Labels from the truth that the fixtures were written with: pairs with each first text.

    Every other pair of two stories is `none`, unless both are of one family or one template.
    """
    columns = report.columns
    ids = columns.corpus.ids.to_pylist()
    numbers, spans = columns.paragraph_numbers.tolist(), columns.paragraph_spans.tolist()
    owners = columns.paragraphs.stories.tolist()
    sides = [
        {"story": ids[story], "start": span[0], "end": span[1]}
        for story, span in zip(owners, spans, strict=True)
    ]
    at = {
        (ids[story], number): k
        for k, (story, number) in enumerate(zip(owners, numbers, strict=True))
    }
    groups: dict[int, set[str]] = {}
    kinds = {}
    truth = json.loads(expected.read_text())
    for family in truth["families"]:
        places = [at[o["story"], o["paragraph"]] for o in family["occurrences"]]
        first = at[family["first_seen"]["story"], family["first_seen"]["paragraph"]]
        for place, occurrence in zip(places, family["occurrences"], strict=True):
            groups.setdefault(place, set()).add(family["name"])
            if place != first:
                kinds[min(first, place), max(first, place)] = occurrence["kind"]
    for template in truth["templates"]:
        places = sorted(at[o["story"], o["paragraph"]] for o in template["occurrences"])
        for a, b in combinations(places, 2):
            if not groups.get(a, set()) & groups.get(b, set()):
                kinds[a, b] = "template"
        for place in places:
            groups.setdefault(place, set()).add(template["name"])
    out = []
    for a, b in combinations(np.flatnonzero(columns.texts.of >= 0).tolist(), 2):
        if owners[a] != owners[b]:
            related = groups.get(a, set()) & groups.get(b, set())
            kind = kinds.get((a, b), None if related else "none")
            if kind in KINDS:
                out.append({"a": sides[a], "b": sides[b], "label": kind})
    return out


def compared_in(corpus: str):
    """Scan a corpus, and keep all the pairs that were compared."""
    kept = []
    judged = dedup.match._judged

    def listen(compared, *rest, **options):
        kept.append(compared)
        return judged(compared, *rest, **options)

    with mock.patch.object(dedup.match, "_judged", listen):
        report = scan(corpus, skip_bad=True)
    return kept[0], report


def components(sets: list[Set]) -> list[np.ndarray]:
    """A number for each pair, equal where pairs have a story in common, or are joined by others."""
    out = []
    for one in sets:
        parent = np.arange(one.stories.max() + 1)

        def top(story, parent=parent):
            while parent[story] != story:
                story = parent[story]
            return story

        for a, b in one.stories.tolist():
            parent[top(a)] = top(b)
        out.append(np.array([top(a) for a in one.stories[:, 0].tolist()]))
    return out


class Fit:
    """A multinomial logistic regression on scaled features."""

    def __init__(self, values: np.ndarray, kinds: np.ndarray, weights: np.ndarray) -> None:
        self.middle, self.scale = values.mean(axis=0), values.std(axis=0) + 1e-9
        model = LogisticRegression(C=STRENGTH, max_iter=5000)
        model.fit((values - self.middle) / self.scale, kinds, sample_weight=weights)
        self.slopes = np.zeros((len(KINDS), len(FEATURES)))
        self.offsets = np.full(len(KINDS), -20.0)
        slopes = model.coef_ / self.scale
        self.slopes[model.classes_] = slopes
        self.offsets[model.classes_] = model.intercept_ - slopes @ self.middle

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        scores = values @ self.slopes.T + self.offsets
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)


def weight_of(one: Set) -> float:
    """Sets in which nearly all pairs are unrelated count less, pair by pair."""
    return 0.3 if np.mean(one.kinds != NONE) < 0.1 else 1.0


def fit(sets: list[Set], chosen: list[np.ndarray]) -> Fit:
    return Fit(
        np.concatenate([one.values[c] for one, c in zip(sets, chosen, strict=True)]),
        np.concatenate([one.kinds[c] for one, c in zip(sets, chosen, strict=True)]),
        np.concatenate(
            [np.full(c.sum(), weight_of(one)) for one, c in zip(sets, chosen, strict=True)]
        ),
    )


def told(one: Set, said: np.ndarray, what: str) -> None:
    def rates(kinds):
        is_one, said_one = np.isin(one.kinds, kinds), np.isin(said, kinds)
        right = (is_one & said_one).sum()
        return (
            right / max(1, said_one.sum()),
            right / max(1, is_one.sum()),
            2 * right / max(1, is_one.sum() + said_one.sum()),
        )

    templates = one.kinds == KINDS.index("template")
    copy, recycling = rates(COPY), rates(RECYCLED)
    print(
        f"{what:16s} {one.name:15s}"
        f" copy {copy[2]:.3f} (P {copy[0]:.3f} R {copy[1]:.3f})"
        f" recycling {recycling[2]:.3f} (P {recycling[0]:.3f} R {recycling[1]:.3f})"
        f" templates recycled {np.isin(said[templates], RECYCLED).sum()}/{templates.sum()}"
        f" agreement {np.mean(said == one.kinds):.3f}"
    )


def cross_validated(sets: list[Set]) -> None:
    parts = components(sets)
    sums = [np.zeros((len(one.kinds), len(KINDS))) for one in sets]
    for shuffle in range(SHUFFLES):
        draw = np.random.default_rng(shuffle)
        folds = [draw.permutation(part.max() + 1)[part] % FOLDS for part in parts]
        for fold in range(FOLDS):
            model = fit(
                sets, [one.fitted & (f != fold) for one, f in zip(sets, folds, strict=True)]
            )
            for one, f, total in zip(sets, folds, sums, strict=True):
                total[f == fold] += model.probabilities(one.values[f == fold])
    for one, total in zip(sets, sums, strict=True):
        told(one, one.said(total), "cross-validated")


def left_out(sets: list[Set]) -> None:
    for one in sets:
        others = [other for other in sets if other is not one]
        if sum(np.count_nonzero(other.kinds != NONE) for other in others) > 100:
            model = fit(others, [other.fitted for other in others])
            told(one, one.said(model.probabilities(one.values)), "set left out")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("sets", nargs="+", metavar="CORPUS=LABELS")
    options.add_argument("--write", action="store_true", help="write dedup/weights.py")
    given = options.parse_args()
    sets = [Set(*one.split("=", 1)) for one in given.sets]
    for one in sets:
        missed = np.isin(one.kinds, RECYCLED) & ~one.equal & (one.rows < 0)
        print(f"{one.name}: {len(one.kinds)} pairs, {missed.sum()} recycled ones not compared")
    cross_validated(sets)
    left_out(sets)
    model = fit(sets, [one.fitted for one in sets])
    for one in sets:
        told(one, one.said(model.probabilities(one.values)), "fitted")
    if given.write:
        write(model)


def write(model: Fit) -> None:
    """Write the weights as a module."""
    width = max(map(len, FEATURES))
    lines = [
        '"""Weights of a pair\'s features for each kind; benchmarks/fit_kinds.py writes them."""',
        "",
        "from __future__ import annotations",
        "",
        "import numpy as np",
        "",
        "# fmt: off",
        "# columns: " + ", ".join(KINDS),
        "WEIGHTS = np.array([",
    ]
    for name, row in zip(FEATURES, model.slopes.T, strict=True):
        numbers = ", ".join(f"{value:8.3f}" for value in row)
        lines.append(f"    [{numbers}],  # {name:{width}s}".rstrip())
    lines.append("])")
    lines.append("OFFSETS = np.array([" + ", ".join(f"{v:.3f}" for v in model.offsets) + "])")
    lines.append("# fmt: on")
    path = Path(__file__).parents[1] / "dedup" / "weights.py"
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
