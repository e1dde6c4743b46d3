"""The findings of a suite's run as the first part of the report."""

import json
from pathlib import Path

import pytest
from PIL import Image

from dupeval.files import file_sha256
from dupeval.report.findings import read_findings
from dupeval.report.pictures import EncodedPicture
from dupeval.stored_run import StoredResultsError

TEXT = """Of 2 datasets: `mine`.

## Which method

| method   | F1   |
|:---------|-----:|
| **best** | 0.9  |
| <i>x     | 0.1  |

![Mean ranks](ranks.png)

### Deeper

[elsewhere](https://example.org) and <script>alert(1)</script>

## What holds of `mine`

It **holds**.
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "suite.csv").write_text("dataset,method\nmine,a\nother,a\n", encoding="utf-8")
    (folder / "findings.md").write_text(TEXT, encoding="utf-8")
    Image.new("RGB", (20, 10)).save(folder / "ranks.png")
    part = {
        "dataset": {"name": "mine", "fingerprint": "f"},
        "protocols": {},
        "configuration": {"methods": {}},
    }
    outputs = {path.name: file_sha256(path) for path in folder.iterdir()}
    about = {"parts": [part], "outputs": outputs}
    (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def test_they_are_sections_as_html(suite: Path) -> None:
    findings, reason = read_findings(suite, "mine")
    assert findings
    assert reason == ""
    head, methods, holds = findings.sections({})
    assert (head.heading, head.html) == ("", "<p>Of 2 datasets: <code>mine</code>.</p>\n")
    assert methods.heading == "Which method"
    assert (holds.heading, holds.html) == (
        "What holds of mine",
        "<p>It <strong>holds</strong>.</p>\n",
    )


def test_headings_are_one_deeper_and_tables_scroll_without_a_style(suite: Path) -> None:
    html = read_findings(suite, "mine")[0].sections({})[1].html
    assert "<h4>Deeper</h4>" in html
    assert '<div class="scroll" tabindex="0" role="region" aria-label="Table 1 of the' in html
    assert '<th scope="col">method</th>\n<th scope="col" class="figure">F1</th>' in html
    assert "<td><strong>best</strong></td>" in html
    assert "style=" not in html


def test_nothing_of_it_becomes_an_element_or_leads_outside(suite: Path) -> None:
    html = read_findings(suite, "mine")[0].sections({})[1].html
    assert "<td>&lt;i&gt;x</td>" in html
    assert "&lt;script&gt;" in html
    assert "href" not in html


def test_pictures_are_those_of_the_folder(suite: Path) -> None:
    findings, _ = read_findings(suite, "mine")
    assert dict(findings.pictures) == {"ranks.png": suite / "ranks.png"}
    picture = EncodedPicture("data:image/webp;base64,AAAA", 20, 10)
    html = findings.sections({"ranks.png": picture})[1].html
    assert '<img src="data:image/webp;base64,AAAA" alt="Mean ranks" width="20" height="10"' in html
    assert "<img" not in findings.sections({})[1].html


def test_those_of_other_datasets_are_left_out_with_the_reason(suite: Path) -> None:
    assert read_findings(suite, "yours") == (
        None,
        f"The findings in {suite} are of other datasets (mine, other), and are left out.",
    )


def test_where_there_are_none_it_is_said_how_to_get_them(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "nowhere"):
        findings, reason = read_findings(folder, "mine")
        assert findings is None
        assert "experiments/suite.py (make suite)" in reason


def test_a_text_that_was_changed_since_is_refused(suite: Path) -> None:
    (suite / "findings.md").write_text("Best: mine.", encoding="utf-8")
    with pytest.raises(StoredResultsError, match=r"findings\.md is not the file that run\.json"):
        read_findings(suite, "mine")
