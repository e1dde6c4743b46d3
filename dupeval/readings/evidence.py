"""Which reading is nearest, on draws it was not chosen on, and what that says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.readings.cuts import Floats
from dupeval.readings.scoring import DEFINITIONS, METHODS, ORDERS, Definition, Scored
from dupeval.readings.space import RULES, Reading, Rule, Space
from dupeval.tables import SCORES


@dataclass(frozen=True)
class Chosen:
    """A reading with all its ingredients.

    Attributes
    ----------
    place : int
        Of the reading in `Space.readings`.
    reading : Reading
    rule : Rule
    definition : Definition
    """

    place: int
    reading: Reading
    rule: Rule
    definition: Definition


@dataclass(frozen=True, eq=False)
class Evidence:
    """The readings of a space, scored on draws that choose and on draws that judge.

    Attributes
    ----------
    space : Space
    published : ndarray of float64, shape (4, 3)
    choosing, judging : sequence of Scored
        On different draws.
    share : float
        Of true pairs among all, on the judging draws.
    """

    space: Space
    published: Floats
    choosing: Sequence[Scored]
    judging: Sequence[Scored]
    share: float
    _known: dict[tuple[int, ...], Floats] = field(default_factory=dict, repr=False)

    @cached_property
    def readings(self) -> list[Reading]:
        """All readings, in the order of the scores."""
        return list(self.space.readings())

    def chosen(self, told: bool = False, rows: Sequence[int] = range(len(METHODS))) -> Chosen:
        """Return the reading with the least mean distance on the choosing draws.

        Parameters
        ----------
        told : bool, default False
            Whether its rule may look at a published figure: only such rules are tried then.
        rows : sequence of int
            The published rows that may be looked at.
        """
        return next(self._by_distance(rows, told))[0]

    def nearest(self, most: int) -> list[tuple[Chosen, float]]:
        """Return the readings that come nearest on the choosing draws, by rules of their own."""
        return list(islice(self._by_distance(range(len(METHODS))), most))

    def _by_distance(
        self, rows: Sequence[int], told: bool = False, among: npt.NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[Chosen, float]]:
        """Yield readings with their mean distance on the choosing draws, the least first."""
        apart = self._apart(tuple(rows)).copy()
        apart[:, [rule.looks_at_published != told for rule in RULES]] = np.nan
        if among is not None:
            apart[~among] = np.nan
        readings = self.readings
        for flat in np.argsort(apart, axis=None, kind="stable"):
            place, rule, definition = np.unravel_index(flat, apart.shape)
            distance = float(apart[place, rule, definition])
            if not np.isnan(distance):
                reading = readings[int(place)]
                yield (
                    Chosen(int(place), reading, RULES[int(rule)], DEFINITIONS[int(definition)]),
                    distance,
                )

    def distances(self, chosen: Chosen, rows: Sequence[int] = range(len(METHODS))) -> Floats:
        """Return a reading's root mean square distance from the published rows on judging draws."""
        of_draws = self.figures_of_draws(chosen)[:, list(rows)]
        return _distance(of_draws, self.published[list(rows)])

    def figures(self, chosen: Chosen) -> Floats:
        """Return a reading's figures, means over judging draws, shape (4, 3)."""
        return np.asarray(self.figures_of_draws(chosen).mean(axis=0))

    def figures_of_draws(self, chosen: Chosen) -> Floats:
        """Return a reading's figures on each judging draw, shape (n_draws, 4, 3)."""
        place, rule, definition = _place(chosen)
        return np.array([x.figures[place, rule, definition] for x in self.judging])

    def own(self, chosen: Chosen) -> Floats:
        """Return the best F1 of each method with its own threshold, mean over judging draws."""
        found: Floats = np.mean([x.own[chosen.place] for x in self.judging], axis=0)
        return found

    def _apart(self, rows: tuple[int, ...]) -> Floats:
        """Return the mean distance of all readings on the choosing draws, computed once."""
        if rows not in self._known:
            own = list(rows)
            self._known[rows] = np.mean(
                [_distance(x.figures[..., own, :], self.published[own]) for x in self.choosing],
                axis=0,
            )
        return self._known[rows]

    def table(self, chosen: Chosen) -> pd.DataFrame:
        """Return published and measured figures beside each other, one row a method."""
        measured, own = self.figures(chosen), self.own(chosen)
        return pd.DataFrame(
            [
                {
                    "method": method,
                    **{f"{s}_published": self.published[i, j] for j, s in enumerate(SCORES)},
                    **{s: measured[i, j] for j, s in enumerate(SCORES)},
                    "f1_own_threshold": own[i],
                }
                for i, method in enumerate(METHODS)
            ]
        )

    def ingredients(self, chosen: Chosen) -> pd.DataFrame:
        """Return what becomes of the distance when one ingredient after the other is changed."""
        rows = [_row("as it is", "", self.distances(chosen))]
        known = {reading: place for place, reading in enumerate(self.readings)}
        for name, own in chosen.reading._asdict().items():
            values = dict.fromkeys(getattr(reading, name) for reading in known)
            for value in values:
                other = chosen.reading._replace(**{name: value})
                if other not in known:  # The scale of pixels has no meaning there.
                    other = other._replace(scale="0-1")
                if value != own and other in known:
                    changed = Chosen(known[other], other, chosen.rule, chosen.definition)
                    rows.append(_row(name, value, self.distances(changed)))
        for rule in RULES:
            apart = self.distances(Chosen(chosen.place, chosen.reading, rule, chosen.definition))
            if rule != chosen.rule and not np.isnan(apart).any():
                rows.append(_row("threshold", rule.title, apart))
        for definition in DEFINITIONS:
            if definition != chosen.definition:
                changed = Chosen(chosen.place, chosen.reading, chosen.rule, definition)
                rows.append(_row("definition", _named(definition), self.distances(changed)))
        return pd.DataFrame(rows)

    def best_without(self, chosen: Chosen) -> pd.DataFrame:
        """Return how near one comes without each value of the chosen reading, chosen anew."""
        rows = []
        for name, value in chosen.reading._asdict().items():
            others = np.array([getattr(reading, name) != value for reading in self.readings])
            if others.any():
                found, _ = next(self._by_distance(range(len(METHODS)), among=others))
                without = f"{name} other than {value}"
                rows.append(_row(without, described(found), self.distances(found)))
        return pd.DataFrame(rows)

    def orders(self) -> pd.DataFrame:
        """Return, for each order of the published rows, how near the nearest reading comes."""
        chosen_on = np.mean([x.nearest for x in self.choosing], axis=0)
        judged_on = np.mean([x.nearest for x in self.judging], axis=0)
        rows = []
        for i, order in enumerate(ORDERS):
            place = int(chosen_on[:, i].argmin())
            rows.append(
                {
                    **{method: METHODS[row] for method, row in zip(METHODS, order, strict=True)},
                    "distance": judged_on[place, i],
                }
            )
        return pd.DataFrame(rows).sort_values("distance", kind="stable", ignore_index=True)

    def held_out_rows(self) -> pd.DataFrame:
        """Return, for each published row, the distance from it of what was chosen on the others."""
        rows = []
        for i, method in enumerate(METHODS):
            found = self.chosen(rows=[j for j in range(len(METHODS)) if j != i])
            rows.append(_row(method, described(found), self.distances(found, [i])))
        return pd.DataFrame(rows)

    def constant(self) -> float:
        """Return the distance of the bare pattern: nothing merged, all merged, nothing, all right.

        Where all is merged the precision is the share of true pairs.
        """
        merged = [self.share, 1.0, 2 * self.share / (1 + self.share)]
        table = np.array([[0, 0, 0], merged, [0, 0, 0], [1, 1, 1]])
        return float(np.sqrt(((table - self.published) ** 2).mean()))


