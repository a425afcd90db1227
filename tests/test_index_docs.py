"""What docs/index.md and the README show of the index is what happens."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

from dedup.index import Index
from dedup.index.signatures import as_they_are, hashes_of, to_lean

ROOT = Path(__file__).parents[1]


def shown(path):
    """Each program with the output that is shown under it."""
    pattern = r"^```python\n(.*?)^```\n```text\n(.*?)^```$"
    return re.findall(pattern, path.read_text(), re.DOTALL | re.MULTILINE)


def run(program, folder):
    shutil.copytree(ROOT / "fixtures", folder / "fixtures", dirs_exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def test_the_programs_print_what_the_page_shows(tmp_path):
    for program, output in shown(ROOT / "docs" / "index.md"):
        assert run(program, tmp_path) == output


def test_the_pipeline_prints_what_the_readme_shows(tmp_path):
    programs = [(p, o) for p, o in shown(ROOT / "README.md") if "Index.open" in p]

    assert [run(program, tmp_path) for program, _ in programs] == [o for _, o in programs]
    assert programs


@pytest.mark.parametrize("text", ["", "A bridge.", "The river rose by the bridge at Brask. " * 3])
def test_signatures_are_what_datasketch_makes_of_the_same_shingles(tmp_path, text):
    with Index.open(tmp_path / "wire.index") as index:
        ours, signature = index.to_minhash(text), index.signature(text)
    theirs = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=as_they_are)
    theirs.update_batch(hashes_of(text))

    assert ours == theirs
    assert to_lean(signature) == LeanMinHash(theirs)


def test_an_lsh_filled_from_an_index_finds_the_same_candidates(tmp_path):
    def filled(entries):
        lsh = MinHashLSH(threshold=0.5, num_perm=128)
        for name, signature in entries:
            lsh.insert(name, signature)
        return lsh

    with Index.open(tmp_path / "wire.index") as index:
        index.add_many(ROOT / "fixtures" / "stories")
        held = dict(index.to_datasketch())
        own = {}
        for name in held:
            sketch = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=as_they_are)
            sketch.update_batch(hashes_of(index.story(name).text))
            own[name] = LeanMinHash(sketch)
    ours, theirs = filled(held.items()), filled(own.items())

    found = {name: sorted(ours.query(signature)) for name, signature in held.items()}

    assert found == {name: sorted(theirs.query(signature)) for name, signature in own.items()}
    assert any(len(names) > 1 for names in found.values())
