"""Hydra looks for plugins in packages of this name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from console import Outcome, exit_code, say, worst
from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from hydra_app import STARTED_BY, combinations
from omegaconf import DictConfig

from dupeval.errors import DupevalError

PROGRAMS = Path(__file__).resolve().parents[1]


class JobsSweeper(Sweeper):
    """Launches all jobs at once, prints what they printed, in their order, and exits as they did.

    Hydra's own sweeper drops what jobs return, and shows a traceback when a launcher cannot launch.
    """

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """See Hydra's `Sweeper.setup`."""
        self.loader = hydra_context.config_loader
        self.name = config.hydra.runtime.choices["hydra/launcher"]
        self.jobs_launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        """See Hydra's `Sweeper.sweep`."""
        sys.exit(exit_code(lambda: self._launch(arguments)))

    def _launch(self, arguments: list[str]) -> int:
        # Workers import the modules of the programs' folder.
        paths = [str(PROGRAMS), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        os.environ[STARTED_BY] = str(os.getpid())
        overrides = combinations(arguments, self.loader)
        try:
            returned = self.jobs_launcher.launch(overrides, initial_job_idx=0)
        except Exception as error:  # Such as a cluster that does not answer.
            about = f"hydra/launcher={self.name}: {type(error).__name__}"
            raise DupevalError(f"{about}: {error}") from None
        outcomes: list[Outcome] = [job.return_value for job in returned]
        for outcome in outcomes:
            print(outcome.stderr, end="", file=sys.stderr)
            say(outcome.stdout, end="")
        return worst(outcomes)
