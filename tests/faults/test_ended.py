"""Programs ended at any moment: nothing runs on, nothing wrong is read, the next run is right."""

import random
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from whole_programs import PROGRAMS, N, Place, Whole, said_plainly, ways

pytestmark = pytest.mark.faults
Undisturbed = Callable[[str], tuple[Place, Whole]]


def end(place: Place, whole: Whole, moment: float, numbers: list[signal.Signals]) -> None:
    """Start a program, end it, look at what it left, and run it again."""
    process = place.start()
    with suppress(subprocess.TimeoutExpired):
        process.wait(moment * whole.seconds)
    for number in numbers:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    _, errors = process.communicate(timeout=60)
    # Who interrupts a program before it does anything is told so by the exit code alone.
    is_told = said_plainly(errors.decode()) or (process.returncode == 130 and not errors)
    assert process.returncode <= 0 or is_told, errors.decode()
    assert place.is_quiet()
    assert place.wrong(whole) == []
    place.run()
    assert place.files() == whole.files
    assert place.left_over() == []


@pytest.mark.parametrize(("program", "i"), ways(N, list(PROGRAMS)))
def test_by_kill_9(
    program: str, i: int, undisturbed: Undisturbed, data: Path, tmp_path: Path
) -> None:
    whole = undisturbed(program)[1]
    moment = (i + random.Random(f"{program} {i}").random()) / N
    end(Place(program, data, tmp_path), whole, moment, [signal.SIGKILL])


SIGNALS = {
    "SIGTERM": [signal.SIGTERM],
    "SIGHUP": [signal.SIGHUP],
    "SIGINT": [signal.SIGINT],
    "SIGINT twice": [signal.SIGINT, signal.SIGINT],
}


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(("program", "i"), ways(max(1, N // 10), list(PROGRAMS)))
def test_by_a_signal(
    program: str, i: int, name: str, undisturbed: Undisturbed, data: Path, tmp_path: Path
) -> None:
    whole = undisturbed(program)[1]
    moment = (i + random.Random(f"{program} {name} {i}").random()) / max(1, N // 10)
    place = Place(program, data, tmp_path)
    end(place, whole, moment, [*SIGNALS[name], signal.SIGKILL])
