"""Every mistake by itself: a group of different photographs, or a photograph torn apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dupeval.dataset import Dataset, Query
from dupeval.edits import families_of
from dupeval.figures.mistakes import FoundGroup
from dupeval.files import json_sha256
from dupeval.stored import Place
from dupeval.truth import Truth, pairs_of

Kind = Literal["wrong", "missed"]
# Images by their places in the query; those of a part are alike in what is not wrong with them.
Parts = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Mistake:
    """A group that holds different photographs, or a photograph that lies in several groups.

    Attributes
    ----------
    key : str
        The same wherever the same images are so mistaken by a method of that name.
    kind : {"wrong", "missed"}
    method, query : str
    protocols : tuple of str
        All under which it is made, in the run's order.
    n_pairs : int
        How many wrong, or missed, pairs it is.
    n_scene : int
        How many of wrong pairs are of one scene: hard negatives.
    parts : tuple of tuple of int
        Images by place in the query: of a group by photograph, of a photograph by group, the
        largest first.
    edits : tuple of str
        The families of edits that any of its images has, sorted.
    """

    key: str
    kind: Kind
    method: str
    query: str
    protocols: tuple[str, ...]
    n_pairs: int
    n_scene: int
    parts: Parts
    edits: tuple[str, ...]


def key_of(dataset: str, method: str, query: str, kind: str, names: object) -> str:
    """Return what tells a mistake from all others, for links: ``m-`` and twelve digits.

    Parameters
    ----------
    dataset, method, query, kind : str
    names : JSON value
        The names of its images.
    """
    return f"m-{json_sha256([dataset, method, query, kind, names])[:12]}"


def all_mistakes(
    dataset: Dataset,
    found: Mapping[Place, Sequence[FoundGroup]],
    labels: Mapping[Place, Sequence[int]],
) -> list[Mistake]:
    """Return the mistakes of all methods, those of one method and query together, the worst first.

    Parameters
    ----------
    dataset : Dataset
    found : mapping of (protocol, method, query) to sequence of FoundGroup
    labels : mapping of (protocol, method, query) to sequence of int
        The group of each image.
    """
    queries = {query.slug: query for query in dataset.queries}
    protocols: dict[str, list[str]] = defaultdict(list)
    first: dict[str, Mistake] = {}
    for (protocol, method, slug), groups in found.items():
        query = queries[slug]
        for kind, n_pairs, n_scene, parts in _of_one(query, groups, labels[protocol, method, slug]):
            names = [sorted(query.images[place].name for place in part) for part in parts]
            key = key_of(dataset.name, method, slug, kind, sorted(names))
            protocols[key].append(protocol)
            if key not in first:
                counts = (n_pairs, n_scene)
                edits = _edits(query, parts)
                first[key] = Mistake(key, kind, method, slug, (), *counts, parts, edits)
    mistakes = [
        Mistake(**{**vars(mistake), "protocols": tuple(protocols[key])})
        for key, mistake in first.items()
    ]
    of_query: dict[tuple[str, str], list[Mistake]] = defaultdict(list)
    for mistake in mistakes:
        of_query[mistake.method, mistake.query].append(mistake)
    return [m for own in of_query.values() for m in sorted(own, key=lambda m: (-m.n_pairs, m.key))]


def worst_first(mistakes: Iterable[Mistake], most: int) -> list[Mistake]:
    """Choose so many: of each method and query the worst, then of each the second, and so on.

    They stay in their order.
    """
    mistakes = list(mistakes)
    seen: Counter[tuple[str, str]] = Counter()
    ranks = []
    for mistake in mistakes:
        ranks.append(seen[mistake.method, mistake.query])
        seen[mistake.method, mistake.query] += 1
    chosen = sorted(range(len(mistakes)), key=lambda i: (ranks[i], -mistakes[i].n_pairs))[:most]
    return [mistakes[i] for i in sorted(chosen)]


def torn_apart(truth: Truth, labels: Sequence[int]) -> Iterator[tuple[int, Parts]]:
    """Yield of each photograph that lies in several groups the missed pairs, and where it is.

    A photograph is what is known to be copies of each other, by labels or by verdicts on pairs.
    """
    copies = truth.copies.tolist()
    members: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    missed: Counter[int] = Counter()
    counted: set[int] = set()
    of_photograph: dict[int, list[int]] = defaultdict(list)
    for place, (photograph, known) in enumerate(
        zip(truth.photographs.tolist(), truth.is_labelled.tolist(), strict=True)
    ):
        if known:
            counted.add(place)
            of_photograph[photograph].append(place)
    for own in of_photograph.values():
        together = pairs_of(labels[place] for place in own)
        missed[copies[own[0]]] += len(own) * (len(own) - 1) // 2 - together
    for (one, other), same, sign in zip(
        truth.named.tolist(), truth.is_true.tolist(), truth.sign.tolist(), strict=True
    ):
        if same:
            counted |= {one, other}
            missed[copies[one]] += sign * (labels[one] != labels[other])
    for place in sorted(counted):
        members[copies[place]][labels[place]].append(place)
    for copy, parts in members.items():
        if missed[copy]:
            yield missed[copy], _largest_first(parts.values())


def _of_one(
    query: Query, groups: Sequence[FoundGroup], labels: Sequence[int]
) -> Iterator[tuple[Kind, int, int, Parts]]:
    for group in groups:
        if group.wrong:
            yield "wrong", group.wrong, group.same_scene, tuple(part.images for part in group.parts)
    for n_pairs, parts in torn_apart(query.truth, labels):
        yield "missed", n_pairs, 0, parts


def _largest_first(parts: Iterable[Sequence[int]]) -> Parts:
    return tuple(tuple(part) for part in sorted(parts, key=lambda part: (-len(part), part[0])))


def _edits(query: Query, parts: Parts) -> tuple[str, ...]:
    images = (query.labels[place] for part in parts for place in part)
    return tuple(sorted(frozenset().union(*(families_of(label.edit) for label in images))))
