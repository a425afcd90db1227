"""axe-core finds nothing serious on any view, in the light and in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup import scan
from tests.browser import Reader, axe, running

STORIES = Path(__file__).parents[1] / "fixtures" / "stories"
VIEWS = {
    "overview": "",
    "families": "families",
    "family": "family-8d807af4605e2478",
    "stories": "stories",
    "story": "story-mercury-0211-analysis",
    "side by side": "beside-vpa-0212-adjourn~evening-post-2026-02-13-talks",
    "nowhere": "story-none",
}


@pytest.fixture(scope="module", params=["light", "dark"])
def reader(request, tmp_path_factory):
    source = axe()
    path = tmp_path_factory.mktemp("axe") / "page.html"
    scan(STORIES).to_html(path)
    with running() as browser:
        opened = Reader(browser, path, color_scheme=request.param, bypass_csp=True)
        opened.context.add_init_script(source)
        yield opened
        opened.close()


@pytest.mark.parametrize("address", VIEWS.values(), ids=list(VIEWS))
def test_axe_finds_nothing_serious(reader, address):
    page = reader.look(address)
    page.wait_for_timeout(100)  # for what is drawn once a width is known

    found = page.evaluate("() => axe.run()")

    serious = [
        (rule["id"], rule["impact"], rule["nodes"][0]["html"], rule["nodes"][0]["failureSummary"])
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert len(found["passes"]) > 10
