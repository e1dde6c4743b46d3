"""A labeller who knows the truth: how many answers a labelling takes, and what is wrong then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dupeval.labelling.answers import Answer
from dupeval.labelling.labels import Labels
from dupeval.labelling.proposals import Proposals
from dupeval.labelling.questions import Plan, Question, Reply


@dataclass(frozen=True)
class Known:
    """What is true of an image.

    Attributes
    ----------
    photograph, scene : str
        As in ``labels.csv``.
    """

    photograph: str
    scene: str = ""


def true_reply(question: Question, truth: Sequence[Known]) -> Reply:
    """Return the right reply.

    Of a proposed group, those are taken out that show another photograph than most of it do.

    Parameters
    ----------
    question : Question
    truth : sequence of Known
        By the images' numbers.
    """
    shown = [truth[image] for image in question.images]
    if question.asked in ("pair", "check"):
        a, b = shown
        if a.photograph == b.photograph:
            return Reply("same")
        return Reply("scene" if a.scene and a.scene == b.scene else "different")
    if question.asked == "look":
        own = shown[0].photograph
        rest = zip(question.images[1:], shown[1:], strict=True)
        return Reply(chosen=tuple(image for image, known in rest if known.photograph == own))
    most = Counter(known.photograph for known in shown).most_common(1)[0][0]
    both = zip(question.images, shown, strict=True)
    return Reply(chosen=tuple(image for image, known in both if known.photograph != most))


@dataclass(frozen=True)
class Labelling:
    """What a labelling took, and what is wrong with it.

    Attributes
    ----------
    n_answers : int
        Keys that were pressed.
    by_kind : mapping of str to int
        The same by what was asked.
    n_pairs : int
        Of images of one query: so many answers it takes to ask about each.
    n_true, n_wrong, n_missed : int
        Pairs of one photograph, pairs wrongly together, true ones that are not.
    """

    n_answers: int
    by_kind: Mapping[str, int]
    n_pairs: int
    n_true: int
    n_wrong: int
    n_missed: int


def simulate(labels: Labels, proposals: Proposals, truth: Sequence[Known]) -> Labelling:
    """Answer all questions by the truth, until there are no more."""
    while (question := Plan(labels, proposals).next()) is not None:
        reply = true_reply(question, truth)
        labels.add(question.answer(labels.next_id, reply, proposals.method))
    return judged(labels, truth)


def judged(labels: Labels, truth: Sequence[Known]) -> Labelling:
    """Count what labels took, and where they differ from the truth."""
    by_kind: Counter[str] = Counter()
    for event in labels.events:
        by_kind[event.asked if isinstance(event, Answer) else "undo"] += (
            event.keys if isinstance(event, Answer) else 1
        )
    n_pairs = n_true = n_wrong = n_missed = 0
    for own in labels.images.of_query.values():
        for at, a in enumerate(own):
            for b in own[at + 1 :]:
                true = truth[a].photograph == truth[b].photograph
                together = labels.links.together(a, b)
                n_pairs += 1
                n_true += true
                n_wrong += together and not true
                n_missed += true and not together
    return Labelling(labels.n_keys, dict(by_kind), n_pairs, n_true, n_wrong, n_missed)
