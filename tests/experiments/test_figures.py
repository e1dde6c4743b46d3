"""The program that draws the figures, from the command line to the files."""

import hashlib
import io
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import figures
import numpy as np
import pytest
import table1
from configuration import build
from hydra_app import CONF_DIR, compose
from PIL import Image

from dupeval.dataset.folder import read_folder
from dupeval.errors import SettingsError
from dupeval.files import OURS, file_sha256

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "results" / "reference" / "figures"

# Drawn from the images and the configuration alone: nothing in them depends on the processor.
EXACT = ("process", "extraction", "duplicates")
KINDS = ("png", "pdf", "svg", "md", "tex")
METHODS = ("method=[raw,raw_pca]", "methods.raw_pca.reduction.n_components=1")
OWN = (
    *("figure=[process,extraction,duplicates,components,dendrogram]", *METHODS),
    *("figures.process.method=raw_pca", "figures.extraction.method=raw_pca"),
    *("figures.dendrogram.method=raw_pca", "figures.components.methods=[raw,raw_pca]"),
)
ONE = ("figure=dendrogram", "figures.dendrogram.method=raw_pca", *METHODS)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    """Three queries of six images, and their Table 1 beside them."""
    folder = tmp_path_factory.mktemp("small")
    names = ("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif")
    photographs = dict(zip(names, "ppqqrs", strict=True))
    make_dataset(folder / "data", dict.fromkeys(("one", "두번째", "3"), photographs))
    make_table1(folder, *METHODS)
    return folder


def common(folder: Path) -> list[str]:
    places = (f"dataset.root={folder / 'data'}", f"cache_dir={folder / 'cache'}")
    return ["dataset=folder", *places, "progress=false"]


def make_table1(folder: Path, *methods: str) -> None:
    run = ("protocol=[loqo,fixed]", f"out_dir={folder / 'table1'}")
    table1.main(compose("table1", [*common(folder), *methods, *run]))


def draw(folder: Path, out: Path, *overrides: str, status: int = 0) -> dict[str, bytes]:
    places = (f"table1_dir={folder / 'table1'}", f"out_dir={out}")
    assert figures.main(compose("figures", [*common(folder), *places, *overrides])) == status
    return {path.name: path.read_bytes() for path in out.iterdir() if path.name != OURS}


def complaint(folder: Path, out: Path, *overrides: str) -> str:
    with pytest.raises(SettingsError) as caught:
        draw(folder, out, *ONE, *overrides)
    assert not out.exists()
    return str(caught.value)


