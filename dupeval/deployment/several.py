"""Methods as one method, so that which of them is a parameter like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dupeval.clustering import Linkage
from dupeval.errors import NoScoresError
from dupeval.method import Answer, Method, Params, Scope
from dupeval.method.views import QueryImages, TrainingView
from dupeval.timing import Stopwatch

WHICH = "method"


@dataclass(frozen=True, eq=False)
class Several(Method):
    """Several methods; the parameter `WHICH` says which of them answers, the others are its own.

    Attributes
    ----------
    methods : mapping of str to Method
        At least one.
    left_out : mapping of str to str
        What could not be prepared here, and why.
    """

    methods: Mapping[str, Method]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        return {name: dict(method.description) for name, method in self.methods.items()}

    @property
    def default(self) -> Params:
        """See `Method.default`: the first one's."""
        name = next(iter(self.methods))
        return with_name(name, self.methods[name].default)

    @property
    def cut_candidates(self) -> Sequence[Params]:
        """See `Method.cut_candidates`: of all methods, in their order."""
        return [
            with_name(name, params)
            for name, method in self.methods.items()
            for params in method.cut_candidates
        ]

    @property
    def candidates(self) -> Sequence[Params]:
        """See `Method.candidates`: of all methods, in their order."""
        return [
            with_name(name, params)
            for name, method in self.methods.items()
            for params in method.candidates
        ]

    @property
    def cut(self) -> float | None:
        """See `Method.cut`."""
        return None

    def scope(self, params: Params) -> Scope:
        """See `Method.scope`."""
        method, own = self.split(params)
        return method.scope(own)

    def linkage_of(self, params: Params) -> Linkage:
        """See `Method.linkage_of`."""
        method, own = self.split(params)
        return method.linkage_of(own)

    def check(self, params: Params, n_images: int) -> None:
        """See `Method.check`."""
        method, own = self.split(params)
        method.check(own, n_images)

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> Several:
        """See `Method.prepared`: what cannot be run here is left out."""
        ready: dict[str, Method] = {}
        left_out = dict(self.left_out)
        for name, method in self.methods.items():
            try:
                own = _of(name, wanted)
                ready[name] = method.prepared(queries, own, Stopwatch(name))
            except NoScoresError as error:
                left_out[name] = str(error)
            except ModuleNotFoundError as error:
                left_out[name] = f"{error.name} is not installed"
        if not ready:
            name, reason = next(iter(left_out.items()))
            raise NoScoresError("missing", f"no method can be run here ({name}: {reason})")
        return replace(self, methods=ready, left_out=left_out)

    def prepare_fits(self, queries: Sequence[QueryImages], wanted: Sequence[Params]) -> None:
        """See `Method.prepare_fits`."""
        for name, method in self.methods.items():
            method.prepare_fits(queries, _of(name, wanted))

    def fit_params(self, params: Params) -> Params:
        """See `Method.fit_params`."""
        method, own = self.split(params)
        return with_name(params[WHICH], method.fit_params(own))

    def fit(self, view: TrainingView, params: Params) -> Any:
        """See `Method.fit`."""
        method, own = self.split(params)
        return method.fit(view, own)

    def answers(
        self, fit: Any, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`."""
        name = many[0][WHICH]
        own = [self.split(params)[1] for params in many]
        for params, answer in self.methods[name].answers(fit, query, own):
            yield with_name(name, params), answer

    def split(self, params: Params) -> tuple[Method, Params]:
        """Return the method that answers, and its own parameters."""
        own = {name: value for name, value in params.items() if name != WHICH}
        return self.methods[params[WHICH]], own


def with_name(name: str, params: Params) -> Params:
    """Return the parameters of one of several methods."""
    return {WHICH: name, **params}


def _of(name: str, wanted: Sequence[Params]) -> list[Params]:
    """Return the parameters that are wanted of one method, without its name."""
    return [
        {key: value for key, value in params.items() if key != WHICH}
        for params in wanted
        if params[WHICH] == name
    ]
