"""A clock that is set back, before a run or in its middle: nothing is taken for new or for old."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from whole_programs import N, Place, Whole, ways

pytestmark = pytest.mark.faults
Undisturbed = Callable[[str], tuple[Place, Whole]]
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
PROGRAMS = ("table1", "sweep", "group")
BACK = {"an hour": "-2h", "a year": "-1y", "to 1970": "-50y"}


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """Give the file that says how far the clock is off, for programs of `environment`."""
    if not LIBRARIES:
        pytest.skip("needs libfaketime (Debian: faketime)")
    path = tmp_path / "clock"
    path.write_text("+0")
    return path


def environment(place: Place, clock: Path) -> dict[str, str]:
    # Files keep the times that they have. The clock that never goes back does here, too.
    own = {"NO_FAKE_STAT": "1", "FAKETIME_NO_CACHE": "1"}
    own |= {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    return place.environment | own


@pytest.mark.parametrize("back", BACK)
@pytest.mark.parametrize("program", PROGRAMS)
def test_that_went_back_since_the_last_run(
    program: str, back: str, undisturbed: Undisturbed, clock: Path, tmp_path: Path
) -> None:
    made, whole = undisturbed(program)
    for name in ("cache", "out"):
        shutil.copytree(made.folder / name, tmp_path / name, symlinks=True)
    entries = {p: p.stat().st_ino for p in (tmp_path / "cache").rglob("*") if p.is_file()}
    clock.write_text(BACK[back])
    place = Place(program, made.data, tmp_path)
    process = place.start(env=environment(place, clock))
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    assert b"changed" not in errors, errors.decode()
    assert place.files() == whole.files
    # What is stored was used, and not made again.
    assert entries == {p: p.stat().st_ino for p in (tmp_path / "cache").rglob("*") if p.is_file()}


@pytest.mark.parametrize(("program", "i"), ways(max(1, N // 10), PROGRAMS))
def test_that_goes_back_in_the_middle(
    program: str, i: int, undisturbed: Undisturbed, data: Path, clock: Path, tmp_path: Path
) -> None:
    whole = undisturbed(program)[1]
    place = Place(program, data, tmp_path)
    process = place.start(env=environment(place, clock))
    time.sleep(random.Random(f"{program} {i}").random() * whole.seconds)
    other = clock.with_suffix(".new")
    other.write_text("-1y")
    other.replace(clock)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    assert place.files() == whole.files
    place.run()
    assert place.files() == whole.files
    assert place.left_over() == []
