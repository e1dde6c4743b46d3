"""A labelling that is ended, or cannot write: what the page called kept is there ever after."""

import csv
import json
import random
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest
from label_client import address_of, kept_answers, until_it_ends
from whole_programs import LABEL, PHOTOGRAPHS, N, Place, said_plainly

pytestmark = pytest.mark.faults
THINKS_S = 0.05


@dataclass(frozen=True)
class Labelled:
    """A labelling to its end that nothing disturbs."""

    place: Place
    seconds: float
    n_answers: int


@pytest.fixture(scope="session")
def images(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a dataset folder that nobody has labelled."""
    root = tmp_path_factory.mktemp("unlabelled") / "mine"
    shutil.copytree(data / "images", root / "images")
    return root


@pytest.fixture(scope="session")
def labelled(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    place = Place(LABEL, images, tmp_path_factory.mktemp("labelled"))
    finish(place)
    shutil.rmtree(place.out)
    started = time.monotonic()
    kept = finish(place)
    return Labelled(place, time.monotonic() - started, len(kept))


@pytest.fixture
def place(labelled: Labelled, tmp_path: Path) -> Place:
    """Give a place where proposals are known, so that a program soon asks."""
    shutil.copytree(labelled.place.folder / "cache", tmp_path / "cache")
    return Place(LABEL, labelled.place.data, tmp_path)


def start(place: Place, limit: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    return place.start(stdout=subprocess.PIPE, preexec_fn=limit)


def answers_of(process: subprocess.Popen[bytes]) -> list[str]:
    """Answer what is asked until the program ends, and return what was kept of it."""
    address = address_of(process)
    return until_it_ends(kept_answers(address, PHOTOGRAPHS, THINKS_S)) if address else []


def finish(place: Place) -> list[str]:
    """Answer all that is asked, end the program as a person does, and look at the labels."""
    process = start(place)
    kept = answers_of(process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()
    assert wrong(place) == 0
    return kept


def wrong(place: Place) -> int:
    """Return how many pairs of images are not labelled as is true."""
    with (place.out / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5 * len(PHOTOGRAPHS)
    return sum(
        (a["photograph"] == b["photograph"]) != (PHOTOGRAPHS[a["image"]] == PHOTOGRAPHS[b["image"]])
        for a, b in combinations(rows, 2)
        if a["query"] == b["query"]
    )


def n_written(place: Place) -> int:
    """Return how many answers the journal has, which must be whole but for its last line."""
    path = place.out / "journal.jsonl"
    content = path.read_bytes() if path.exists() else b""
    return sum("answer" in json.loads(line) for line in content.split(b"\n")[:-1])


def end(place: Place, labelled: Labelled, moment: float, number: signal.Signals) -> None:
    """Start, end it at a moment, look at what is kept, and go on to the end."""
    process = start(place)
    timer = threading.Timer(moment * labelled.seconds, process.send_signal, [number])
    timer.start()
    kept = answers_of(process)
    timer.join()
    _, errors = process.communicate(timeout=60)
    assert said_plainly(errors.decode()) or not errors, errors.decode()
    assert place.is_quiet()
    # Of the last one, the page may not have been told any more.
    assert n_written(place) - len(kept) in (0, 1)
    again = finish(place)
    assert not set(kept) & set(again)
    assert place.left_over() == []


@pytest.mark.parametrize("i", range(N))
def test_by_kill_9(i: int, place: Place, labelled: Labelled) -> None:
    moment = (i + random.Random(f"label {i}").random()) / N
    end(place, labelled, moment, signal.SIGKILL)


@pytest.mark.parametrize("i", range(max(1, N // 10)))
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_by_a_signal(i: int, name: str, place: Place, labelled: Labelled) -> None:
    moment = (i + random.Random(f"label {name} {i}").random()) / max(1, N // 10)
    end(place, labelled, moment, signal.Signals[name])


@pytest.mark.parametrize("i", range(max(1, 2 * N // 5)))
def test_a_disk_that_is_full(i: int, place: Place, labelled: Labelled) -> None:
    whole = (labelled.place.out / "journal.jsonl").stat().st_size
    most = random.Random(i).randint(100, whole)
    process = start(place, partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most)))
    address = address_of(process)
    kept = []
    if address:
        for key, is_kept in kept_answers(address, PHOTOGRAPHS):
            if not is_kept:
                break
            kept.append(key)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert said_plainly(errors.decode()) or not errors, errors.decode()
    assert n_written(place) == len(kept)
    again = finish(place)
    assert not set(kept) & set(again)
