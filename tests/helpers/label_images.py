"""Images to be labelled that are no files, and labels of them."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from dupeval.clustering.pairs import AllPairs
from dupeval.labelling.answers import Answer
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.labels import Labels
from dupeval.labelling.proposals import Proposals, query_proposals
from dupeval.labelling.simulation import Known


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def images_of(*queries: int) -> Images:
    """Return images of queries of some sizes: q0 holds 0.png, 1.png and so on."""
    found = [
        Shown(f"q{q}", sha(f"{q} {i}"), (f"{i}.png",))
        for q, n in enumerate(queries)
        for i in range(n)
    ]
    return Images.of([], found, {f"q{q}": f"Query {q}" for q in range(len(queries))})


def labels_of(n: int, *answers: Answer, seed: str = "seed") -> Labels:
    labels = Labels(images_of(n), seed)
    for answer in answers:
        labels.add(answer)
    return labels


def same(id_: int, *images: int, others: tuple[int, ...] = (), asked: str = "group") -> Answer:
    return Answer(id_, asked, images, others)


def said(id_: int, a: int, b: int, what: str, asked: str = "pair", **more: object) -> Answer:
    return Answer(id_, asked, (a, b), said=what, **more)


def proposals_by(
    images: Images, apart: Callable[[int, int], float], cut: float = 0.5, method: str = "sums"
) -> Proposals:
    """Return proposals by a function of two numbers."""
    of_query = {}
    for query, own in images.of_query.items():
        if len(own) > 1:
            condensed = np.array([apart(a, b) for at, a in enumerate(own) for b in own[at + 1 :]])
            distances = AllPairs(len(own), condensed)
            of_query[query] = query_proposals(distances, own, cut, "average")
    return Proposals(method, cut, of_query)


def known(photographs: Sequence[object]) -> list[Known]:
    return [Known(str(photograph)) for photograph in photographs]
