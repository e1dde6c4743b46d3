"""Reading ``pairs.csv``: what is said of single pairs, checked against the labels and each other.

ROOT/pairs.csv              query,image_a,image_b,verdict (optional; same, different, scene, unsure)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from dupeval.dataset import Label
from dupeval.dataset.csv_table import read_table
from dupeval.dataset.names import composed
from dupeval.truth import Classes, Said, Verdict

PAIRS_CSV = "pairs.csv"
COLUMNS = ("query", "image_a", "image_b", "verdict")
VERDICTS: tuple[Said, ...] = get_args(Said)
# So many lines are named as those that another contradicts.
FEW = 3


@dataclass(frozen=True)
class LabelledNames:
    """The images of a query as they are labelled.

    Attributes
    ----------
    place_of : mapping of str to int
        By the image's name, in the form in which names are compared.
    labels : sequence of Label
        By place.
    """

    place_of: Mapping[str, int]
    labels: Sequence[Label]


@dataclass(frozen=True)
class _Row:
    where: str
    names: tuple[str, str]
    verdict: Verdict


def read_verdicts(
    root: Path, queries: Mapping[str, LabelledNames], problems: list[str]
) -> dict[str, tuple[Verdict, ...]]:
    """Read and check the verdicts on pairs.

    A verdict may repeat what the labels say. Those of pairs of labelled images may withdraw a pair,
    or say that two photographs are of one scene where the labels leave that open; everything else
    in which the two differ is a contradiction.

    Parameters
    ----------
    root : Path
        The folder that holds ``pairs.csv``.
    queries : mapping of str to LabelledNames
        By slug.
    problems : list of str
        What is wrong is added here, each with its line: unknown queries, images and verdicts, a
        pair twice or of one image, contradictions, of several verdicts together too.

    Returns
    -------
    dict of str to tuple of Verdict
        Of each query that has any, in the order of its images.
    """
    rows: dict[str, list[_Row]] = {}
    first: dict[tuple[str, int, int], str] = {}
    slugs = {composed(slug): slug for slug in queries}
    for where, values in read_table(root, PAIRS_CSV, COLUMNS, problems, may_be_empty=True):
        slug = slugs.get(composed(values["query"]), values["query"])
        row = _row(where, values, queries.get(slug), problems)
        if row is None:
            continue
        key = (slug, row.verdict.first, row.verdict.second)
        if key in first:
            pair = " and ".join(map(repr, row.names))
            problems.append(f"{where}: the pair of {pair} is already in {first[key]}")
        else:
            first[key] = where
            rows.setdefault(slug, []).append(row)
    for slug, own in rows.items():
        problems += _contradictions(own, queries[slug].labels)
    return {slug: tuple(sorted(row.verdict for row in own)) for slug, own in rows.items()}


def _row(
    where: str, values: Mapping[str, str], query: LabelledNames | None, problems: list[str]
) -> _Row | None:
    names = values["image_a"], values["image_b"]
    said = next(
        (known for known in VERDICTS if known == values["verdict"].strip().casefold()), None
    )
    faults = []
    if said is None:
        possible = ", ".join(VERDICTS)
        faults.append(f"verdict {values['verdict']!r} is none; possible: {possible}")
    if query is None:
        faults.append(f"query {values['query']!r} has no line in labels.csv")
        places = []
    else:
        places = [query.place_of.get(composed(name), -1) for name in names]
        faults += [
            f"image {name!r} is not in labels.csv"
            for name, place in dict(zip(names, places, strict=True)).items()
            if place < 0
        ]
    if composed(names[0]) == composed(names[1]):
        faults.append(f"image {names[0]!r} is paired with itself")
    problems += [f"{where}: {fault}" for fault in faults]
    if faults or said is None:
        return None
    low, high = sorted(places)
    return _Row(where, names, Verdict(low, high, said))


@dataclass(frozen=True)
class _Named:
    """Classes of images, of which some have a name, and by which lines others were joined."""

    classes: Classes
    name_of: dict[int, str]
    lines: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def by(cls, names: Sequence[str]) -> _Named:
        classes = Classes(len(names))
        classes.join_equal(names)
        return cls(classes, {classes.of(i): name for i, name in enumerate(names) if name})

    def names(self, verdict: Verdict) -> tuple[str, ...]:
        """Return the names of the classes of two images, as far as they have some."""
        classes = dict.fromkeys(map(self.classes.of, verdict[:2]))
        return tuple(self.name_of[x] for x in classes if x in self.name_of)

    def are_one(self, verdict: Verdict) -> bool:
        return self.classes.of(verdict.first) == self.classes.of(verdict.second)

    def join(self, row: _Row) -> None:
        one, other = (self.classes.of(place) for place in row.verdict[:2])
        name = self.name_of.get(one, self.name_of.get(other))
        lines = [*self.lines.get(one, ()), *self.lines.get(other, ()), row.where]
        self.classes.join(one, other)
        joined = self.classes.of(one)
        # One more than are told, or a long table would be copied line by line.
        self.lines[joined] = list(dict.fromkeys(lines))[: FEW + 1]
        if name is not None:
            self.name_of[joined] = name

    def because(self, verdict: Verdict) -> str:
        """Say where it stands what the classes of two images are."""
        classes = dict.fromkeys(map(self.classes.of, verdict[:2]))
        lines = [line for x in classes for line in self.lines.get(x, ())]
        by_labels = ["labels.csv"] if self.names(verdict) else []
        return ", ".join([*by_labels, *lines[:FEW], *(["others"] if len(lines) > FEW else [])])


def _contradictions(rows: Sequence[_Row], labels: Sequence[Label]) -> Iterator[str]:
    """Tell each line that cannot be true together with the labels and the lines before."""
    photographs = _Named.by([label.photograph for label in labels])
    scenes = _Named.by([label.scene for label in labels])
    for i, label in enumerate(labels):
        # Of unlabelled images nobody knows.
        if label.photograph:
            scenes.classes.join(i, photographs.classes.of(i))
    for row in rows:
        verdict = row.verdict
        if verdict.said == "same":
            if len(photographs.names(verdict)) > 1:
                yield _told(row, "show the photographs {} and {}", photographs)
                continue
            photographs.join(row)
        if verdict.said in ("same", "scene"):
            if len(scenes.names(verdict)) > 1:
                yield _told(row, "lie in the scenes {} and {}", scenes)
            else:
                scenes.join(row)
    for row in rows:
        if row.verdict.said in ("different", "scene") and photographs.are_one(row.verdict):
            yield _told(row, "show one photograph", photographs)


def _told(row: _Row, what: str, classes: _Named) -> str:
    one, other = map(repr, row.names)
    really = what.format(*map(repr, classes.names(row.verdict)))
    because = classes.because(row.verdict)
    return f"{row.where}: {one} and {other} are {row.verdict.said!r} but {really}, by {because}"
