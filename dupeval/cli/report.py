"""``dupeval report``: what a run found, or what changed between two, as a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from dupeval.cli.console import ending_well

EPILOG = """Examples:

\b
  dupeval report results/table1
  dupeval report results/mine --out results/mine
  dupeval report --compare results/before results/after
  dupeval report results/mine --dataset ~/photos/labelled    # where the images are now
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG, no_args_is_help=True)(report)


def report(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="What 'dupeval experiment table1' wrote."),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="DIR DIR", help="Say what changed from one run to another instead."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the page goes.")] = Path(
        "dupeval-report"
    ),
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What 'dupeval experiment figures' wrote.")
    ] = None,
    suite: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What 'dupeval experiment suite' wrote.")
    ] = None,
    dataset: Annotated[
        Path | None,
        typer.Option(metavar="ROOT", help="The dataset's folder, if it is no longer where it was."),
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Small pictures are kept there.")
    ] = None,
) -> None:
    """Write one HTML file that needs no network: report.html, or comparison.html of two runs.

    The dataset is the one that the results say they were made from; its images are read, and
    nothing of it is changed.
    """
    with ending_well():
        from dupeval.cli.experiment import run_program  # noqa: PLC0415
        from dupeval.errors import SettingsError  # noqa: PLC0415

        if (folder is None) == (compare is None):
            raise SettingsError("give either one folder of results, or two with --compare DIR DIR")
        overrides = [] if folder is None else [f"table1_dir={folder}"]
        if compare is not None:
            overrides.append(f"compare=[{','.join(_quoted(str(one)) for one in compare)}]")
        if dataset is not None:
            overrides += ["dataset=folder", f"dataset.root={dataset}"]
        given = {"out_dir": out, "figures_dir": figures, "suite_dir": suite, "cache_dir": cache}
        overrides += [f"{name}={path}" for name, path in given.items() if path is not None]
        run_program("report", overrides)


def _quoted(text: str) -> str:
    """Return a text as Hydra reads it in a list."""
    # Of backslashes only those before a quotation mark mean anything to Hydra.
    escaped = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + found[2].replace("'", "\\'"), text)
    return f"'{escaped}'"
