# Two commands do everything: `make demo` and `make test`. Each makes the virtual environment it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
SCANNER := .venv-scan
SCANNER_READY := $(SCANNER)/ready

.DEFAULT_GOAL := help

# The package is not installed: what an archive lacks must not be found in the environment.
export PYTHONPATH := $(CURDIR)/shared

.PHONY: help
help:  ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# Made anew when a pinned version changes. A stamp, so that an interrupted install is done again.
$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(READY)

$(SCANNER_READY): requirements-scan.txt
	$(PYTHON) -m venv --clear $(SCANNER)
	$(SCANNER)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-scan.txt
	@touch $(SCANNER_READY)

.PHONY: install
install: $(READY)  ## Make the virtual environment

.PHONY: demo
demo: $(READY)  ## An analyst's day on the local cloud, in about 25 seconds
	@$(BIN)/python -m local.demo

.PHONY: playground
playground: $(READY)  ## Everything running, a SQL prompt, events as they come
	@$(BIN)/python -m local.playground

.PHONY: test
test: lint types contracts unit  ## Format, lint, types, import contracts and every test ring

.PHONY: lint
lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: types
types: $(READY)
	$(BIN)/mypy

.PHONY: contracts
contracts: $(READY)
	$(BIN)/lint-imports --no-cache

# Terraform's tests are among them, where Terraform and its providers can be had.
.PHONY: unit
unit: $(READY) $(SCANNER_READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile

# One at a time and unhidden: the tests print figures.
.PHONY: test-long
test-long: $(READY)  ## What takes minutes: a burst of 500 models, every fault at every call, kills, 20 endpoints
	$(BIN)/python -m pytest -m long -n 0 -s

.PHONY: bench
bench: $(READY)  ## The benchmark tables: cold start, memory, API calls, events a second, clean-up, sweep
	@$(BIN)/python -m benchmarks

.PHONY: generate
generate: $(READY)  ## Write everything that is generated: schemas/, tables in docs and README
	@$(BIN)/python -m tools.generate

.PHONY: plan-summary
plan-summary: $(READY)  ## Write terraform/examples/project/PLAN.md from a plan; needs Terraform
	@$(BIN)/python -m tools.terraform.plan_summary

.PHONY: format
format: $(READY)  ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: clean
clean:  ## Remove the virtual environments and caches
	rm -rf $(VENV) $(SCANNER) terraform/.build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build
