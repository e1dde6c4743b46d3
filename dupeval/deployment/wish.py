"""What is wanted of a method that is to be used."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from dupeval.errors import SettingsError


class Wish(BaseModel):
    """What is wanted: the best F1, or of what is precise enough the most recall.

    Attributes
    ----------
    precision : float, optional
        At least so much, in the lower bound; by default the best F1 is wanted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    precision: Annotated[float, Field(gt=0, lt=1)] | None = None

    @classmethod
    def of(cls, text: str) -> Wish:
        """Return the wish that a person typed: ``f1``, or ``precision=0.95``.

        Raises
        ------
        SettingsError
            If it is none.
        """
        name, _, value = text.strip().partition("=")
        try:
            number = float(value) if value else None
        except ValueError:
            number = np.nan
        if name == "f1" and not value:
            return cls()
        if name == "precision" and number is not None and 0 < number < 1:
            return cls(precision=number)
        raise SettingsError(
            f"wish={text} is not possible; possible: f1, or precision=P with P between 0 and 1"
        )

    def __str__(self) -> str:
        return "f1" if self.precision is None else f"precision={self.precision:g}"
