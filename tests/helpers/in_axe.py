"""Whether a page can be used by everybody, as far as axe-core can tell."""

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selenium import webdriver


def _script() -> Path | None:
    """Return axe.min.js: what AXE_CORE names, or that of a package that holds it."""
    if named := os.environ.get("AXE_CORE"):
        return Path(named)
    found = importlib.util.find_spec("axe_playwright_python")
    folders = [] if found is None else list(found.submodule_search_locations or ())
    return next((path for x in folders if (path := Path(x) / "axe.min.js").exists()), None)


AXE = _script()


def violations(browser: "webdriver.Chrome") -> list[str]:
    """Return what axe finds wrong with what is shown now; nothing where it is not installed."""
    if AXE is None:
        return []
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    told = browser.execute_async_script("axe.run().then(arguments[0])")
    return [
        f"{found['id']}: {node['html']}" for found in told["violations"] for node in found["nodes"]
    ]
