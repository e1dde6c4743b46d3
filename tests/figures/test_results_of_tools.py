"""From the command line: groups written down from a tool, a tool that is missing, hostile names."""

import csv
from collections.abc import Callable
from pathlib import Path

import figures
import pytest
import table1
from fake_experiment import experiment
from hydra_app import compose

from dupeval.figures.saving import KINDS

OWN = ("groups", "thresholds", "precision_recall", "distances", "scores", "edits")
METHODS = ("raw", "visipics", "command")
HOSTILE = "$x_{2}$ <script>"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    """Three queries of two images, one of them with nothing to find, and their Table 1."""
    folder = tmp_path_factory.mktemp("tools")
    two, none = {"a.png": "p", "b.png": "p"}, {"a.png": "p", "b.png": "q"}
    queries = {HOSTILE: two, "두번째": none, "3": two}
    root = make_dataset(folder / "data", queries, {"b.png": "<b>:1+$y$"})
    titles = ((HOSTILE, "$\\frac{ &amp; *x*\n" * 9), ("두번째", "신용대출 규제"), ("3", "3"))
    write_csv(root / "queries.csv", ("query", "title"), *titles)
    found = ((HOSTILE, "a.png", "1"), (HOSTILE, "b.png", "1"), ("두번째", "", ""), ("3", "", ""))
    write_csv(folder / "found.csv", ("query", "image", "group"), *found)
    run = ("protocol=[loqo,fixed]", f"out_dir={folder / 'table1'}")
    table1.main(compose("table1", [*common(folder), *run]))
    return folder


def write_csv(path: Path, *rows: tuple[str, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def common(folder: Path) -> list[str]:
    places = (f"dataset.root={folder / 'data'}", f"cache_dir={folder / 'cache'}")
    tool = f"methods.visipics.file={folder / 'found.csv'}"
    return ["dataset=folder", *places, "progress=false", *experiment(folder, *METHODS), tool]


def draw(folder: Path, out: Path, *names: str) -> dict[str, bytes]:
    own = {
        "groups": ("figures.groups.methods=[raw]", "figures.groups.tool=visipics"),
        "thresholds": ("figures.thresholds.methods=[raw,visipics]",),
        "distances": ("figures.distances.methods=[raw]",),
    }
    chosen = [override for name in names for override in own.get(name, ())]
    places = (f"table1_dir={folder / 'table1'}", f"out_dir={out}", f"figure=[{','.join(names)}]")
    query = 'query="$x_{2}$ <script>"'
    figures.main(compose("figures", [*common(folder), *places, query, *chosen]))
    return {path.name: path.read_bytes() for path in out.iterdir() if path.name != ".dupeval"}


@pytest.fixture(scope="module")
def drawn(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return draw(stored, tmp_path_factory.mktemp("drawn"), *OWN)


def test_all_are_drawn_and_twice_the_same(
    stored: Path, drawn: dict[str, bytes], tmp_path: Path
) -> None:
    files = {f"{name}.{kind}" for name in OWN for kind in KINDS}
    assert set(drawn) == {*files, "figures.json"}
    assert draw(stored, tmp_path, *OWN) == drawn


def test_captions_say_who_has_no_figures(drawn: dict[str, bytes]) -> None:
    assert "Without scores: command." in drawn["precision_recall.md"].decode()
    assert "Without scores: command (missing)." in drawn["scores.md"].decode()
    assert "visipics has none" in drawn["thresholds.md"].decode()


def test_titles_do_no_harm(drawn: dict[str, bytes]) -> None:
    caption = drawn["groups.md"].decode()
    assert "query $x\\_{2}$ &lt;script&gt; ($\\\\frac{ &amp;amp; \\*x\\* $" in caption
    assert len(caption.splitlines()) == 5
