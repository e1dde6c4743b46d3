"""A labeller who knows the truth: how many answers a labelling takes, and what is wrong then."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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


def simulate(
    labels: Labels,
    proposals: Proposals,
    truth: Sequence[Known],
    slips: float = 0.0,
    seed: int = 0,
) -> Labelling:
    """Answer all questions by the truth, until there are no more.

    Parameters
    ----------
    labels : Labels
        What is answered is added.
    proposals : Proposals
    truth : sequence of Known
        By the images' numbers.
    slips : float, default 0
        The share of answers that are wrong. Who is shown a contradiction looks again, and sees
        which answer is wrong.
    seed : int, default 0
        Says which answers are.
    """
    rng = random.Random(seed)
    while (question := Plan(labels, proposals).next()) is not None:
        reply = right = true_reply(question, truth)
        if rng.random() < slips:
            reply = slipped(question, right, rng)
        answer = question.answer(labels.next_id, reply, proposals.method)
        settled = without_wrong(labels, answer, truth)
        if settled is None:
            answer = question.answer(labels.next_id, right, proposals.method)
            # The answer that was taken back was pressed too, and so was taking it back.
            settled = without_wrong(labels, replace(answer, keys=answer.keys + 2), truth)
        labels.add(settled or answer)
    return judged(labels, truth)


def slipped(question: Question, right: Reply, rng: random.Random) -> Reply:
    """Return a wrong reply as it happens: the other key, something not seen, one image too many."""
    if question.asked in ("pair", "check"):
        return Reply("different" if right.said == "same" else "same")
    if right.chosen:
        return Reply()
    possible = question.images if question.asked == "group" else question.images[1:]
    return Reply(chosen=(rng.choice(possible),))


def without_wrong(labels: Labels, answer: Answer, truth: Sequence[Known]) -> Answer | None:
    """Return an answer with the wrong earlier ones that fall for it; None if it is wrong itself."""
    by_id = {earlier.id: earlier for earlier in labels.answers}
    while (found := labels.contradiction(answer)) is not None:
        if not is_true(answer, truth):
            return None
        wrong = next(id_ for id_ in found.ids if not is_true(by_id[id_], truth))
        answer = replace(answer, falls=(*answer.falls, wrong), keys=answer.keys + 1)
    return answer


def is_true(answer: Answer, truth: Sequence[Known]) -> bool:
    """Say whether all that an answer says is so."""
    return all((truth[a].photograph == truth[b].photograph) == same for a, b, same in answer.facts)


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
