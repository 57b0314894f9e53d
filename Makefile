# Everything a fresh machine needs: Python 3.11 or newer, make, and a package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help demo test check format lint types contracts thorough soak story hostile fuzz bench pages docs clean

help: ## What there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): pyproject.toml constraints.txt
	@echo "Installing into $(VENV), with all that the tests need: about a minute"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(READY) ## The whole way once, from YAML to a second and empty plan, on the embedded Komet
	@$(BIN)/reconciler demo

test: $(READY) ## All tests
	$(BIN)/pytest -n auto --dist worksteal

check: format lint types contracts test ## What CI runs

format: $(READY) ## Is every file in the one layout?
	$(BIN)/ruff format --check .

lint: $(READY) ## Lint
	$(BIN)/ruff check .

types: $(READY) ## Types
	$(BIN)/mypy

contracts: $(READY) ## Do imports go down only?
	$(BIN)/lint-imports --no-cache

thorough: $(READY) ## All tests, every property on ten times as many examples, others each time
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=thorough

soak: $(READY) ## 10,000 stories of faults and kills, and the bugs they must find (STORIES=0-9999 JOBS=2)
	PYTHONPATH=tests $(BIN)/python -m trust $(or $(STORIES),0-9999) --jobs $(or $(JOBS),2)
	PYTHONPATH=tests $(BIN)/python -m trust --bugs

story: $(READY) ## One story in words: make story SEED=17
	PYTHONPATH=tests $(BIN)/python -m trust $(SEED)

hostile: $(READY) ## 100,000 mutated configurations, with the worst time and memory (COUNT=1000 JOBS=2)
	PYTHONPATH=tests $(BIN)/python -m hostile.campaign --count $(or $(COUNT),100000) --jobs $(or $(JOBS),2)

$(VENV)/.fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,fuzz]"
	@touch $@

fuzz: $(VENV)/.fuzz ## Coverage-guided fuzzing, a minute for each target (TARGET=yaml TIME=600, or AGAIN=FILE)
	PYTHONPATH=tests $(BIN)/python -m fuzz $(or $(TARGET),all) --seconds $(or $(TIME),60) $(if $(AGAIN),--again $(AGAIN))

bench: $(READY) ## How long things take, beside Terraform and octoDNS (ARGS="--sizes 1000 --only ours")
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,bench]"
	$(BIN)/python -m benchmarks $(ARGS)

pages: $(READY) ## The pages of docs/ that follow from schemas and from the program
	$(BIN)/python documentation/pages.py

docs: $(READY) ## The documentation site, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean: ## Remove what was built
	rm -rf $(VENV) build dist site *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .fuzz
