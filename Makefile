# From a fresh clone each target does its own set-up: Python >= 3.11, Node >= 20 and make are enough.
SHELL := /bin/bash
export NO_MKDOCS_2_WARNING := 1
PYTHON ?= python3
BIN := .venv/bin
STAMP := .cache/stamps
PORT ?= 8000

.PHONY: FORCE help setup serve build test test-fast lint format types bench validate data runtime web lock clean browsers
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP)/python: requirements/dev.txt pyproject.toml
	@echo "[set-up] Python packages into .venv (about a minute the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p $(STAMP) && touch $@

$(STAMP)/node: package.json package-lock.json
	@echo "[set-up] npm packages into node_modules"
	@npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(STAMP) && touch $@

# What is made from what. A folder stands for the files added to it or taken away.
found = $(shell find $(1) \( -name __pycache__ -o -name _data -o -name node_modules \) -prune -o -print)
ENGINE := $(call found,calculators) $(call found,case_studies) $(call found,templates)
PAGES := mkdocs.yml CHANGELOG.md $(call found,docs)

setup: $(STAMP)/python $(STAMP)/node

data: calculators/_data/parameters.json ## Turn YAML and reference networks into the JSON the engine reads
calculators/_data/parameters.json: $(STAMP)/python $(ENGINE)
	@$(BIN)/python -m calculators.runtime.data && touch $@

runtime: build/runtime/manifest.json ## Assemble the self-hosted Pyodide distribution
build/runtime/manifest.json: $(STAMP)/node calculators/_data/parameters.json
	@$(BIN)/python -m calculators.runtime.build --out build/runtime && touch $@

web: build/web/app.js ## Bundle the browser code
build/web/app.js: $(STAMP)/python $(STAMP)/node $(call found,calculators/web)
	@$(BIN)/python -m calculators.web.build --out build/web

build: site/index.html ## Static site in site/
site/index.html: build/runtime/manifest.json build/web/app.js $(PAGES) $(STAMP)/publisher
	@echo "[site] pages"
	@$(BIN)/mkdocs build --quiet --strict

# Who publishes, and where, stands on the pages: another answer is another site.
$(STAMP)/publisher: FORCE
	@mkdir -p $(@D) && printf '%s\n' "$$SITE_URL" "$$SITE_PUBLISHER" "$$SITE_CONTACT" > $@.now
	@if cmp -s $@.now $@; then rm $@.now; else mv $@.now $@; fi
FORCE:

serve: build ## Build and serve on http://127.0.0.1:8000 (or the next free port)
	@$(BIN)/python -m calculators.web.serve site --port $(PORT)

browsers: ## Install the browsers the tests drive (Debian, as root) or say what to install
	@$(SHELL) tests/browsers.sh

test: lint types build browsers ## Everything, browsers included
	@$(BIN)/python -m pytest

test-fast: data ## Engine and data only, no browser
	@$(BIN)/python -m pytest tests/engine tests/adapters tests/platform tests/validation

lint: setup ## Formatting and lint of Python and JavaScript
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@node_modules/.bin/biome check --error-on-warnings calculators/web tests/web
	@node --test --test-reporter=dot tests/web/*.test.mjs

format: setup ## Rewrite files to the house format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; node_modules/.bin/biome check --write calculators/web tests/web

types: setup ## Type check
	@$(BIN)/mypy

validate: data ## Validation table against published targets
	@$(BIN)/python -m pytest tests/validation

bench: build ## Measure beside peers in one run and write benchmarks/results.json
	@$(BIN)/python -m benchmarks

lock: ## Renew the Python lock from requirements/dev.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/dev.in -o requirements/dev.txt

clean: ## Remove what was built; the download cache stays
	@rm -rf site build calculators/_data docs/_generated
