# Everything a fresh clone needs: Python 3.11 or later, make, pip. `make table1` sets up and runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: table1 sweep test check format benchmarks clean help

help:  ## list the targets
	@grep -hE '^[a-z0-9_-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

table1: $(VENV)/.run  ## Table 1 on the stand-in, printed and written to results/table1
	$(BIN)/python experiments/table1.py may_be_missing=[findimagedupes]

sweep: $(VENV)/.run  ## every setting that the methods' defaults were chosen from, to results/sweep
	$(BIN)/python experiments/sweep.py

test: $(VENV)/.dev  ## the tests
	$(BIN)/python -m pytest

check: $(VENV)/.dev  ## the linters and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(VENV)/.run  ## speed and memory, printed and written to results/benchmarks
	$(BIN)/python benchmarks/run.py

clean:  ## remove the environment, the caches and the built stand-in
	rm -rf $(VENV) .cache data/standin data/.standin.*

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit("dupeval needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# Editable, so that what is installed is the code that lies here.
$(VENV)/.run: $(VENV)/.python pyproject.toml constraints.txt
	@echo "installing into $(VENV): a few minutes and about 6 GB, most of it torch"
	$(PIP) --editable '.[standin,tools]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) --editable '.[standin,tools,dev]'
	@touch $@
