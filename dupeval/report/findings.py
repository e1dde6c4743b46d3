"""The findings of a suite's run as a part of the page: the same text, as HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from dupeval.report.pictures import EncodedPicture
from dupeval.stored_run import StoredRun, open_run

TABLE, TEXT = "suite.csv", "findings.md"
# No address from within leads outside.
_NOT_READ = ["link", "autolink", "reference", "html_inline", "html_block"]


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
        head, *others = self.markdown.strip().split("\n\n## ")
        parts = [("", head), *(text.partition("\n")[::2] for text in others)]
        to_html = _to_html(encoded)
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
    return StoredFindings(run.content(TEXT).decode(), pictures), ""


def _vouched(run: StoredRun) -> list[str]:
    """Return the files of a run, each of which was read and is the one that was written."""
    names = [name for name in run.about["outputs"] if (run.folder / name).is_file()]
    for name in names:
        run.content(name)
    return names


def _some(names: Sequence[str]) -> str:
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")


class _Renderer(RendererHTML):
    """HTML of the page's kind: headings one deeper, tables that scroll, pictures from inside."""

    pictures: Mapping[str, EncodedPicture]
    n_tables = 0

    def heading_open(self, tokens: Sequence[Token], i: int, *_: object) -> str:
        return f"<h{int(tokens[i].tag[1:]) + 1}>"

    def heading_close(self, tokens: Sequence[Token], i: int, *_: object) -> str:
        return f"</h{int(tokens[i].tag[1:]) + 1}>\n"

    def table_open(self, tokens: Sequence[Token], i: int, *_: object) -> str:
        self.n_tables += 1
        label = f"Table {self.n_tables} of the findings"
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>\n'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], i: int, *_: object) -> str:
        return _cell(tokens[i])

    td_open = th_open

    def image(self, tokens: Sequence[Token], i: int, options: OptionsDict, env: EnvType) -> str:
        picture = self.pictures.get(str(tokens[i].attrs["src"]))
        if picture is None:
            return ""
        tokens[i].attrs = {
            "src": picture.uri,
            "alt": "",
            "width": picture.width,
            "height": picture.height,
            "loading": "lazy",
        }
        shown = super().image(tokens, i, options, env)
        return f'<button type="button" class="zoom">{shown}</button>'


def _cell(token: Token) -> str:
    """Return the start of a cell; how it is aligned is a class, for no style is allowed."""
    kind = ' class="figure"' if "right" in str(token.attrs.get("style", "")) else ""
    scope = ' scope="col"' if token.tag == "th" else ""
    return f"<{token.tag}{scope}{kind}>"


def _to_html(encoded: Mapping[str, EncodedPicture]) -> Callable[[str], str]:
    """Return what makes HTML of Markdown; of HTML within it nothing is taken over."""
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable("table").disable(_NOT_READ)
    parser.renderer.pictures = encoded  # type: ignore[attr-defined]
    return lambda text: str(parser.render(text))