def _distance(figures: Floats, published: Floats) -> Floats:
    """Return the root mean square difference over the two last axes."""
    found: Floats = np.sqrt(((figures - published) ** 2).mean(axis=(-2, -1)))
    return found


def described(chosen: Chosen) -> str:
    """Return a reading in words."""
    r = chosen.reading
    features = {"plain": "", "unit": ", unit length", "standard": ", standardised"}[r.features]
    cut = {"absolute": "one height", "fraction": "share of the highest merge", "groups": "groups"}
    return (
        f"pixels {r.size} x {r.size} in {r.scale}, VGG16 {r.network}{features}, {r.n_components} "
        f"components fitted on the {r.fit}, {r.linkage} linkage, {r.metric}, {cut[r.cut]}: "
        f"{chosen.rule.title}"
    )


def _named(definition: Definition) -> str:
    if definition.name == "standard":
        return f"standard, precision {definition.empty:g} where nothing is claimed"
    return f"as the slides print them, {definition.name.removesuffix('_fp')} text of FP"


def _place(chosen: Chosen) -> tuple[int, int, int]:
    return chosen.place, RULES.index(chosen.rule), DEFINITIONS.index(chosen.definition)


def _row(what: str, value: object, distances: npt.NDArray[np.float64]) -> dict[str, object]:
    return {
        "what": what,
        "value": str(value),
        "distance": float(distances.mean()),
        "least": float(distances.min()),
        "most": float(distances.max()),
    }
