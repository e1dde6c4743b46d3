"""The photographs: found by content among the installed packages, or all problems at once."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from dupeval.dataset.making.photographs import fit
from dupeval.dataset.standin import sources as module
from dupeval.dataset.standin.sources import (
    SourcesError,
    load_photograph,
    locate_sources,
    read_sources,
)
from dupeval.errors import DupevalError


def test_the_list_is_whole() -> None:
    listed = read_sources()
    assert len(listed) == 99
    assert len({source.photograph for source in listed}) == 99
    assert len({source.query for source in listed}) == 9
    assert len({(source.query, source.title) for source in listed}) == 9
    assert all(len(source.sha256) == 64 for source in listed)
    assert len({(source.sha256, source.crop) for source in listed}) == 99


def test_every_file_is_found() -> None:
    listed = read_sources()
    assert set(locate_sources(listed)) == {source.sha256 for source in listed}


def test_packages_are_not_imported() -> None:
    code = (
        "import sys\n"
        "from dupeval.dataset.standin.sources import locate_sources, read_sources\n"
        "locate_sources(read_sources())\n"
        "print(sorted({'mvtbdata', 'skimage', 'sklearn', 'matplotlib', 'torch'} & {*sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_tampered_and_missing_files_are_reported_together() -> None:
    first, second, third, *rest = read_sources()
    tampered = dataclasses.replace(first, sha256="0" * 64)
    missing = dataclasses.replace(second, path="mvtbdata/images/nowhere.png")
    with pytest.raises(SourcesError) as caught:
        locate_sources([tampered, missing, third, *rest])
    assert isinstance(caught.value, DupevalError)
    message = str(caught.value)
    assert len(caught.value.problems) == 2
    assert f"mvtb-data 1.6.1: {first.path} has the SHA-256 {first.sha256[:16]}" in message
    assert "mvtb-data 1.6.1: mvtbdata/images/nowhere.png is missing" in message
    assert "mvtb-data==1.6.1" in message
    assert "pip install -c constraints.txt -e '.[standin]'" in message
    assert "scikit-image" not in message


def test_a_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def distribution(name: str) -> object:
        if name in ("scikit-image", "mvtb-data"):
            raise module.PackageNotFoundError(name)
        return original(name)

    original = module.distribution
    monkeypatch.setattr(module, "distribution", distribution)
    with pytest.raises(SourcesError) as caught:
        locate_sources(read_sources())
    assert caught.value.problems == ("mvtb-data is not installed", "scikit-image is not installed")
    assert "mvtb-data==1.6.1, scikit-image==0.26.0" in str(caught.value)


def test_a_photograph_is_made_opaque_cut_and_scaled() -> None:
    source = dataclasses.replace(read_sources()[0], crop=(100, 50, 1900, 950))
    image = load_photograph(source, Image.new("RGBA", (2000, 1000), (10, 20, 30, 255)))
    assert (image.mode, image.size) == ("RGB", (1024, 512))
    assert np.asarray(image)[0, 0].tolist() == [10, 20, 30]


def test_a_grey_photograph_stays_grey() -> None:
    source = dataclasses.replace(read_sources()[0], crop=None)
    assert load_photograph(source, Image.new("L", (300, 200))).mode == "L"


def test_fit_never_enlarges() -> None:
    assert fit(Image.new("L", (300, 200)), 1024).size == (300, 200)
    assert fit(Image.new("L", (200, 3000)), 1024).size == (68, 1024)
