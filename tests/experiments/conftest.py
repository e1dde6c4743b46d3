"""What the tests of launchers share: a small dataset, and the plain run they are held against."""

from collections.abc import Callable
from pathlib import Path

import pytest
from multirun import JOBS, Multirun, multirun


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    """Three queries of six images: two photographs in pairs, two alone."""
    names = ("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif")
    photographs = dict(zip(names, "ppqqrs", strict=True))
    root = tmp_path_factory.mktemp("multirun") / "data"
    return make_dataset(root, dict.fromkeys(("one", "두번째", "3"), photographs))


@pytest.fixture(scope="session")
def plain(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Multirun:
    """The same jobs one after the other, in the process that was started."""
    return multirun(tiny, tmp_path_factory.mktemp("plain"), *JOBS)
