"""Building: whole or not at all, once, and never over anything else."""

import json
import signal
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import __version__ as pillow_version

from dupeval.dataset.making import build
from dupeval.dataset.making.levels import STUDY, Making, study_level
from dupeval.dataset.making.recipe import Recipe
from dupeval.dataset.making.records import Record
from dupeval.dataset.standin import DEFAULT, ensure_standin, manifest
from dupeval.dataset.standin.manifest import (
    differing,
    manifest_text,
    read_manifest,
    read_versions,
)
from dupeval.errors import DupevalError

RECORD = Record("query", "img_01.jpg", "photograph", "", "0" * 64)


class FakeBuild:
    """Stands in for `build_into`: one image, at once; counts its calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.seconds = 0.0

    def __call__(self, folder: Path, recipe: Recipe, *, progress: bool = True) -> list[Record]:
        self.calls += 1
        (folder / "images" / "query").mkdir(parents=True)
        (folder / "images" / "query" / "img_01.jpg").write_bytes(b"%d" % self.calls)
        time.sleep(self.seconds)
        (folder / "queries.csv").write_text("query,title\n")
        (folder / "labels.csv").write_text("query,image,photograph,edit\n")
        return [RECORD]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeBuild:
    """Build one image instead of all, with a manifest that says so."""
    fake = FakeBuild()
    monkeypatch.setattr(build, "build_into", fake)
    path = tmp_path / "standin-news-0.csv"
    path.write_text(manifest_text([RECORD]), encoding="utf-8")
    monkeypatch.setattr(manifest, "MANIFESTS", tmp_path)
    return fake


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in [root, *root.rglob("*")]
    }


def beside(root: Path) -> set[str]:
    return {path.name for path in root.parent.iterdir()} - {root.name, "standin-news-0.csv"}


def test_the_second_call_is_instant_and_writes_nothing(standin: Path) -> None:
    before = snapshot(standin)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        assert ensure_standin(standin) == standin
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.05
    assert snapshot(standin) == before


def test_a_killed_build_is_not_taken_for_a_finished_one(standin: Path, tmp_path: Path) -> None:
    root = tmp_path / "data" / "standin"
    unfinished = root.parent / ".standin.unfinished"
    command = [sys.executable, "-m", "dupeval.dataset.standin", str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not list(unfinished.rglob("*.jpg")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert list(unfinished.rglob("*.jpg"))
    assert not root.exists()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        ensure_standin(root, progress=False)
    assert beside(root) == {".standin.lock"}
    first, second = ((folder / "standin.json").read_bytes() for folder in (standin, root))
    assert first == second  # Every byte of every file is the same in both builds.


def test_an_error_in_the_middle_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "data" / "standin"
    made = []

    def make_image(planned: object, *_: object) -> Record:
        made.append(planned)
        if len(made) == 12:
            raise OSError("no space left on device")
        return RECORD

    monkeypatch.setattr(build, "_make_image", make_image)
    with pytest.raises(OSError, match="no space left"):
        ensure_standin(root, progress=False)
    assert not root.exists()
    assert beside(root) == {".standin.lock"}
    assert len(made) < 100


def test_a_folder_of_somebody_elses_is_refused(fake: FakeBuild, tmp_path: Path) -> None:
    root = tmp_path / "photographs"
    root.mkdir()
    (root / "labels.csv").write_text("mine")
    (root / "standin.json").write_text('{"what": "something else"}')
    with pytest.raises(DupevalError, match="is not a stand-in dataset built by dupeval"):
        ensure_standin(root)
    assert (root / "labels.csv").read_text() == "mine"
    assert fake.calls == 0


def test_another_level_or_draw_is_refused(fake: FakeBuild, tmp_path: Path) -> None:
    root = ensure_standin(tmp_path / "standin")
    with pytest.raises(DupevalError) as caught:
        ensure_standin(root, Making(STUDY, 1))
    assert str(caught.value) == (
        f"{root} holds standin-news-0, not standin-study-1; give each a folder of its own, as "
        "dataset.root=data/standin-study-1"
    )
    assert fake.calls == 1


def test_a_file_in_the_place_is_refused(fake: FakeBuild, tmp_path: Path) -> None:
    root = tmp_path / "standin"
    root.write_text("mine")
    with pytest.raises(DupevalError, match="left as it is"):
        ensure_standin(root)


def test_an_empty_folder_is_filled(fake: FakeBuild, tmp_path: Path) -> None:
    root = tmp_path / "standin"
    root.mkdir()
    ensure_standin(root, progress=False)
    assert (root / "labels.csv").exists()
    assert fake.calls == 1


def test_a_changed_recipe_is_built_anew(
    fake: FakeBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "standin"
    ensure_standin(root)
    ensure_standin(root)
    assert fake.calls == 1
    changed = tmp_path / "standin-news-0.csv"
    changed.write_text(manifest_text([RECORD]) + "\n", encoding="utf-8")
    ensure_standin(root)
    assert fake.calls == 2
    assert (root / "images" / "query" / "img_01.jpg").read_bytes() == b"2"
    assert beside(root) == {".standin.lock"}


def test_a_changed_level_is_built_anew(fake: FakeBuild, tmp_path: Path) -> None:
    for strength in (0.5, 0.5, 0.6):
        ensure_standin(tmp_path / "standin", Making(study_level(strength), 9))
    assert fake.calls == 2


def test_a_lost_image_is_noticed_and_a_file_managers_leavings_are_not(
    fake: FakeBuild, tmp_path: Path
) -> None:
    root = ensure_standin(tmp_path / "standin")
    (root / "images" / "query" / ".DS_Store").touch()
    (root / "Thumbs.db").touch()
    ensure_standin(root)
    assert fake.calls == 1
    (root / "images" / "query" / "img_01.jpg").unlink()
    ensure_standin(root)
    assert fake.calls == 2


def test_two_builds_at_once_are_one(fake: FakeBuild, tmp_path: Path) -> None:
    fake.seconds = 0.2
    root = tmp_path / "standin"
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: ensure_standin(root), range(4))) == [root] * 4
    assert fake.calls == 1


def test_a_relative_root(fake: FakeBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ensure_standin(Path("data/standin")) == Path("data/standin")
    assert (tmp_path / "data" / "standin" / "labels.csv").exists()


def test_a_build_like_the_manifest_does_not_warn(fake: FakeBuild, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        root = ensure_standin(tmp_path / "standin")
    assert json.loads((root / "standin.json").read_text())["differs_from_manifest"] == []


def test_a_build_unlike_the_manifest_names_images_and_versions(
    fake: FakeBuild, tmp_path: Path
) -> None:
    other = Record("query", "img_01.jpg", "photograph", "", "1" * 64)
    (tmp_path / "standin-news-0.csv").write_text(manifest_text([other]), encoding="utf-8")
    with pytest.warns(UserWarning, match="query/img_01.jpg") as caught:
        root = ensure_standin(tmp_path / "standin")
    message = str(caught[0].message)
    assert "in 1 image (" in message
    assert f"Pillow {pillow_version}" in message
    assert f"the published one with Pillow {read_versions()['Pillow']}" in message
    assert "numpy" in message
    assert "libjpeg_turbo" in message
    assert caught[0].filename == __file__
    stamp = json.loads((root / "standin.json").read_text())
    assert stamp["differs_from_manifest"] == ["query/img_01.jpg"]
    ensure_standin(root)
    assert fake.calls == 1


def test_a_draw_without_a_manifest_does_not_warn(fake: FakeBuild, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ensure_standin(tmp_path / "standin", Making(draw=1_000))


def test_differing_sees_changed_added_and_lost_images() -> None:
    expected = read_manifest(DEFAULT)
    assert len(expected) == 180
    assert differing(expected, expected) == []
    first = expected[0]
    changed = Record(first.query, first.image, first.photograph, first.edit, "0" * 64)
    added = Record("zoo", "img_01.jpg", "lion", "", "0" * 64)
    assert differing([changed, *expected[2:], added], expected) == [
        f"{first.query}/{first.image}",
        f"{expected[1].query}/{expected[1].image}",
        "zoo/img_01.jpg",
    ]


def test_the_program_reports_errors_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    command = [sys.executable, "-m", "dupeval.dataset.standin", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith(f"error: {tmp_path} exists")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
