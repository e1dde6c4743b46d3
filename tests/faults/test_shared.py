"""Several runs on one cache, and folders that are full or cannot be written."""

import os
import random
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from whole_programs import LABEL, PROGRAMS, N, Place, Whole, said_plainly

pytestmark = pytest.mark.faults
Undisturbed = Callable[[str], tuple[Place, Whole]]
NOBODY = 65534


@pytest.mark.parametrize("n", [2, 8])
@pytest.mark.parametrize("program", ["table1", "group"])
def test_runs_at_once_on_one_cache(
    program: str, n: int, undisturbed: Undisturbed, data: Path, tmp_path: Path
) -> None:
    whole = undisturbed(program)[1]
    (tmp_path / "cache").mkdir()
    places = []
    for i in range(n):
        folder = tmp_path / str(i)
        folder.mkdir()
        (folder / "cache").symlink_to(tmp_path / "cache")
        places.append(Place(program, data, folder))
    started = [place.start() for place in places]
    for place, process in zip(places, started, strict=True):
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors.decode()
        assert place.files() == whole.files


def test_runs_at_once_into_one_folder(undisturbed: Undisturbed, data: Path, tmp_path: Path) -> None:
    whole = undisturbed("table1")[1]
    place = Place("table1", data, tmp_path)
    for process in [place.start() for _ in range(4)]:
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors.decode()
    assert place.files() == whole.files
    assert place.wrong(whole) == []
    assert place.left_over() == []


@pytest.mark.parametrize("i", range(max(1, 2 * N // 5)))
def test_a_disk_that_is_full(i: int, undisturbed: Undisturbed, data: Path, tmp_path: Path) -> None:
    made, whole = undisturbed("table1")
    needed = sum(p.stat().st_size for p in made.folder.rglob("*") if p.is_file()) // 1024
    kilobytes = random.Random(i).randint(8, max(16, 2 * needed))
    place = Place("table1", data, tmp_path / "disk")
    # What is on the disk goes with it: it is copied out before.
    script = (
        f'mount -t tmpfs -o size={kilobytes}k tmpfs "$1" && mkdir "$1/tmp" && from="$1" to="$2" && '
        'shift 2 && "$@"; code=$?; cp -a "$from/out" "$to" 2>/dev/null; exit $code'
    )
    spaces = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*spaces, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs user namespaces")
    after = Place("table1", data, tmp_path)
    process = place.start(
        *spaces, "sh", "-c", script, "sh", str(place.folder), str(tmp_path / "out")
    )
    _, errors = process.communicate(timeout=300)
    assert after.wrong(whole) == []
    if process.returncode:
        assert said_plainly(errors.decode()), errors.decode()
        assert not (tmp_path / "out" / "run.json").exists()
    else:
        assert after.files() == whole.files


@pytest.mark.parametrize("which", ["out", "cache", "tmp"])
@pytest.mark.parametrize("program", [*PROGRAMS, LABEL])
def test_a_folder_that_nobody_may_write(
    program: str, which: str, data: Path, tmp_path: Path
) -> None:
    place = Place(program, data, tmp_path)
    for name in ("out", "cache"):
        (tmp_path / name).mkdir()
    (tmp_path / which).chmod(0o500)
    try:
        process = place.start(*as_nobody())
        if program == LABEL:
            # Until it asks, or says why it does not.
            end_by_hand = threading.Timer(20.0, process.send_signal, [signal.SIGINT])
            end_by_hand.start()
        _, errors = process.communicate(timeout=300)
    finally:
        (tmp_path / which).chmod(0o700)
    # Of folders for temporary files a system has several.
    assert process.returncode == 2 or (which == "tmp" and process.returncode == 0)
    if process.returncode:
        assert said_plainly(errors.decode()), errors.decode()
        assert not (tmp_path / "out" / "run.json").exists()


@pytest.mark.parametrize("program", [*PROGRAMS])
def test_images_that_nobody_may_write(
    program: str, undisturbed: Undisturbed, data: Path, tmp_path: Path
) -> None:
    whole = undisturbed(program)[1]
    folders = [path for path in (data, *data.rglob("*")) if path.is_dir()]
    modes = [path.stat().st_mode for path in folders]
    for path in folders:
        path.chmod(0o500)
    try:
        place = Place(program, data, tmp_path)
        process = place.start(*as_nobody())
        _, errors = process.communicate(timeout=300)
    finally:
        for path, mode in zip(folders, modes, strict=True):
            path.chmod(mode)
    assert process.returncode == 0, errors.decode()
    assert place.files() == whole.files


def as_nobody() -> list[str]:
    """Return what starts a program as a user without root's rights: root may write anywhere."""
    if os.geteuid():
        return []
    as_other = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    bounds = "--bounding-set=-dac_override,-dac_read_search,-fowner"
    for way in (as_other, ["setpriv", bounds, "--inh-caps=-all", "--"]):
        with suppress(FileNotFoundError):
            if subprocess.run([*way, "true"], check=False, capture_output=True).returncode == 0:
                return way
    pytest.skip("needs user namespaces, setpriv or a user without root's rights")
