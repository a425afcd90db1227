import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dedup import __version__

PARAGRAPH = (
    "On Monday the council voted to close the eastern bridge until the spring repairs are done"
    " and have been paid for by the towns on both banks."
)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """The first run after an install says on stderr that it compiles."""
    dedup("scan", Path(__file__).parents[1] / "fixtures" / "stories")


@pytest.fixture
def corpus(tmp_path):
    """Two stories that share a paragraph, and one that does not."""
    stories = [("a", PARAGRAPH), ("b", f"{PARAGRAPH}\n\nBridge closed"), ("c", "Nothing to see.")]
    lines = [json.dumps({"id": name, "text": text}) for name, text in stories]
    path = tmp_path / "wire.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def dedup(*arguments, **options):
    command = [sys.executable, "-m", "dedup", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_the_version_is_told():
    assert dedup("--version").stdout == f"dedup {__version__}\n"


def test_a_scan_prints_figures_families_and_stories(corpus):
    done = dedup("scan", corpus)

    assert done.returncode == 0
    assert done.stdout.startswith("3 stories, 4 paragraphs\n")
    assert "Widest families" in done.stdout
    assert "same  in 2 stories, first seen undated in a\n" in done.stdout
    assert "Most recycled stories" in done.stdout


def test_what_is_piped_is_plain_and_has_no_blanks_at_line_ends(corpus):
    lines = dedup("scan", corpus).stdout.split("\n")

    assert all(line == line.rstrip() for line in lines)
    assert "\x1b" not in "".join(lines)


def test_standard_input_is_json_lines(corpus):
    done = dedup("scan", "-", input=corpus.read_text())

    assert done.stdout == dedup("scan", corpus).stdout


def test_json_on_stdout_is_the_document_alone(corpus):
    document = json.loads(dedup("scan", corpus, "--json", "-").stdout)

    assert document["schema"] == "dedup-report/1"
    assert [family["occurrences"][1]["story"] for family in document["families"]] == ["b"]


def test_csv_and_json_lines_fill_folders(corpus, tmp_path):
    done = dedup("scan", corpus, "--csv", tmp_path / "t", "--jsonl", tmp_path / "l", "--quiet")

    assert (done.returncode, done.stdout) == (0, "")
    rows = list(csv.DictReader((tmp_path / "t" / "families.csv").read_text().splitlines()))
    lines = (tmp_path / "l" / "families.jsonl").read_text().splitlines()
    assert [row["text"] for row in rows] == [json.loads(line)["text"] for line in lines]


def test_a_page_is_written_as_a_file_or_as_a_folder(corpus, tmp_path):
    one = dedup("scan", corpus, "--quiet", "--html", tmp_path / "page.html")
    many = dedup("scan", corpus, "--quiet", "--html", f"{tmp_path}/site/")

    assert (one.returncode, one.stdout, many.returncode, many.stdout) == (0, "", 0, "")
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")
    assert {path.name.split("-")[0] for path in (tmp_path / "site").iterdir()} == {
        "index.html",
        "dedup",
    }


def test_too_much_recycled_exits_with_one(corpus):
    assert dedup("scan", corpus, "--fail-on-recycled", "0.9").returncode == 0
    done = dedup("scan", corpus, "--fail-on-recycled", "0.1")

    assert done.returncode == 1
    assert done.stderr == "dedup: 45.8% is recycled, more than 10.0%.\n"


def test_fields_are_named_by_options(tmp_path):
    record = {"slug": "a", "story": PARAGRAPH, "desk": "City", "day": "2026-01-02", "body": "x"}
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps(record) + "\n" + json.dumps({**record, "slug": "b"}) + "\n")

    done = dedup(
        "scan", path, "--id-field", "slug", "--text-field", "story", "--source-field", "desk",
        "--published-field", "day", "--json", "-",
    )  # fmt: skip

    family = json.loads(done.stdout)["families"][0]
    assert (family["story"], family["source"]) == ("a", "City")
    assert family["published"] == "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["nowhere.jsonl"], "dedup: nowhere.jsonl: "),
        (["{corpus}", "--shingle", "0"], "dedup: shingle is 0. Choose from 1 to 50."),
        (["{corpus}", "--threshold", "nan"], "dedup: threshold is nan. Choose from 0.05 to 1."),
        (["{corpus}", "--json", "{folder}/no/r.json"], "its folder does not exist. Create "),
        (["{corpus}", "--json", "{folder}"], "this is a folder. Name a file."),
        (["{corpus}", "--html", "{folder}/no/r.html"], "its folder does not exist. Create "),
        (["{corpus}", "--html", "{corpus}/t/"], "cannot be written (Not a directory)"),
        (["{corpus}", "--csv", "{corpus}/t"], "cannot be written (Not a directory)"),
        (["{corpus}", "--text-field", "story"], 'no field "story" among id, text.'),
        (["{corpus}", "--encoding", "utf-77"], "utf-77"),
    ],
)
def test_bad_input_is_one_sentence_and_two(corpus, tmp_path, arguments, fault):
    given = [argument.format(corpus=corpus, folder=tmp_path) for argument in arguments]

    done = dedup("scan", *given, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert fault in done.stderr
    assert done.stderr.startswith("dedup: ")
    assert done.stderr.count("\n") == 1


def test_a_broken_line_is_named_or_skipped(corpus):
    with corpus.open("a") as file:
        file.write('{"id": "d", "text": \n')

    refused, skipped = dedup("scan", corpus), dedup("scan", corpus, "--skip-bad")

    assert refused.returncode == 2
    assert "wire.jsonl, line 4: " in refused.stderr
    assert skipped.returncode == 0
    assert "wire.jsonl, line 4: " in " ".join(skipped.stdout.split())  # it may be wrapped


def test_a_failed_write_leaves_the_old_report(corpus, tmp_path):
    dedup("scan", corpus)  # so that no kernel is left to compile, and so to write
    place = tmp_path / "report.json"
    place.write_text("old")
    limit = "import resource, runpy, sys; sys.argv = sys.argv[1:];"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600));"
    limit += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    limit += "runpy.run_module('dedup', run_name='__main__')"

    done = subprocess.run(
        [sys.executable, "-c", limit, "dedup", "scan", str(corpus), "--json", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2, done.stderr
    assert "cannot be written (File too large)" in done.stderr
    assert place.read_text() == "old"
    assert [path.name for path in tmp_path.glob(".report*")] == []


def test_an_interrupt_is_one_sentence_and_leaves_nothing(tmp_path):
    place = tmp_path / "report.json"
    with subprocess.Popen(
        [sys.executable, "-m", "dedup", "scan", "-", "--json", str(place)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)

    assert running.returncode == 130
    assert told == "dedup: interrupted. No file was changed.\n"
    assert not place.exists()


def test_a_reader_that_goes_away_is_no_fault(corpus):
    command = f"{sys.executable} -m dedup scan {corpus} --json - | head -c 1"

    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_help_loads_no_kernel_and_no_arrow():
    check = (
        "import sys; sys.argv = ['dedup', 'scan', '--help']\n"
        "from dedup.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'numba', 'numpy', 'pyarrow'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", check], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    "option", ["--json={corpus}", "--html={corpus}", "--csv={folder}", "--jsonl={folder}/out"]
)
def test_what_is_read_is_never_written_over(corpus, tmp_path, option):
    before = corpus.read_bytes()

    done = dedup("scan", corpus, tmp_path, option.format(corpus=corpus, folder=tmp_path))

    assert done.returncode == 2
    assert "stories are read from" in done.stderr
    assert corpus.read_bytes() == before


def test_a_report_goes_into_a_device_and_through_a_link(corpus, tmp_path):
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)

    dedup("scan", corpus, "--quiet", "--json", link)
    null = dedup("scan", corpus, "--quiet", "--json", "/dev/null")

    assert link.is_symlink()
    assert json.loads(target.read_text())["schema"] == "dedup-report/1"
    assert null.returncode == 0
    assert Path("/dev/null").is_char_device()
