"""``python -m dupeval``: the console program."""

from dupeval.cli.app import main

main()
