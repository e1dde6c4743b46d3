"""What the operating system refuses is a sentence and exit code 2; nothing is half written."""

import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
import run as program_run
from console import Outcome, look, worst
from hydra_app import compose, perform

from dupeval.look import Look

PROGRAM = Path(__file__).resolve().parents[2] / "experiments" / "run.py"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    photographs = {"a.png": "p", "b.png": "p", "c.png": "q"}
    return make_dataset(tmp_path_factory.mktemp("console") / "data", {"꽃": photographs})


def overrides(root: Path, folder: Path) -> list[str]:
    own = [f"out_dir={folder / 'out'}", f"cache_dir={folder / 'cache'}", "progress=false"]
    return ["dataset=folder", f"dataset.root={root}", "method=raw", "protocol=oracle", *own]


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


class TestWhatCannotBeWritten:
    def status(self, root: Path, folder: Path) -> int:
        return perform(program_run.main, compose("run", overrides(root, folder))).status

    @pytest.mark.parametrize("name", ["cache", "cache/checked", "cache/vectors", "out"])
    def test_is_named_where_a_folder_should_be(
        self, name: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        assert self.status(root, tmp_path) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        assert str(tmp_path / name) in line
        assert not (tmp_path / "out").is_dir()

    def test_is_named_where_a_file_should_be(
        self, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.status(root, tmp_path) == 0
        (tmp_path / "out" / "groups.csv").unlink()
        (tmp_path / "out" / "groups.csv").mkdir()
        capsys.readouterr()
        assert self.status(root, tmp_path) == 2
        assert capsys.readouterr().err == f"error: {tmp_path}/out/groups.csv: Is a directory\n"

    @pytest.mark.parametrize(("most", "where"), [(100, "cache/"), (2000, "out/")])
    def test_is_named_where_the_disk_is_full(
        self,
        most: int,
        where: str,
        root: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        resource = pytest.importorskip("resource")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        config = compose("run", overrides(root, tmp_path))
        try:
            # Meets a program as a full disk does.
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
            status = perform(program_run.main, config).status
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert status == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"error: {tmp_path}/{where}")
        assert "File too large" in line
        assert files_in(tmp_path / "out") == []


class TestStandardOutput:
    def run(
        self, root: Path, folder: Path, redirection: str, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, PROGRAM, *overrides(root, folder)]
        return subprocess.run(
            ["sh", "-c", f'"$@" {redirection}', "sh", *command],
            env=os.environ | environment,
            capture_output=True,
            check=False,
        )

    def test_that_is_closed_is_told_before_the_work(self, root: Path, tmp_path: Path) -> None:
        done = self.run(root, tmp_path, ">&-")
        assert done.returncode == 2
        assert done.stderr == (
            b"error: standard output is closed; possible: >FILE, or >/dev/null\n"
        )
        assert not (tmp_path / "out").exists()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
    def test_that_is_full_is_told_when_the_results_are_written(
        self, root: Path, tmp_path: Path
    ) -> None:
        done = self.run(root, tmp_path, ">/dev/full")
        assert done.returncode == 2
        assert done.stderr == b"error: standard output: No space left on device\n"
        assert "run.json" in files_in(tmp_path / "out")

    def test_that_knows_fewer_letters_shows_the_others_by_number(
        self, root: Path, tmp_path: Path
    ) -> None:
        done = self.run(root, tmp_path, "", LC_ALL="C", PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"| \\uaf43 " in done.stdout
        assert "꽃" in (tmp_path / "out" / "groups.csv").read_text(encoding="utf-8")

    def test_that_is_left_early_is_no_fault_when_hydra_prints(self) -> None:
        command = f"{sys.executable} {PROGRAM} --help | true; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


class TestWhatOutputCanShow:
    class Terminal(StringIO):
        encoding = "utf-8"  # type: ignore[assignment]

        def isatty(self) -> bool:
            return True

    def test_is_the_same_in_a_pipe_whatever_the_window(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for columns in ("40", "300"):
            monkeypatch.setenv("COLUMNS", columns)
            monkeypatch.setattr("sys.stdout", TextIOWrapper(BytesIO(), "utf-8"))
            assert look() == Look(100, unicode=True, colour=False)

    @pytest.mark.parametrize(("columns", "width"), [("40", 80), ("90", 90), ("300", 100)])
    def test_is_colour_and_the_window_on_a_terminal(
        self, columns: str, width: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr("sys.stdout", self.Terminal())
        assert look() == Look(width, unicode=True, colour=True)
        monkeypatch.setenv("NO_COLOR", "1")
        assert not look().colour

    def test_is_ascii_where_nothing_else_is_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for encoding in ("ascii", "cp1252"):
            monkeypatch.setattr("sys.stdout", TextIOWrapper(BytesIO(), encoding))
            assert not look().unicode


def test_an_error_outweighs_missing_scores_and_a_defect_all() -> None:
    assert worst([Outcome(0), Outcome(3), Outcome(2), Outcome(3)]) == 2
    assert worst([Outcome(2), Outcome(1), Outcome(3)]) == 1
    assert worst([Outcome(0), Outcome(3)]) == 3
    assert worst([Outcome(0), Outcome(130)]) == 130
    assert worst([Outcome(0)]) == 0
    assert worst([]) == 0
