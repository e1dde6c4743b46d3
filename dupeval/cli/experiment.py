"""``dupeval experiment``: the Hydra programs, each in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import Annotated

import typer

from dupeval.cli.console import ending_well

EPILOG = """Examples:

\b
  dupeval experiment                          # what programs there are
  dupeval experiment table1 'method=[raw,verified]' reference=raw
  dupeval experiment table1 dataset=folder dataset.root=mine 'method=[verified]'
  dupeval experiment sweep --help             # what Hydra says of it
"""
# What the programs import before they can say anything.
NEEDED = ("hydra", "matplotlib", "pandas", "scipy", "sklearn", "tabulate")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=EPILOG,
        context_settings={
            "allow_extra_args": True,
            "ignore_unknown_options": True,
            "help_option_names": ["-h", "--help"],
            "allow_interspersed_args": False,
        },
    )(experiment)


def experiment(
    name: Annotated[str | None, typer.Argument(help="Of the program.")] = None,
    overrides: Annotated[
        list[str] | None, typer.Argument(help="Settings, as Hydra takes them: NAME=VALUE.")
    ] = None,
) -> None:
    """Run one of the experiments: Table 1, sweeps, figures, the report.

    Paths are relative to where you are; results go to results/NAME unless out_dir says otherwise.
    """
    with ending_well():
        run_program(name, overrides or [])


def run_program(name: str | None, overrides: list[str]) -> None:
    """Let an experiment take the place of this process; without a name, list them."""
    from dupeval.cli.programs import programs, programs_dir  # noqa: PLC0415
    from dupeval.errors import SettingsError  # noqa: PLC0415

    known = programs()
    if name is None:
        width = max(map(len, known))
        for program, does in known.items():
            typer.echo(f"{program:{width}}  {does}")
        return
    if name not in known:
        raise SettingsError(f"there is no experiment {name!r}; possible: {', '.join(known)}")
    missing = [package for package in NEEDED if importlib.util.find_spec(package) is None]
    if missing:
        raise SettingsError(
            f"experiments need {', '.join(missing)}; possible: pip install 'dupeval[experiments]'"
        )
    command = [sys.executable, str(programs_dir() / f"{name}.py"), *overrides]
    if os.name == "posix":
        # The program takes this one's place: signals and the exit code are its own.
        os.execv(sys.executable, command)  # noqa: S606
    sys.exit(subprocess.call(command))
