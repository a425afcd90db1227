"""What the README shows is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_session_prints_what_the_readme_shows():
    command, shown = blocks("console")[0].removeprefix("$ dedup ").split("\n", 1)

    assert run(sys.executable, "-m", "dedup", *shlex.split(command)) == shown


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_every_program_prints_what_the_readme_shows(number):
    assert run(sys.executable, "-c", blocks("python")[number]) == blocks("text")[number]


def test_two_commands_stand_at_the_top_and_ci_runs_the_second():
    scan, tests = blocks("sh")
    chosen = r"eval \"\$\(grep -m1 '(.+)' README.md\)\""
    pattern = re.search(chosen, (ROOT / ".ci" / "run").read_text()).group(1)

    assert scan.startswith("python3 -m venv .venv && ")
    assert scan.endswith("dedup scan fixtures/stories\n")
    assert [line for line in README.splitlines() if re.match(pattern, line)] == [tests.strip()]


def test_every_field_of_the_report_is_documented():
    from dedup import scan

    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "report.md").read_text()))
    tables = scan(ROOT / "fixtures" / "stories").to_arrow()

    names = {name for table in tables.values() for name in (*table.column_names,)}

    assert names - {"family"} <= documented
    assert set(tables) <= documented
