"""One setting for many datasets: chosen on some of them, confirmed on others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.protocol.search import best_threshold, first_best
from dupeval.sweep.tables import Swept

Role = Literal["chosen_on", "confirmed_on"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, eq=False)
class OnDataset:
    """What came of all settings on one dataset.

    Attributes
    ----------
    name : str
    role : {"chosen_on", "confirmed_on"}
    kind : int
        Datasets of one kind count together as much as those of another.
    swept : sequence of Swept
        The same settings, in the same order, on every dataset.
    f1 : ndarray of float64, shape (n_settings,)
        The mean F1 of each setting, its threshold held out.
    """

    name: str
    role: Role
    kind: int
    swept: Sequence[Swept]
    f1: npt.NDArray[np.float64]


def mean_of_kinds(parts: Sequence[OnDataset], role: Role) -> npt.NDArray[np.float64]:
    """Return each setting's mean F1, shape (n_settings,): of kinds, and of the datasets of each."""
    own = [part for part in parts if part.role == role]
    kinds = dict.fromkeys(part.kind for part in own)
    means = [np.mean([part.f1 for part in own if part.kind == kind], axis=0) for kind in kinds]
    found: npt.NDArray[np.float64] = np.mean(means, axis=0)
    return found


def across_table(
    parts: Sequence[OnDataset], configured: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    """Return for each method the best setting of all kinds, and the configured one beside it.

    Parameters
    ----------
    parts : sequence of OnDataset
    configured : mapping of str to mapping
        Of each method, its parameters as they are configured.

    Returns
    -------
    DataFrame
        ``method``, ``which`` (``best``, the first of equals, or ``configured``, where it is
        another one that was tried), ``n_settings``, ``parameters``; ``threshold``, the best in
        mean F1 on all datasets that the setting was chosen on; ``chosen_on`` and
        ``confirmed_on``, see `mean_of_kinds`; and a column a dataset.
    """
    planned = [one.planned for one in parts[0].swept]
    chosen, confirmed = (mean_of_kinds(parts, role) for role in ROLES)
    rows = []
    for method in dict.fromkeys(one.method for one in planned):
        own = [i for i, one in enumerate(planned) if one.method == method]
        best = own[first_best(chosen[own].tolist())]
        now = [i for i in own if _is(planned[i].parameters, configured[method])]
        others = [("configured", place) for place in now if place != best]
        for which, place in [("best", best), *others]:
            parameters = planned[place].parameters
            rows.append(
                {
                    "method": method,
                    "which": which,
                    "n_settings": len(own),
                    "parameters": " ".join(f"{k}={v}" for k, v in parameters.items()),
                    "threshold": _threshold(parts, place),
                    "chosen_on": chosen[place],
                    "confirmed_on": confirmed[place],
                    **{part.name: part.f1[place] for part in parts},
                }
            )
    return pd.DataFrame(rows)


def across_markdown(table: pd.DataFrame, parts: Sequence[OnDataset]) -> str:
    """Return the table for reading, and above it what the columns are means of."""
    names = {role: ", ".join(part.name for part in parts if part.role == role) for role in ROLES}
    about = (
        f"Mean F1 under loqo; chosen on {names['chosen_on']}; confirmed on "
        f"{names['confirmed_on']}. Each kind of dataset counts the same."
    )
    columns = ["method", "which", "n_settings", "parameters", "threshold", *names]
    shown = table[columns].rename(columns=lambda name: name.replace("_", " "))
    return f"{about}\n\n{shown.to_markdown(index=False, floatfmt='.3f')}\n"


def _is(parameters: Mapping[str, Any], configured: Mapping[str, Any]) -> bool:
    return all(configured.get(name) == value for name, value in parameters.items())


def _threshold(parts: Sequence[OnDataset], place: int) -> float:
    own = [part for part in parts if part.role == "chosen_on"]
    curves = [curve for part in own for curve in part.swept[place].outcome.curves]
    return best_threshold(curves)[0]
