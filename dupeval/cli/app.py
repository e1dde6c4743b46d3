"""The commands of ``dupeval``."""

from __future__ import annotations

from typing import Annotated

import typer

from dupeval import __version__
from dupeval.cli import calibrate, convert, experiment, group, label, made, report

app = typer.Typer(
    name="dupeval",
    help="Groups re-published copies of photographs, and measures which method does it best.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"dupeval {__version__}")
        raise typer.Exit


@app.callback()
def dupeval(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """Group re-published copies of photographs, and measure which method does it best."""


group.add_to(app)
label.add_to(app)
calibrate.add_to(app)
made.add_to(app)
convert.add_to(app)
report.add_to(app)
experiment.add_to(app)


def main() -> None:
    """Run the console program."""
    app(prog_name="dupeval")
