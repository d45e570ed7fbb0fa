# Everything starts here; `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo check test test-real lint bench clean

BIN := .venv/bin
export PYTHON

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: ## make this checkout ready: environments, libraries for PDF, a container engine
	@scripts/setup.sh

demo: ## run, replay and report the sample "digits"
	@scripts/setup.sh auditor samples pdf engine
	@scripts/demo.sh

check: ## the fast checks, under a minute, without an engine
	@scripts/setup.sh auditor samples pdf compiler
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -q -n 2 -m "not slow and not docker"

test: setup ## everything: style, types, layers, all tests, coverage
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=term

test-real: ## real programs from the package index, replayed from their bundles
	@scripts/setup.sh auditor engine
	$(BIN)/pytest --durations=0 tests/e2e/real/recipes.py

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## measure start-up, overhead, replays, scale, and what is found
	@for script in startup overhead locking replay cold weights scale hashing; do $(BIN)/python benchmarks/$$script.py || exit; done
	@$(BIN)/python benchmarks/detection/measure.py

clean: ## remove what the targets above made, the environments too
	rm -rf .venv .venv-samples .venv-drifted .venv-real build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache \
	    .ruff_cache .import_linter_cache .hypothesis