@pytest.fixture(scope="module")
def drawn(small: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give the files of five figures of the small dataset."""
    return draw(small, tmp_path_factory.mktemp("drawn"), *OWN)


def test_every_figure_is_a_png_vectors_and_a_caption(drawn: dict[str, bytes]) -> None:
    names = ("process", "extraction", "duplicates", "components", "dendrogram")
    files = {f"{name}.{kind}" for name in names for kind in KINDS}
    assert set(drawn) == {*files, "figures.json"}


def test_what_each_was_drawn_from_is_recorded(small: Path, drawn: dict[str, bytes]) -> None:
    record = json.loads(drawn["figures.json"])
    assert record["dataset_fingerprint"] == read_folder(small / "data").fingerprint
    stored = file_sha256(small / "table1" / "table1.csv")
    of_results = {"dendrogram": stored}
    names = ("components", "dendrogram", "duplicates", "extraction", "process")
    assert list(record["figures"]) == list(names)
    for name, figure in record["figures"].items():
        assert figure["png_sha256"] == hashlib.sha256(drawn[f"{name}.png"]).hexdigest()
        assert figure["table1_sha256"] == of_results.get(name)
        assert drawn[f"{name}.md"].decode().startswith(f"**{figure['title'].split(' ')[0]}")


def test_figures_drawn_one_after_the_other_are_recorded_like_those_drawn_at_once(
    small: Path, tmp_path: Path, drawn: dict[str, bytes]
) -> None:
    first, *others = OWN
    for name in first.removeprefix("figure=[").removesuffix("]").split(","):
        own = [o for o in others if o.startswith((f"figures.{name}.", "method"))]
        contents = draw(small, tmp_path / "out", f"figure={name}", *own)
    assert contents == drawn


def test_a_figure_is_as_wide_as_a_column_or_a_page(small: Path, tmp_path: Path) -> None:
    for width, pixels in (("single", 669), ("double", 1338)):
        png = draw(small, tmp_path / width, *ONE, f"figure.width={width}")["dendrogram.png"]
        assert int.from_bytes(png[16:20]) == pixels
    message = "figure.width=half is not possible; possible: single, double"
    assert complaint(small, tmp_path / "out", "figure.width=half") == message
    drawn = draw(
        small,
        tmp_path / "some",
        "figure=[extraction,duplicates,dendrogram]",
        *ONE[1:],
        "figure.width=single",
        status=3,
    )
    assert {name for name in drawn if name.endswith(".png")} == {"dendrogram.png"}


def test_drawn_again_they_are_the_same_bytes(
    small: Path, tmp_path: Path, drawn: dict[str, bytes]
) -> None:
    assert draw(small, tmp_path / "out", *OWN) == drawn


def test_what_is_drawn_and_written_is_told_and_other_figures_are_left_alone(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "groups.png").write_bytes(b"mine")
    assert draw(small, out, *ONE)["groups.png"] == b"mine"
    files = (*(f"dendrogram.{kind}" for kind in KINDS), "figures.json")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"written to {out}: {', '.join(files)}"]


def test_another_query_is_another_picture(
    small: Path, tmp_path: Path, drawn: dict[str, bytes]
) -> None:
    other = draw(small, tmp_path / "out", *ONE, "query=3")
    assert drawn["dendrogram.png"] != other["dendrogram.png"]
    assert "the query 두번째" in drawn["dendrogram.md"].decode()
    assert "the query 3" in other["dendrogram.md"].decode()


class TestMethodsThatOnlyTheTableHas:
    def test_are_drawn_as_they_were_run(self, small: Path, tmp_path: Path) -> None:
        contents = draw(small, tmp_path / "out", "figure=[precision_recall,scores]", "method=raw")
        caption = contents["precision_recall.md"].decode()
        assert "raw\\_pca.reduction.n\\_components=1" in caption
        assert "Without scores: none." in caption

    @pytest.mark.parametrize(
        "settings",
        [
            {"_target_": "os.system", "command": "false"},
            {"_target_": "dupeval.files.shutil.rmtree", "path": "x"},
            {"_target_": "dupeval.method.external.ExternalMethod", "tool": {}},
            {
                "_target_": "dupeval.method.vectors.VectorMethod",
                "representation": {"_target_": "dupeval.tool.command.Command", "arguments": ["x"]},
            },
            {"_target_": "dupeval.representation.raw.RawPixels"},
            {"linkage": "average"},
            *([], "x", ["x"]),
            *(
                {"_target_": "dupeval.method.vectors.VectorMethod", "linkage": text}
                for text in ("${nothing}", "${oc.env:HOME}", "${", "???")
            ),
            json.loads('{"grid":' * 500 + "1" + "}" * 500),
        ],
    )
    def test_but_nothing_else_is_made_of_what_a_file_names(
        self, tmp_path: Path, settings: object
    ) -> None:
        pixels = {
            "_target_": "dupeval.method.vectors.VectorMethod",
            "representation": {"_target_": "dupeval.representation.raw.RawPixels", "size": 8},
        }
        methods = {"known": pixels, "mine": pixels, "other": settings}
        run = {"parts": [{"configuration": {"methods": methods}}]}
        (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
        found = figures.stored_methods(tmp_path, ["known"])
        assert {name: own for name, (own, _) in found.items()} == {"mine": pixels}

    @pytest.mark.parametrize(
        "content", ["", "[]", "{}", '{"parts": [{"configuration": {"methods": 3}}]}', "[" * 20_000]
    )
    def test_nor_of_a_run_json_that_is_none(self, tmp_path: Path, content: str) -> None:
        assert figures.stored_methods(tmp_path, []) == {}
        (tmp_path / "run.json").write_text(content, encoding="utf-8")
        assert figures.stored_methods(tmp_path, []) == {}


class TestWhatGoesWrong:
    def test_no_stored_results_names_the_command(self, small: Path, tmp_path: Path) -> None:
        message = complaint(small, tmp_path / "out", f"table1_dir={tmp_path / 'none'}")
        assert message.startswith("figure dendrogram: no stored results in")
        assert "run python experiments/table1.py with the same" in message

    def test_of_several_figures_those_that_cannot_be_drawn_are_left_out_and_told(
        self, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        nothing = f"table1_dir={tmp_path / 'none'}"
        contents = draw(small, tmp_path / "out", *OWN, nothing, status=3)
        whole = ("process", "extraction", "duplicates", "components")
        assert set(contents) == {f"{n}.{kind}" for n in whole for kind in KINDS} | {"figures.json"}
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("left out: figure dendrogram: no stored results in")

    def test_a_query_that_does_not_exist_lists_those_that_do(
        self, small: Path, tmp_path: Path
    ) -> None:
        message = complaint(small, tmp_path / "out", "query=two")
        assert message.endswith("there is no such query; possible: one, 두번째, 3")

    def test_no_figure_at_all_lists_those_there_are(self, small: Path, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="no figure is chosen; possible: components, dend"):
            draw(small, tmp_path / "out", "figure=[]")

    def test_a_figure_that_does_not_exist(self) -> None:
        with pytest.raises(SettingsError, match="there is no figure 'dendrogramm'; possible: comp"):
            compose("figures", ["figure=dendrogramm"])

    def test_a_method_that_is_not_in_the_run(self, small: Path, tmp_path: Path) -> None:
        message = complaint(small, tmp_path / "out", "figures.dendrogram.method=vgg")
        assert message == "figure dendrogram: the method 'vgg' is not in the run; possible: " + (
            "raw, raw_pca"
        )

    def test_results_of_other_settings(self, small: Path, tmp_path: Path) -> None:
        message = complaint(small, tmp_path / "out", "methods.raw_pca.linkage=average")
        assert "linkage was complete and is average" in message

    def test_earlier_figures_stay_when_a_run_fails(self, small: Path, tmp_path: Path) -> None:
        before = draw(small, tmp_path / "out", *ONE)
        with pytest.raises(SettingsError):
            draw(small, tmp_path / "out", *ONE, "methods.raw_pca.linkage=average")
        paths = [path for path in (tmp_path / "out").iterdir() if path.name != OURS]
        assert {path.name: path.read_bytes() for path in paths} == before


@pytest.mark.slow
def test_two_thousand_images_are_thinned_out_and_two_are_enough(
    tmp_path: Path, make_dataset: Callable[..., Path]
) -> None:
    many = {f"{i}.png": f"p{i // 3}" for i in range(2000)}
    two, same = {"a.png": "p", "b.png": "q"}, {"a.png": "p", "b.png": "p"}
    make_dataset(tmp_path / "data", {"many": many, "two": two, "same": same})
    make_table1(tmp_path, "method=raw")
    own = (
        *("figure=[components,dendrogram]", "method=raw"),
        *("figures.dendrogram.method=raw", "figures.components.methods=[raw]"),
    )
    contents = draw(tmp_path, tmp_path / "many", *own, "query=many")
    assert sum(map(len, contents.values())) < 2e6
    for name in ("components", "dendrogram"):
        assert "Of 2000 images 24 are shown" in contents[f"{name}.md"].decode()
    for query in ("two", "same"):
        draw(tmp_path, tmp_path / query, *own, f"query={query}")


def test_all_figures_that_there_are_are_drawn_by_default() -> None:
    there = {path.stem for path in Path(CONF_DIR, "figure").glob("*.yaml")}
    assert set(compose("figures", []).figures) == there


def test_a_query_whose_name_is_a_number_can_be_chosen_for_every_figure_of_one() -> None:
    config = compose("figures", ["query=1"])
    of_query = [name for name, figure in config.figures.items() if "query" in figure]
    assert {"process", "extraction", "components", "dendrogram", "groups"} <= set(of_query)
    for name in of_query:
        assert build(config.figures[name], f"figures.{name}").query == "1"


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the figures of the stand-in that need no vectors, drawn anew."""
    folder = tmp_path_factory.mktemp("redrawn")
    root = f"dataset.root={ROOT / 'data' / 'standin-news-0'}"
    chosen = f"figure=[{','.join(EXACT)}]"
    where = (f"cache_dir={ROOT / '.cache'}", f"out_dir={folder}", "progress=false")
    figures.main(compose("figures", [root, chosen, *where]))
    return folder


@pytest.mark.parametrize("name", EXACT)
def test_the_committed_figures_are_what_the_program_draws(redrawn: Path, name: str) -> None:
    made, committed = (pixels(folder / f"{name}.png") for folder in (redrawn, COMMITTED))
    assert made.shape == committed.shape
    difference = np.abs(made.astype(int) - committed.astype(int))
    if with_pinned_versions():
        assert difference.max() == 0
    # Other libraries draw letters and shrink images a little differently.
    assert difference.mean() < 4


def pixels(path: Path) -> np.ndarray:
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        return np.asarray(image.convert("RGB"))


def with_pinned_versions() -> bool:
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return all(f"{name}=={version(name)}" in pinned for name in ("matplotlib", "numpy", "pillow"))
