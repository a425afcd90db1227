import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*arguments, cache):
    return subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
    ).stdout


def test_what_was_compiled_ahead_is_not_compiled_again(tmp_path):
    watch = (
        "from numba.core import event\n"
        "class Listener(event.Listener):\n"
        "    def on_start(self, event): print(event.data['dispatcher'].__name__)\n"
        "    def on_end(self, event): pass\n"
        "event.register('numba:compile', Listener())\n"
        "from dedup import scan\n"
        "text = ' '.join(map(str, range(30)))\n"
        "scan([('a', text), ('b', text + ' end')])\n"
    )

    run("-m", "dedup.warm", cache=tmp_path)
    run("-c", "from dedup.warm import gather_a_match; gather_a_match()", cache=tmp_path)
    compiled = set(run("-c", watch, cache=tmp_path).split())

    assert "cut_words" in compiled
    assert compiled.isdisjoint(
        {
            "_meet",
            "_compare",
            "_weigh",
            "_bound",
            "_gather",
            "_cover",
            "_merge",
            "_lead",
        }
    )


def test_another_package_in_the_current_folder_is_not_taken(tmp_path):
    (tmp_path / "dedup").mkdir()
    (tmp_path / "dedup" / "__init__.py").write_text("raise SystemExit(1)")
    cache = tmp_path / "cache"

    subprocess.run(
        [sys.executable, "-P", "-c", "from dedup.warm import start; start()()"],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)},
    )

    assert list(cache.rglob("compare._compare*.nbc"))
