"""What the tests of faults share: small data, and what each program makes of it undisturbed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from whole_programs import PHOTOGRAPHS, Place, Whole


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    root = tmp_path_factory.mktemp("faults") / "data"
    return make_dataset(root, dict.fromkeys(("one", "두번째", "3", "four", "five"), PHOTOGRAPHS))


@pytest.fixture(scope="session")
def undisturbed(
    data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Place, Whole]]:
    """Give of a program what it leaves behind, and where that is."""

    @cache
    def of(program: str) -> tuple[Place, Whole]:
        place = Place(program, data, tmp_path_factory.mktemp(f"whole-{program}"))
        return place, place.whole()

    return of
