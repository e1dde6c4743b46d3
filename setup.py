"""The programs and their configuration lie beside the package here, and in it once installed."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py

# What changes the checkout itself has no meaning elsewhere.
LEFT_OUT = ignore_patterns("__pycache__", "reference.py")


class BuildWithPrograms(build_py):
    """Copies ``experiments/`` and ``conf/`` to ``dupeval/programs/``."""

    def run(self) -> None:
        """Copy the package, and what lies beside it."""
        super().run()
        if self.editable_mode:
            return
        for folder in ("experiments", "conf"):
            target = Path(self.build_lib) / "dupeval" / "programs" / folder
            copytree(folder, target, ignore=LEFT_OUT, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithPrograms})
