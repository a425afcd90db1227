"""Weights of a pair's features for each kind; benchmarks/fit_kinds.py writes them."""

from __future__ import annotations

import numpy as np

# fmt: off
# columns: none, same, edited, partial, rewritten, template
WEIGHTS = np.array([
    [ -10.311,    5.652,   -3.938,   -1.794,    1.645,    8.746],  # bigrams
    [  -4.866,    5.807,    7.260,    2.171,   -8.247,   -2.124],  # containment
    [   0.213,   -0.033,   -0.044,    0.038,   -0.038,   -0.136],  # longest
    [   5.353,   -2.746,   -9.285,    6.749,    1.813,   -1.885],  # missing
    [  -5.377,    8.349,    2.137,   -3.593,   -1.024,   -0.493],  # weighted_jaccard
    [  -2.575,   -0.603,    0.921,    2.131,    0.773,   -0.647],  # shared_weight
    [   0.075,   -0.003,   -0.006,   -0.039,    0.021,   -0.047],  # shared_facts
    [  -0.067,   -0.300,    0.439,    0.149,    0.030,   -0.251],  # shared_plain
    [   3.286,   -5.228,    2.960,   -1.221,   -0.757,    0.961],  # conflict
    [  -0.569,   -1.495,   -7.566,   -1.596,   -1.050,   12.276],  # facts
    [   0.343,   -0.269,   -0.591,   -0.499,    0.045,    0.970],  # figures
    [   1.446,   -1.416,    0.263,   -1.182,   -0.538,    1.427],  # frame
    [   3.499,   -4.905,   -0.108,   -2.328,   -1.277,    5.118],  # worn
    [  -0.663,   -0.257,   -1.381,    2.476,   -1.014,    0.839],  # contested
])
OFFSETS = np.array([12.125, -3.279, -4.494, -9.369, 0.198, 4.819])
# fmt: on
