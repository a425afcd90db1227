"""Weights of the features of a pair, for each kind; benchmarks/fit_kinds.py writes them."""

from __future__ import annotations

import numpy as np

# fmt: off
# columns: none, same, edited, partial, rewritten, template
WEIGHTS = np.array([
    [  -9.794,    8.007,   -5.983,   -0.455,    1.123,    7.102],  # bigrams
    [  -4.403,    4.487,    7.886,    1.799,   -8.544,   -1.226],  # containment
    [   0.185,   -0.038,   -0.035,    0.036,    0.004,   -0.152],  # longest
    [   5.420,   -3.408,   -9.354,    7.769,    1.686,   -2.113],  # missing
    [  -3.952,   10.960,    0.162,    0.945,   -2.807,   -5.308],  # weighted_jaccard
    [  -3.372,   -0.847,    1.523,    1.039,    1.093,    0.565],  # shared_weight
    [   0.100,   -0.011,   -0.014,   -0.071,    0.019,   -0.023],  # shared_names
    [   0.178,   -0.844,    0.391,    0.159,    0.174,   -0.058],  # shared_plain
    [  -0.005,    0.053,   -0.013,    0.016,   -0.009,   -0.042],  # added
    [   4.649,   -3.158,   -6.449,   -2.823,   -2.696,   10.476],  # conflict
    [   2.552,   -3.687,    0.273,   -2.257,   -1.910,    5.028],  # worn
    [  -0.525,   -0.385,   -1.547,    2.181,   -0.964,    1.240],  # contested
])
OFFSETS = np.array([12.998, -1.738, -4.736, -7.909, -0.874, 2.260])
# fmt: on
