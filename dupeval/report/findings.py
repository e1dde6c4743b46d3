"""The findings of a suite's run as a part of the page: the same text, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dupeval.report.pictures import EncodedPicture
from dupeval.stored_run import StoredRun, open_run

TABLE, TEXT = "suite.csv", "findings.md"


@dataclass(frozen=True)
class Section:
    """A part of the findings, as safe HTML; the first has no heading."""

    heading: str
    html: str


@dataclass(frozen=True)
class StoredFindings:
    """The findings of a folder, as Markdown, with the pictures that they show.

    Attributes
    ----------
    markdown : str
    pictures : mapping of str to Path
        By the names of their files.
    """

    markdown: str
    pictures: Mapping[str, Path]

    def sections(self, encoded: Mapping[str, EncodedPicture]) -> list[Section]:
        """Return the sections as HTML.

        Parameters
        ----------
        encoded : mapping of str to EncodedPicture
            By the names of their files; pictures without are left out.
        """
        # Most reports do without.
        from dupeval.report.marked_up import html_of  # noqa: PLC0415

        head, *others = self.markdown.strip().split("\n\n## ")
        parts = [("", head), *(text.partition("\n")[::2] for text in others)]
        to_html = html_of(encoded)
        return [Section(heading.replace("`", ""), to_html(text)) for heading, text in parts]


def read_findings(folder: Path | None, dataset: str) -> tuple[StoredFindings | None, str]:
    """Return the findings of a suite's results, if they are of a dataset among others.

    Parameters
    ----------
    folder : Path or None
        What `experiments/suite.py` wrote; may be missing.
    dataset : str
        Its name.

    Returns
    -------
    (findings, reason)
        Either nothing, or why there are none, in one sentence.

    Raises
    ------
    StoredResultsError
        If a file is not the one that the run's ``run.json`` describes.
    """
    if folder is None or not (folder / "run.json").is_file():
        return None, (
            "What holds on many datasets is found by experiments/suite.py (make suite); the next "
            "report begins with it."
        )
    run = open_run(folder, "suite", [TABLE, TEXT])
    datasets = list(dict.fromkeys(run.table(TABLE, ["dataset"], [])["dataset"]))
    if dataset not in datasets:
        return None, (
            f"The findings in {folder} are of other datasets ({_some(datasets)}), and are left out."
        )
    pictures = {name: folder / name for name in _vouched(run) if name.endswith(".png")}
    return StoredFindings(run.content(TEXT).decode(errors="replace"), pictures), ""


def _vouched(run: StoredRun) -> list[str]:
    """Return the files of a run, each of which was read and is the one that was written."""
    names = [name for name in run.about["outputs"] if (run.folder / name).is_file()]
    for name in names:
        run.content(name)
    return names


def _some(names: Sequence[str]) -> str:
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")
