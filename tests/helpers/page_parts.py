"""What a page, a table and a LaTeX file are made of, names apart."""

import csv
import io
import re
from collections import Counter
from html.parser import HTMLParser

from dupeval.text import visible

# What a spreadsheet takes for a formula, or text that says nothing but a number.
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


class Parts(HTMLParser):
    """The elements of a page, the names of their attributes, and addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src")}
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data

    @property
    def kinds_of_addresses(self) -> set[str]:
        """What addresses begin with, up to a colon or a number sign; of others all."""
        return {re.match(r"[^:#]*[:#]?", address)[0] for address in self.addresses}  # type: ignore[index]


def faults_of_csv(content: bytes) -> list[str]:
    """Return the cells that a spreadsheet would compute, or a terminal obey."""
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    cells = {cell for row in rows for cell in row}
    return [
        cell
        for cell in cells
        if (FORMULA.match(cell) and not NUMBER.fullmatch(cell)) or visible(cell) != cell
    ]


def widths_of_markdown(text: str) -> list[set[int]]:
    """Return of each table of a Markdown file how many cells its lines have."""
    tables: list[set[int]] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            tables[-1].add(cells) if inside else tables.append({cells})
        inside = line.startswith("|")
    return tables


def commands_of_latex(text: str) -> set[str]:
    """Return the commands of a LaTeX file."""
    return set(re.findall(r"\\(?:[A-Za-z]+|.)", text, re.DOTALL))
