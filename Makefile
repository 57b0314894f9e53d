# Everything a fresh machine needs: Python 3.11 or newer, make, and a package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help demo test check format lint types contracts clean

help: ## What there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(READY) ## The whole way once, from YAML to a second and empty plan, on the embedded Komet
	@$(BIN)/reconciler demo

test: $(READY) ## All tests
	$(BIN)/pytest -n auto

check: format lint types contracts test ## What CI runs

format: $(READY) ## Is every file in the one layout?
	$(BIN)/ruff format --check .

lint: $(READY) ## Lint
	$(BIN)/ruff check .

types: $(READY) ## Types
	$(BIN)/mypy

contracts: $(READY) ## Do imports go down only?
	$(BIN)/lint-imports --no-cache

clean: ## Remove what was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
