"""``dupeval calibrate``: which method and threshold to deploy, from a labelled sample."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dupeval.cli.console import ending_well

EPILOG = """Examples:

\b
  dupeval calibrate sample/                     # verified; the threshold with the best F1
  dupeval calibrate photos/ --labels dupeval-labels/ --wish precision=0.95
  dupeval calibrate sample/ --method sscd,verified,pdq --out mine.json
  dupeval calibrate sample/ --method all        # whatever can be run here: hours on a large sample
  dupeval group photos/ --calibration dupeval-calibration.json
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG, no_args_is_help=True)(calibrate)


def calibrate(
    dataset: Annotated[
        Path,
        typer.Argument(
            metavar="DATASET",
            help="A dataset folder (labels.csv, images/QUERY/IMAGE), or one flat folder of images "
            "with a labels.csv (image,photograph).",
        ),
    ],
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Of a flat folder, where labels.csv and pairs.csv lie, such as dupeval label "
            "writes them.  [default: DATASET]",
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="What is chosen from: methods of the experiments, parted by commas, or all.",
        ),
    ] = "verified",
    wish: Annotated[
        str,
        typer.Option(
            help="f1: the best F1. precision=P: most recall with a precision of at least P in its "
            "lower bound (one-sided, 95 %); .95 takes some 60 claimed groups without a mistake, "
            ".99 some 300."
        ),
    ] = "f1",
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The calibration; not in DATASET.")
    ] = Path("dupeval-calibration.json"),
    folds: Annotated[
        int | None,
        typer.Option(
            min=2,
            help="How many folds of queries, or of one query's photographs, are left out in turn.  "
            "[default: each query up to 20, else 10 folds]",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of how folds are dealt out.")] = 0,
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="DUPEVAL_CACHE",
            help="What was learnt of images, for the next time.  [default: ~/.cache/dupeval]",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no bars.")] = False,
) -> None:
    """Say which threshold to deploy, and what to expect of it.

    Method, settings and threshold are chosen on the labelled sample; what to expect is found by
    choosing them anew on other queries (of one query, on other photographs) than those that are
    scored. The file is for dupeval group --calibration.
    """
    with ending_well():
        from dupeval.cli.calibrating import run  # noqa: PLC0415  (help comes at once)

        run(
            root=dataset,
            labels=labels,
            names=method,
            wish=wish,
            out=out,
            n_folds=folds,
            seed=seed,
            cache=cache,
            progress=not quiet,
        )
