# Two commands matter: `make run` opens the app on the sample, `make test` passes all tests. Both set everything up.
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/ready

.PHONY: help setup run test check lint format types docs bench clean lock
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml .ci/setup
	@PYTHON=$(PYTHON) bash .ci/setup

setup: $(READY) ## make .venv with the parks command, from the lock file

run: setup ## open the app in a browser on the sample
	@$(BIN)/parks demo --if-empty
	@$(BIN)/parks serve --open

test: setup ## pass all tests, a real browser and a real PostgreSQL among them
	@bash .ci/browser
	@bash .ci/postgresql
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term --cov-fail-under=95

check: lint types test ## everything CI asks for

lint: setup ## style, and whether the built data and docs are up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python data/geo/build.py --check
	@$(BIN)/python data/sample/generate.py --check
	@$(BIN)/python data/reports/build.py --check
	@$(BIN)/python docs/build.py --check

format: setup ## write the code in the one style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: setup ## static types, strict
	@$(BIN)/mypy

docs: setup ## write the generated pages of docs/
	@$(BIN)/python docs/build.py

bench: setup ## measure, each against its baseline in the same run
	@bash .ci/browser
	@bash .ci/postgresql
	@for each in benchmarks/*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

lock: setup ## resolve the lock file anew from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --upgrade pyproject.toml -o requirements.lock

clean: ## remove what was built; the store stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov *.egg-info build
