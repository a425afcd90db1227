"""How large is the page of a corpus, how long does it take to write, and how quick is it to read?

    python benchmarks/page.py CORPUS [scan options] [--site]

Scans the corpus, writes its page (or site) in a fresh folder, opens it in Chromium from the disk,
and prints bytes, seconds of writing after the report, milliseconds to the first content, and
milliseconds from a keystroke in the search of families to the list drawn again, the median and the
worst of several.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from dedup import scan

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser import Reader, running

_QUERY = "the government said on"
_OPENINGS = 5
_PAINTED = """() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"""
_TIMED = """letter => new Promise((done) => {
  const search = VIEW.querySelector('input[type=search]');
  const start = performance.now();
  search.value += letter;
  search.dispatchEvent(new Event('input', { bubbles: true }));
  document.body.offsetHeight;
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("--source-field")
    parser.add_argument("--site", action="store_true")
    given = parser.parse_args()
    fields = {"source": given.source_field} if given.source_field else None
    report = scan(given.corpus, fields=fields)
    with tempfile.TemporaryDirectory() as folder:
        report.to_json(Path(folder) / "report.json")  # what a report computes for any output
        (Path(folder) / "report.json").unlink()
        place = Path(folder) / "page.html"
        start = time.perf_counter()
        report.to_html(f"{folder}/" if given.site else place)
        written = time.perf_counter() - start
        files = [file for file in Path(folder).rglob("*") if file.is_file()]
        print(f"{len(report.stories):,} stories, {len(report.families):,} families")
        print(f"{sum(file.stat().st_size for file in files) / 1e6:.2f} MB in {len(files)} files")
        print(f"{written:.2f} s to write")
        measure(Path(folder) / "index.html" if given.site else place)


def measure(place: Path) -> None:
    """Print how quick the page is."""
    with running() as browser:
        paints, lists, keys = [], [], []
        for _ in range(_OPENINGS):
            reader = Reader(browser, place)
            page = reader.look()
            page.wait_for_function(
                "() => performance.getEntriesByName('first-contentful-paint')[0]"
            )
            paints.append(page.evaluate(_PAINTED))
            start = time.perf_counter()
            reader.go("families")
            lists.append(1000 * (time.perf_counter() - start))
            keys += [page.evaluate(_TIMED, letter) for letter in _QUERY]
            reader.close()
    for name, found in (("first content", paints), ("families", lists), ("keystroke", keys)):
        print(f"{name}: median {statistics.median(found):.0f} ms, worst {max(found):.0f} ms")


if __name__ == "__main__":
    main()
