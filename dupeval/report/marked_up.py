"""Markdown of ours as HTML of the page's kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from dupeval.report.pictures import EncodedPicture

# No address from within leads outside.
_NOT_READ = ["link", "autolink", "reference", "html_inline", "html_block"]


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


def html_of(encoded: Mapping[str, EncodedPicture]) -> Callable[[str], str]:
    """Return what makes HTML of Markdown; of HTML and addresses within it nothing is taken over.

    Parameters
    ----------
    encoded : mapping of str to EncodedPicture
        What pictures show, by their addresses; those without are left out.
    """
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable("table").disable(_NOT_READ)
    parser.renderer.pictures = encoded  # type: ignore[attr-defined]
    return lambda text: str(parser.render(text))
