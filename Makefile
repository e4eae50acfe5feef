# Two commands do everything: `make lab` to learn, `make test` to prove that it all works.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Four workers on two cores, since tests wait a lot; WORKERS=0 runs the tests in one process.
# (Groups of tests that share a costly fixture stay together with pytest 9.1, and with 9.2 only once
# pytest-xdist knows it: its issue 1386. No test relies on it.)
WORKERS ?= 4

# Rounds of `make flaky`.
N ?= 5

# What would starve tests that run beside it, and what kills services.
ATTACKS := tests/attacks tests/running/test_sandbox.py tests/running/test_container_sandbox.py
FAULTS := tests/faults

.PHONY: lab test attacks faults verify flaky build lint setup bench clean

lab: $(READY)  ## set up, start the bench, open JupyterLab; ARGS="--no-browser" goes to JupyterLab
	$(BIN)/workbench lab $(ARGS)

test: $(READY) lint  ## set up and prove the tool, the backend and the course
	$(BIN)/workbench build --check
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup \
		$(ATTACKS:%=--ignore=%) $(FAULTS:%=--ignore=%) $(ARGS)

attacks: $(READY)  ## attack the sandbox; alone, because fork and memory bombs need the machine
	$(BIN)/python -m pytest $(ATTACKS) $(ARGS)

faults: $(READY)  ## kill services, workers and grading itself, and fill the disk
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest $(FAULTS) $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

verify: $(READY)  ## prove the checks by right and wrong answers; ARGS="catalog.listing" for one
	$(BIN)/workbench verify $(ARGS)

flaky: $(READY)  ## grade every known answer N times under load: no verdict may change
	$(BIN)/python tests/course/flaky.py -n $(N) $(ARGS)

build: $(READY)  ## write labs/ and solutions/ from graders/
	$(BIN)/workbench build

bench: $(READY)  ## measure on this machine and write docs/performance.md; ARGS=peers prints one part
	$(BIN)/python -m benchmarks $(ARGS)

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d: make PYTHON=python3.12 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(READY)

clean:  ## remove what can be made again; a learner's work/ stays
	rm -rf $(VENV) build .pytest_cache .ruff_cache .mypy_cache *.egg-info
