"""What every settings class has in common: checked when it is made, never changed after."""

from __future__ import annotations

from pydantic import ConfigDict

# Unknown settings are errors, and defaults are checked like given values.
STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True, validate_default=True)
