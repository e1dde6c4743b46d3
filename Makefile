# Everything a fresh clone needs: Python 3.11 or later, make, pip. `make table1` sets up and runs.
PYTHON ?= python3
VENV := .venv
RAY := .venv-ray
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
# One worker a core, each with one thread; a file's tests stay together, for they share what they make.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

.PHONY: table1 figures report readings suite sweep defaults benchmarks test test-slow test-results faults ray test-ray
.PHONY: check format
.PHONY: reference clean help

help:  ## list the targets
	@grep -hE '^[a-z0-9_-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

table1: $(VENV)/.run  ## Table 1, printed, to results/table1; the report, to results/report
	$(BIN)/python experiments/table1.py report_dir=results/report

# Those that the study has are drawn of images as easy as its own, too: a query with groups of several
# sizes beside single images, as in its figure 5.
STUDY := dataset.level=study query=streets_signs
STUDY += 'figure=[process,extraction,duplicates,groups,components,dendrogram]'

figures: $(VENV)/.run | results/table1/run.json results/sweep/run.json  ## the figures, from stored results, to results/figures and results/figures_study
	$(BIN)/python experiments/figures.py
	$(BIN)/python experiments/figures.py $(STUDY) out_dir=results/figures_study

report: $(VENV)/.run | results/table1/run.json  ## the report of stored results and figures, to results/report/report.html
	$(BIN)/python experiments/report.py

sweep: $(VENV)/.run  ## the four methods over PCA dimensions, linkages and metrics, to results/sweep
	$(BIN)/python experiments/sweep.py

readings: $(VENV)/.run  ## how the study may have computed its Table 1, to results/readings
	$(BIN)/python experiments/readings.py

suite: $(VENV)/.run  ## methods over many datasets: ranks, thresholds carried over, findings, to results/suite
	$(BIN)/python experiments/suite.py

defaults: $(VENV)/.run  ## settings chosen on ten datasets, to results/defaults
	$(BIN)/python experiments/defaults.py

# What figures and the report are made of, where it was not made before.
results/table1/run.json: | $(VENV)/.run
	$(BIN)/python experiments/table1.py

results/sweep/run.json: | $(VENV)/.run
	$(BIN)/python experiments/sweep.py

test: $(VENV)/.dev  ## the tests
	$(PYTEST)

test-slow: $(VENV)/.dev  ## the tests that do not fit into that
	$(PYTEST) -m slow

# Twenty minutes on two cores; DUPEVAL_FAULTS=10 makes a fifth of the seeded tries.
faults: $(VENV)/.dev  ## ends, fills and damages what programs work with, to results/faults
	$(BIN)/python -m benchmarks.faults results/faults

# Those of them that see what programs have left in the folder.
test-results: $(VENV)/.dev
	$(PYTEST) tests/test_standin_results.py tests/test_project.py tests/experiments tests/report

ray: $(RAY)/.installed  ## the environment that runs hydra/launcher=ray; see docs/clusters.md

test-ray: $(VENV)/.dev $(RAY)/.installed  ## the tests that need Ray
	$(BIN)/python -m pytest -m ray

check: $(VENV)/.dev  ## the linters and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(VENV)/.run  ## speed and memory, printed and written to results/benchmarks
	$(BIN)/python -m benchmarks

reference: $(VENV)/.run  ## what is committed, anew, and the docs made of it: PART=table1, figures ...
	$(BIN)/python experiments/reference.py $(PART)

clean:  ## remove the environment, the caches and the built stand-in
	rm -rf $(VENV) $(RAY) .cache data/standin* data/.standin*

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit("dupeval needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# Editable, so that what is installed is the code that lies here.
$(VENV)/.run: $(VENV)/.python pyproject.toml constraints.txt
	@echo "installing into $(VENV): a few minutes and about 6 GB, most of it torch"
	$(PIP) --editable '.[experiments,vgg,standin,tools,embeddings,label,joblib]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) --editable '.[experiments,vgg,standin,tools,embeddings,label,joblib,dev]'
	@touch $@

# Ray's launcher needs older versions of a few packages: an environment laid over the other one,
# which it takes all else from.
$(RAY)/.installed: $(VENV)/.run constraints-ray.txt
	rm -rf $(RAY)
	$(BIN)/python -m venv --without-pip $(RAY)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> "$$($(RAY)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/below.pth"
	awk -F== 'NR == FNR {ray[$$1]} FNR == NR || !($$1 in ray)' constraints-ray.txt constraints.txt \
		> $(RAY)/constraints.txt
	$(RAY)/bin/python -m pip --disable-pip-version-check install --quiet \
		--constraint $(RAY)/constraints.txt --editable '.[ray]'
	@touch $@
