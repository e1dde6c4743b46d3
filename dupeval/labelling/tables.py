"""Labels as the tables of a dataset folder, and such tables as answers."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dupeval.dataset import Label
from dupeval.dataset.csv_table import read_table
from dupeval.dataset.names import composed
from dupeval.dataset.verdicts import COLUMNS, PAIRS_CSV, LabelledNames, read_verdicts
from dupeval.errors import InputError
from dupeval.labelling.answers import Answer
from dupeval.labelling.images import Images
from dupeval.labelling.labels import Labels

LABELS_CSV = "labels.csv"


def labels_csv(labels: Labels, finished: bool) -> bytes:
    """Return ``labels.csv``: a line a file, photographs by names that stay.

    A photograph is called as an imported table calls it, else by the number of its first image, so
    that no later answer renames another. Before the labelling is finished, an image that no answer
    names is unlabelled.
    """
    names = _photographs(labels)
    scenes = _scenes(labels)
    rows = []
    for query, own in labels.images.of_query.items():
        files = sorted((name, number) for number in own for name in labels.images.all[number].names)
        for name, number in files:
            root = labels.links.of(number)
            known = finished or labels.seen & set(labels.links.members(number))
            scene = [scenes.get(root, "") if known else ""] if scenes else []
            rows.append((query, name, names[root] if known else "", *scene))
    header = ("query", "image", "photograph", *(["scene"] if scenes else []))
    return _csv([header, *rows])


def pairs_csv(labels: Labels) -> bytes:
    """Return ``pairs.csv``: the pairs of which somebody could not tell, withdrawn."""
    rows = []
    images = labels.images.all
    for a, b in sorted(labels.unsure_classes()):
        rows += [
            (images[a].query, first, second, "unsure")
            for i in sorted(labels.links.members(a))
            for j in sorted(labels.links.members(b))
            for first in images[i].names
            for second in images[j].names
        ]
    return _csv([COLUMNS, *rows])


def imported(root: Path, images: Images, first_id: int) -> Iterator[Answer]:
    """Yield what ``labels.csv`` and ``pairs.csv`` say, as answers.

    Lines of queries and images that are not there are passed over.

    Parameters
    ----------
    root : Path
        The folder that holds the tables; ``pairs.csv`` may be missing.
    images : Images
    first_id : int
        The number of the first answer.

    Raises
    ------
    InputError
        With every line that is wrong.
    """
    problems: list[str] = []
    number = {
        (composed(shown.query), composed(name)): i
        for i, shown in enumerate(images.all)
        for name in shown.names
    }
    rows: dict[str, dict[int, Label]] = defaultdict(dict)
    for where, row in read_table(root, LABELS_CSV, ("query", "image", "photograph"), problems):
        key = (composed(row["query"]), composed(row["image"]))
        if key not in number:
            continue
        label = Label(row["photograph"], scene=row.get("scene", ""))
        image = number[key]
        own = rows[images.all[image].query]
        known = own.get(image, label)
        own[image] = known if known.photograph else label
        if known.photograph and label.photograph not in ("", known.photograph):
            problems.append(
                f"{where}: {row['image']!r} has the bytes of another image, and another photograph"
            )
    answers = list(_labels(rows, first_id))
    if (root / PAIRS_CSV).exists() and not problems:
        answers += _verdicts(root, images, rows, first_id + len(answers), problems)
    if problems:
        raise InputError(str(root), problems)
    yield from answers


def _labels(rows: Mapping[str, Mapping[int, Label]], first_id: int) -> Iterator[Answer]:
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    scenes: dict[tuple[str, str], str] = {}
    for query, own in rows.items():
        for image, label in own.items():
            if label.photograph:
                together[query, label.photograph].append(image)
                scenes[query, label.photograph] = (
                    scenes.get((query, label.photograph)) or label.scene
                )
    for id_, ((query, photograph), same) in enumerate(together.items(), first_id):
        scene = scenes[query, photograph]
        yield Answer(id_, "import", tuple(same), keys=0, photograph=photograph, scene=scene)


def _verdicts(
    root: Path,
    images: Images,
    rows: Mapping[str, Mapping[int, Label]],
    first_id: int,
    problems: list[str],
) -> Iterator[Answer]:
    places = {query: list(own) for query, own in images.of_query.items()}
    queries = {
        query: LabelledNames(
            {composed(name): at for at, i in enumerate(own) for name in images.all[i].names},
            [rows.get(query, {}).get(i, Label("")) for i in own],
        )
        for query, own in places.items()
    }
    id_ = first_id
    for query, verdicts in read_verdicts(root, queries, problems).items():
        for first, second, said in verdicts:
            pair = (places[query][first], places[query][second])
            yield Answer(id_, "import", pair, said=said, keys=0)
            id_ += 1


def _photographs(labels: Labels) -> dict[int, str]:
    """Return what each class is called."""
    names: dict[int, str] = {}
    for query in labels.images.of_query:
        classes = labels.classes_of(query)
        taken = {labels.links.name(root) for root in classes}
        for root in classes:
            name = labels.links.name(root) or f"p{root + 1:03d}"
            while not labels.links.name(root) and name in taken:
                name += "_"
            names[root] = name
    return names


def _scenes(labels: Labels) -> dict[int, str]:
    """Return the scene of each class that shares one with another, or has a name for it."""
    classes, names = labels.scenes()
    roots = {root for query in labels.images.of_query for root in labels.classes_of(query)}
    together: dict[int, list[int]] = defaultdict(list)
    for root in sorted(roots):
        together[classes.of(root)].append(root)
    taken = set(names.values())
    found: dict[int, str] = {}
    for scene, own in together.items():
        if len(own) > 1 or scene in names:
            made_up = f"s{own[0] + 1:03d}"
            while made_up in taken:
                made_up += "_"
            found |= dict.fromkeys(own, names.get(scene, made_up))
    return found


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()
