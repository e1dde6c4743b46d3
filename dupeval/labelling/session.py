"""A labelling that goes on: journal, labels, proposals, and the question that is asked now."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dupeval.errors import DupevalError, InputError, SettingsError
from dupeval.files import write_results
from dupeval.labelling.answers import Answer, Undo, standing
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.journal import Journal
from dupeval.labelling.labels import Labels
from dupeval.labelling.proposals import Proposals
from dupeval.labelling.questions import Plan, Question, Reply
from dupeval.labelling.source import Source
from dupeval.labelling.tables import LABELS_CSV, imported, labels_csv, pairs_csv
from dupeval.text import visible

Propose = Callable[[str, Images], Proposals]
PAIRS_CSV = "pairs.csv"


@dataclass(frozen=True)
class Conflict:
    """A reply that contradicts earlier answers: one of them must fall, or the reply is withdrawn.

    Attributes
    ----------
    reply : Reply
    falls : tuple of int
        Those that fall already.
    a, b : int
        The two images that it is about.
    same : bool
        Whether the reply puts them together.
    earlier : tuple of Answer
        One of these must fall.
    """

    reply: Reply
    falls: tuple[int, ...]
    a: int
    b: int
    same: bool
    earlier: tuple[Answer, ...]


class StaleError(SettingsError):
    """A reply to a question that is not asked any more."""


class Session:
    """One person's labelling; several threads may call it.

    Parameters
    ----------
    source : Source
    journal : Journal
    propose : callable
        ``propose(name, images)`` returns what the method of that name proposes.
    method : str
        The one that proposes first.
    tables : Path, optional
        A folder with labels.csv, to be taken over as answers.

    Raises
    ------
    SettingsError
        If the journal is of other images, or the method cannot be run on these.
    InputError
        If the tables are wrong, or contradict answers.
    """

    def __init__(
        self,
        source: Source,
        journal: Journal,
        propose: Propose,
        method: str,
        tables: Path | None = None,
    ) -> None:
        self._lock, self._switching = threading.RLock(), threading.Lock()
        self._journal, self._propose, self.source = journal, propose, source
        known = set(journal.keys)
        if known and known.isdisjoint(shown.key for shown in source.found):
            raise SettingsError(
                f"{visible(str(journal.folder))} holds labels of other images, of which none is in "
                f"{visible(str(source.root))}; possible: another --out DIR"
            )
        journal.add_images(source.found)
        self.images = Images.of(journal.keys, source.found, source.titles)
        self.labels = Labels(self.images, journal.seed, journal.events(self.images))
        if tables is not None:
            self._take_over(tables)
        self.skipped: set[str] = set()
        self.beyond = False
        self.proposals = propose(method, self.images)
        self._note_method()
        self._renew()

    def _take_over(self, tables: Path) -> None:
        answers = list(imported(tables, self.images, self.labels.next_id))
        problems = []
        for answer in answers:
            found = self.labels.contradiction(answer)
            if found is not None:
                a, b = (self.images.all[i].names[0] for i in found.fact[:2])
                problems.append(f"{LABELS_CSV}: {a!r} and {b!r} were answered otherwise before")
            else:
                self.labels.add(answer)
        if problems:
            raise InputError(str(tables), problems)
        self._journal.add_answers(answers, self.images)

    def _note_method(self) -> None:
        if self._journal.method != self.proposals.method:
            cut = self.proposals.cut
            self._journal.add_method(self.proposals.method, None if math.isnan(cut) else cut)

    def _renew(self) -> None:
        self.plan = Plan(self.labels, self.proposals, self.beyond)
        self.question: Question | None = self.plan.next(self.skipped)
        self.trouble = ""
        if self.question is None:
            try:
                self.export()
            except (DupevalError, OSError) as error:
                # The answers are kept all the same.
                self.trouble = f"labels.csv could not be written: {error}"

    @property
    def finished(self) -> bool:
        """Whether the stopping point is reached, also of who goes on beyond it."""
        with self._lock:
            if self.question is None or not self.beyond:
                return self.question is None
            return Plan(self.labels, self.proposals).next() is None

    def reply(self, key: str, reply: Reply, falls: Sequence[int] = ()) -> Conflict | None:
        """Take a reply; it is on disk when this returns None.

        Parameters
        ----------
        key : str
            Of the question.
        reply : Reply
        falls : sequence of int
            Earlier answers that fall for it.

        Raises
        ------
        StaleError
            If another question is asked now.
        SettingsError
            If it is no reply to the question.
        """
        with self._lock:
            question = self._asked(key)
            known = {answer.id for answer in self.labels.answers}
            if not set(falls) <= known:
                raise SettingsError("only answers that stand can fall")
            method = self.proposals.method
            answer = question.answer(self.labels.next_id, reply, method, falls)
            found = self.labels.contradiction(answer)
            if found is not None:
                earlier = tuple(x for x in self.labels.answers if x.id in found.ids)
                return Conflict(reply, tuple(falls), *found.fact, earlier)
            self._journal.add_answers([answer], self.images)
            self.labels.add(answer)
            self._renew()
            return None

    def undo(self) -> None:
        """Take the last answer back.

        Raises
        ------
        SettingsError
            If there is none.
        """
        with self._lock:
            standing([*self.labels.events, Undo()])
            self._journal.add_undo()
            self.labels.add(Undo())
            self.skipped.clear()
            self._renew()

    def skip(self, key: str) -> None:
        """Put a question off until no other is left."""
        with self._lock:
            question = self._asked(key)
            if question.key in self.skipped:
                # All were put off: begin anew with the first.
                self.skipped.clear()
            self.skipped.add(question.key)
            self._renew()

    def go_on(self) -> None:
        """Ask until nothing is open."""
        with self._lock:
            self.beyond = True
            self._renew()

    def switch(self, method: str) -> None:
        """Let another method propose; it is asked while questions go on.

        Raises
        ------
        DupevalError
            If it cannot be run here.
        """
        # One after the other: what configures methods is the process's own.
        with self._switching:
            proposals = self._propose(method, self.images)
            with self._lock:
                self.proposals = proposals
                self._note_method()
                self._renew()

    def export(self) -> None:
        """Write labels.csv and pairs.csv, both or none."""
        with self._lock:
            finished = self.question is None or self.finished
            tables = {
                LABELS_CSV: labels_csv(self.labels, finished),
                PAIRS_CSV: pairs_csv(self.labels),
            }
            write_results(self._journal.folder, tables)

    def seen(self, look: Callable[[Session], Any]) -> Any:
        """Return what somebody sees who looks while nothing changes."""
        with self._lock:
            return look(self)

    def soon(self) -> tuple[int, ...]:
        """Return the images of the question that may come next."""
        with self._lock:
            if self.question is None:
                return ()
            following = self.plan.next({*self.skipped, self.question.key})
            return () if following is None else following.images

    def shown(self, number: int) -> Shown | None:
        """Return an image that is there, by its number."""
        known = self.images.all
        return known[number] if 0 <= number < len(known) and known[number].names else None

    def _asked(self, key: str) -> Question:
        if self.question is None or self.question.key != key:
            raise StaleError("another question is asked meanwhile")
        return self.question
