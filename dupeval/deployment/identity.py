"""What a method is made of, so that another machine, or another day, can tell whether it is it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dupeval.clustering import Linkage
from dupeval.errors import SettingsError
from dupeval.method import Answer, Method, Params, Scope
from dupeval.method.pairs import PairMethod
from dupeval.method.views import QueryImages, TrainingView
from dupeval.sources import source_sha256
from dupeval.timing import Stopwatch, one_thread

Tensors = Mapping[str, npt.NDArray[Any]]
# What a method's key says besides what it is made of.
CHOSEN = ("threshold", "grid")
# What a key calls the digest of the code.
SOURCE = "source"


@runtime_checkable
class CarriesFit(Protocol):
    """A method whose fit can be kept as arrays, and used without the images it was made of."""

    def packed_fit(self, fit: Any, params: Params) -> Tensors:
        """Return what of a fit is needed to answer with some parameters."""

    def unpacked_fit(self, tensors: Tensors) -> Any:
        """Return the fit; ValueError where the arrays are none."""


@dataclass(frozen=True, eq=False)
class Carried(Method):
    """A method with the settings that were chosen for it, and the fit that was made for them.

    Attributes
    ----------
    method : Method
    params : mapping
        Of `method`, in force where nothing is chosen.
    fit_made : object, optional
        Of `method`, on vectors as they are; None where it fits nothing, or on what it is asked.
    """

    method: Method
    params: Params
    fit_made: Any = None

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        return self.method.description

    @property
    def default(self) -> Params:
        """See `Method.default`."""
        return self.params

    @property
    def cut(self) -> float | None:
        """See `Method.cut`."""
        return self.method.cut

    def scope(self, params: Params) -> Scope:
        """See `Method.scope`."""
        return "none" if self.fit_made is not None else self.method.scope(params)

    def linkage_of(self, params: Params) -> Linkage:
        """See `Method.linkage_of`."""
        return self.method.linkage_of(params)

    def check(self, params: Params, n_images: int) -> None:
        """See `Method.check`."""
        if self.fit_made is None:
            self.method.check(params, n_images)

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> Carried:
        """See `Method.prepared`."""
        return replace(self, method=self.method.prepared(queries, wanted, watch))

    def fit(self, view: TrainingView, params: Params) -> Any:
        """See `Method.fit`."""
        queries = tuple(map(as_they_are, view.queries))
        return self.method.fit(replace(view, queries=queries, scatter=None), params)

    def answers(
        self, fit: Any, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`."""
        made = fit if self.fit_made is None else self.fit_made
        # As the engine does: more threads gain little, and lose much beside other programs.
        with one_thread():
            yield from self.method.answers(made, as_they_are(query), many)


def as_they_are(query: QueryImages) -> QueryImages:
    """Return a query whose coordinates are its vectors: what is kept must hold for any images."""

    def vectors(representation: Any, own: bool = False) -> npt.NDArray[np.floating]:
        return np.asarray(query.vectors(representation), np.float64)

    return replace(query, coordinates=vectors)


def carried(method: Method, params: Params, fit: Any = None) -> Method:
    """Return a method as it is to be used on any images."""
    if isinstance(method, PairMethod):
        return method.at(params)
    return Carried(method, params, fit)


def identity(method: Method, params: Params) -> dict[str, Any]:
    """Return what a method's answers depend on besides the images, as flat JSON values.

    Settings, hashes of weights, versions of tools, and the digest of the source of what makes
    vectors, features and distances; not how it is cut, nor what else could have been chosen.

    Parameters
    ----------
    method : Method
    params : mapping
        Those in force.

    Raises
    ------
    NoScoresError
        If it needs something that is not here.
    """
    at = getattr(method, "at", None)
    made: Method = method if at is None else at(params)
    key = made.key
    if key is None:
        raise SettingsError("it does not say what its answers depend on: they are of known images")
    flat = dict(_flat({k: v for k, v in key.items() if k not in CHOSEN}))
    parts = [getattr(made, f.name) for f in fields(made)] if is_dataclass(made) else [made]
    return {**flat, SOURCE: source_sha256(*parts)}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from _flat(inner, f"{name}.{i}")
    else:
        yield name, value


def first_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Say in what two identities differ, the code last; None where in nothing."""
    names = sorted({*one, *other}, key=lambda name: (name == SOURCE, name))
    for name in names:
        a, b = one.get(name), other.get(name)
        if a != b:
            return (
                "the code of its parts" if name == SOURCE else f"{name}, {_said(a)} not {_said(b)}"
            )
    return None


def _said(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return f"{text[:12]}..." if len(text) > 40 else text
