"""`dupeval.group` as a script uses it, and as docs/library.md shows it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fake_photographs import write_copies
from own_images import write_photograph

import dupeval
from dupeval.errors import DupevalError
from dupeval.grouping.default import default_method
from dupeval.grouping.tables import COLUMNS

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    write_copies(folder / "photos", 1)
    write_photograph(folder / "photos" / "alone.png", 3)
    (folder / "photos" / "broken.jpg").write_bytes(b"")
    return folder


def test_a_row_an_image(folder: Path) -> None:
    table = dupeval.group(folder / "photos", cache_dir=folder / "cache")
    assert list(table.columns) == list(COLUMNS)
    assert sorted(table.groupby("group").size()) == [1, 4]
    assert (table.loc[table["path"] == table["keeper"], "distance"] == 0).all()
    assert table.attrs == {
        "method": "verified",
        "threshold": 0.5,
        "unread": [(str(folder / "photos" / "broken.jpg"), "the file has zero bytes")],
    }


def test_a_method_of_ones_own_and_several_paths(folder: Path) -> None:
    paths = sorted((folder / "photos").glob("1*.jpg"))
    table = dupeval.group(paths, method=default_method(), cache_dir=folder / "cache")
    assert table.attrs["method"] == "PairMethod"
    assert table["group"].nunique() == 1


def test_against_a_library(folder: Path) -> None:
    table = dupeval.group(
        folder / "photos" / "1 small.jpg",
        against=folder / "photos" / "1 first.jpg",
        cache_dir=folder / "cache",
    )
    assert table["reference"].tolist() == [True, False]
    assert table["keeper"].nunique() == 1


def test_what_is_not_possible_is_said(folder: Path) -> None:
    with pytest.raises(DupevalError, match="possible: pixels, bytes, oldest, name"):
        dupeval.group(folder, keep="best")  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="has no attribute 'groups'"):
        dupeval.groups  # type: ignore[attr-defined]  # noqa: B018


def test_the_example_in_the_docs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(import dupeval\n.*?)```", text, re.DOTALL)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "xdg"))
    exec(compile(example, "docs/library.md", "exec"), {})
    out = capsys.readouterr().out
    assert "3 of 5 need not be kept" in out
    assert "photos/broken.jpg the file has zero bytes" in out


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, dupeval; print(sorted(m for m in sys.modules if m.startswith('dupeval')))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "['dupeval']\n"
