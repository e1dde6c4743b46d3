"""Hydra looks for plugins in packages of this name."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from job import USER_ERROR, Outcome, complain, readers_may_leave, worst
from omegaconf import DictConfig

from dupeval.errors import DupevalError

PROGRAMS = Path(__file__).resolve().parents[1]


class TellingSweeper(BasicSweeper):
    """Hydra's basic sweeper, which in the end tells what became of the jobs.

    Hydra itself drops what jobs return, and shows a traceback when a launcher cannot launch.
    """

    def setup(self, *, config: DictConfig, **context: Any) -> None:
        """See Hydra's `Sweeper.setup`."""
        super().setup(config=config, **context)
        self.launcher = _Told(self.launcher, config.hydra.runtime.choices["hydra/launcher"])  # type: ignore[arg-type, assignment]

    def sweep(self, arguments: list[str]) -> Any:
        """Launch all jobs, print what they printed, in their order, and exit as the worst did."""
        # Workers import the modules of the programs' folder.
        paths = [str(PROGRAMS), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        batches = super().sweep(arguments)
        outcomes: list[Outcome] = [job.return_value for batch in batches for job in batch]
        with readers_may_leave():
            for outcome in outcomes:
                print(outcome.stderr, end="", file=sys.stderr)
                print(outcome.stdout, end="", flush=True)
        sys.exit(worst(outcomes))


class _Told:
    """A launcher whose failures, such as a cluster that does not answer, are sentences."""

    def __init__(self, launcher: Launcher, name: str) -> None:
        self.launcher, self.name = launcher, name

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """See Hydra's `Launcher.launch`."""
        try:
            return self.launcher.launch(job_overrides, initial_job_idx)
        except Exception as error:  # What jobs raise does not come this way.
            complain(DupevalError(f"hydra/launcher={self.name}: {type(error).__name__}: {error}"))
            sys.exit(USER_ERROR)
