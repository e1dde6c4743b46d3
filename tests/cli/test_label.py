"""`dupeval label` as somebody types it: killed at any time, and gone on with."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_photographs import write_copies
from own_images import write_photograph

from dupeval.dataset.folder import read_folder

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a dataset folder of two queries without labels."""
    root = tmp_path_factory.mktemp("mine") / "mine"
    for query in (1, 2):
        write_copies(root / "images" / f"q{query}", query)
        write_photograph(root / "images" / f"q{query}" / "alone.png", query + 10)
    return root


@dataclass(frozen=True)
class Running:
    """A program that serves its page."""

    process: subprocess.Popen[str]
    port: int
    token: str

    def post(self, path: str, **said: Any) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Cookie": f"dupeval-label-{self.port}={self.token}",
            "X-Dupeval-Token": self.token,
        }
        connection.request("POST", path, json.dumps(said), headers)
        reply = json.loads(connection.getresponse().read())
        connection.close()
        return dict(reply)


@pytest.fixture
def start(tmp_path: Path, cache: Path, dataset: Path):
    @contextmanager
    def do(*arguments: str) -> Iterator[Running]:
        command = [sys.executable, "-m", "dupeval", "label", str(dataset), "-q", "--no-browser"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "DUPEVAL_CACHE": str(cache)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen([*command, *arguments], cwd=tmp_path, env=env, **pipes) as process:
            try:
                assert process.stdout is not None
                line = next((x for x in process.stdout if x.startswith("open ")), "")
                address = urlsplit(line.removeprefix("open ").strip())
                token = parse_qs(address.query)["token"][0]
                assert address.hostname == "127.0.0.1"
                yield Running(process, address.port or 0, token)
            finally:
                process.kill()

    return do


def test_killed_at_any_time_it_goes_on_and_ends_with_labels(
    start, tmp_path: Path, dataset: Path
) -> None:
    key = ""
    for n in range(1, 4):
        with start() as program:
            told = program.post("/skip", question="")
            assert told["progress"]["answers"] == n - 1
            key = told["question"]["key"]
            assert program.post("/answer", question=key, said="same")["progress"]["answers"] == n
            program.process.send_signal(signal.SIGKILL)
            program.process.wait()
    with start() as program:
        told = program.post("/skip", question="")
        while told["question"] is not None:
            told = program.post("/answer", question=told["question"]["key"], said="same")
            assert told["error"] == ""
        program.process.send_signal(signal.SIGINT)
        out, error = program.process.communicate(timeout=20)
    assert program.process.returncode == 0, error
    assert "pairs decided; enough is answered" in out
    assert "written to dupeval-labels: labels.csv, pairs.csv" in out
    root = tmp_path / "root"
    root.mkdir()
    for name in ("labels.csv", "pairs.csv"):
        (root / name).write_bytes((tmp_path / "dupeval-labels" / name).read_bytes())
    for path in dataset.glob("images/*/*"):
        copy = root / path.relative_to(dataset)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    read = read_folder(root)
    assert [len(query.images) for query in read.queries] == [5, 5]
    # Copies byte for byte were never asked about.
    names = {image.name: label.photograph for image, label in read.queries[0].with_labels}
    assert names["1 first.jpg"] == names["1-same.JPG"] == names["1 small.jpg"] != names["alone.png"]


def test_nobody_else_labels_into_the_same_folder(start, process, dataset: Path) -> None:
    with start():
        run = process("-m", "dupeval", "label", str(dataset), "--export", "-q")
    assert run.returncode == 2
    assert "dupeval-labels is in use by another dupeval label; possible: " in run.stderr
    assert process("-m", "dupeval", "label", str(dataset), "--export", "-q").returncode == 0


def test_export_alone_without_torch_scipy_pandas_and_sklearn(
    process, dataset: Path, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "from dupeval.cli.app import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "heavy = {'torch', 'scipy', 'pandas', 'sklearn', 'hydra'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    run = process("-c", code, "label", str(dataset), "--export", "-q", "--out", "labels")
    assert run.returncode == 0, run.stderr
    assert "8 different images in 2 queries" in run.stdout
    table = (tmp_path / "labels" / "labels.csv").read_text().splitlines()
    # Nobody has said anything.
    assert table[:2] == ["query,image,photograph", "q1,1 again.png,"]
    assert {path.name for path in (tmp_path / "labels").iterdir()} == {
        *(".dupeval", ".lock", "journal.jsonl", "labels.csv", "pairs.csv"),
    }


def test_the_labels_of_a_dataset_are_taken_over(dupeval, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    for name, seed in (("a.png", 1), ("b.png", 2), ("c.png", 3)):
        write_photograph(root / "images" / "q" / name, seed)
    (root / "labels.csv").write_text(
        "query,image,photograph\nq,a.png,rose\nq,b.png,rose\nq,c.png,\n"
    )
    run = dupeval("label", str(root), "--export", "-q")
    assert run.exit_code == 0, run.stderr
    text = (tmp_path / "dupeval-labels" / "labels.csv").read_text()
    assert re.findall(r"q,(.*)", text) == ["a.png,rose", "b.png,rose", "c.png,"]


def test_nothing_of_the_folder_is_touched(dupeval, dataset: Path) -> None:
    def state() -> dict[str, tuple[int, int, int]]:
        paths = [dataset, *dataset.rglob("*")]
        return {
            str(p): (s.st_size, s.st_mtime_ns, s.st_ctime_ns) for p in paths for s in [p.lstat()]
        }

    before = state()
    assert dupeval("label", str(dataset), "--export", "-q").exit_code == 0
    assert state() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "{folder}/labels"), "which is only read; possible: another --out DIR"),
        (("--method", "magic"), "magic"),
        (("--method", "vgg_pca"), "learns from the images of other queries"),
        (("--import", "{folder}"), "labels.csv: missing"),
        (("--port", "70000"), "65535"),
    ],
)
def test_what_is_impossible_is_a_sentence(
    dupeval, dataset: Path, arguments: tuple[str, ...], said: str
) -> None:
    given = [x.format(folder=dataset) for x in arguments]
    run = dupeval("label", str(dataset), "-q", "--export", *given)
    assert run.exit_code == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_of_results_of_somebody_else_is_left_alone(
    dupeval, dataset: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "labels.csv").write_text("mine")
    run = dupeval("label", str(dataset), "--export", "-q", "--out", "mine")
    assert run.exit_code == 2
    assert "not written by dupeval, and not overwritten" in run.stderr
    assert (tmp_path / "mine" / "labels.csv").read_text() == "mine"


def test_the_browser_is_led_by_a_file_that_nobody_else_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dupeval.cli.labelling import opened

    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", asked.append)
    with opened("http://127.0.0.1:1/?token=x", tmp_path):
        (path,) = tmp_path.iterdir()
        assert asked == [path.as_uri()]
        assert path.stat().st_mode & 0o077 == 0
        assert 'content="0;url=http://127.0.0.1:1/?token=x"' in path.read_text()
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_which(process, dataset: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['starlette'] = None\n"
        "from dupeval.cli.app import app\n"
        "app(sys.argv[1:])\n"
    )
    run = process("-c", code, "label", str(dataset))
    assert run.returncode == 2
    assert "possible: pip install 'dupeval[label]'" in run.stderr


def test_help_imports_next_to_nothing(process) -> None:
    code = (
        "import sys\n"
        "from dupeval.cli.app import app\n"
        "app(['label', '--help'], standalone_mode=False)\n"
        "assert not {'numpy', 'PIL', 'cv2', 'uvicorn', 'starlette'} & set(sys.modules)\n"
    )
    run = process("-c", code)
    assert run.returncode == 0, run.stderr
    assert "Examples:" in run.stdout
