"""What the page is told: the question, how far things are, what contradicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dupeval.labelling.answers import Answer
from dupeval.labelling.questions import CHECKS, GOAL
from dupeval.labelling.session import Conflict, Session
from dupeval.text import counted, visible


def state(session: Session) -> dict[str, Any]:
    """Return all that the page shows, as JSON values."""
    return {
        "question": _question(session),
        # For the browser to have them when they are shown.
        "soon": [image(session, number) for number in session.soon()],
        "progress": _progress(session),
        "method": session.proposals.method,
        "beyond": session.beyond,
        "finished": session.finished,
        "error": session.trouble,
    }


def conflict(session: Session, found: Conflict) -> dict[str, Any]:
    """Return what a reply contradicts."""
    return {
        "said": found.reply.said,
        "chosen": list(found.reply.chosen),
        "falls": list(found.falls),
        "same": found.same,
        "images": [image(session, number) for number in (found.a, found.b)],
        "earlier": [_earlier(session, answer) for answer in found.earlier],
    }


def image(session: Session, number: int) -> dict[str, Any]:
    """Return an image as the page shows it."""
    shown = session.images.all[number]
    if not shown.names:
        return {"number": number, "name": "an image that is there no more", "v": ""}
    content = session.source.file_of[shown.key].content
    links = session.labels.links
    with_it = [i for i in links.members(number) if i != number and session.images.all[i].names]
    return {
        "number": number,
        "name": visible(shown.names[0]),
        "size": f"{content.width} × {content.height}",
        "more": len(with_it),
        "v": shown.sha256[:8],
    }


def _question(session: Session) -> dict[str, Any] | None:
    question = session.question
    if question is None:
        return None
    return {
        "key": question.key,
        # A check looks as any pair does: who is asked again must not know it. Nor is told how far
        # apart the method takes two images to be, which would lead to its answer.
        "asked": "pair" if question.asked == "check" else question.asked,
        "title": visible(session.images.titles.get(question.query, question.query)),
        "proposed": question.proposed,
        "images": [image(session, number) for number in question.images],
    }


def _progress(session: Session) -> dict[str, Any]:
    labels, plan = session.labels, session.plan
    found = plan.estimate
    together, apart = labels.n_decided()
    own = session.images.of_query
    n_pairs = sum(len(numbers) * (len(numbers) - 1) // 2 for numbers in own.values())
    return {
        "answers": labels.n_keys,
        "images": len(session.images.there),
        "queries": len(own),
        "photographs": sum(len(labels.classes_of(query)) for query in own),
        "pairs": n_pairs,
        "decided": together + apart,
        "drawn": plan.n_drawn,
        "needed": max(plan.n_needed, plan.n_drawn),
        "checked": len(labels.checked),
        "checks": min(CHECKS, together),
        "goal": int(GOAL * len(session.images.there)),
        "precision": _number(found.precision),
        "precision_at_least": _number(found.precision_at_least),
        "recall": _number(found.recall),
        "recall_at_least": _number(found.recall_at_least),
        "left_at_most": found.left_at_most,
    }


def _earlier(session: Session, answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "text": _text(answer),
        "images": [image(session, number) for number in _few(answer)],
    }


def _text(answer: Answer) -> str:
    if answer.asked == "import":
        name = f", photograph {visible(answer.photograph)}" if answer.photograph else ""
        return f"A table said so{name}"
    if answer.said == "same":
        if len(answer.images) == 1:
            return "You found none of the others on this image's photograph"
        return f"You put {counted(len(answer.images), 'image')} together"
    return {"different": "You said different", "scene": "You said one scene"}.get(
        answer.said, "You were unsure"
    )


def _few(answer: Answer) -> Sequence[int]:
    return [*answer.images, *answer.others][:8]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)
