# Everything a developer or an operator of one machine needs. `make` prints what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Servers and commands start by the hundred in the tests: none compiles every module for itself.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
CORES := $(shell nproc 2>/dev/null || echo 2)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
ADVICE := error: pip could not install it, see above; look at network, proxy and certificates, then run make again
NEXT_REVISION = $(shell ls migrations/versions | sed -n 's/^\([0-9]\{4\}\)_.*/\1/p' | sort -n | tail -1 \
	| awk '{ printf "%04d", $$1 + 1 }')

.PHONY: help run test test-slow check format docs texts screenshots bench demo revision clean

help:  ## Print this list.
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: .make/run  ## Set up what is missing and serve on http://localhost:8000.
	@$(BIN)/authserver init
	@exec $(BIN)/authserver serve

test: .make/develop  ## Run the tests (under 10 minutes on 2 cores).
	@tests/system-packages
	@TMPDIR="$$(tests/temporary-folder)" $(BIN)/pytest -q -n $(CORES) --dist worksteal -m "not slow"

test-slow: .make/develop  ## Run the long tests: races, kills, fuzzing, soak (under an hour).
	@tests/system-packages
	@$(BIN)/pytest -q -n $(CORES) --dist worksteal -m slow

check: .make/develop  ## Run the static checks: ruff, mypy, import-linter.
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >.make/imports || { cat .make/imports; exit 1; }

format: .make/develop  ## Format the code and mend what can be mended by itself.
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

docs: .make/develop  ## Write the generated pages of the documentation anew.
	@$(BIN)/authserver settings reference >docs/reference/settings.md
	@$(BIN)/python -m tests.conformance >docs/conformance.md
	@$(BIN)/python -m tests.conformance features >docs/features.md
	@$(BIN)/python -m tests.documentation.command_line_page >docs/reference/command-line.md
	@$(BIN)/python -m tests.documentation.endpoints_page >docs/reference/endpoints.md
	@$(BIN)/python -m tests.documentation.administration_api_page >docs/reference/administration-api.md
	@$(BIN)/python -m tests.documentation.three_ways_page >docs/reference/three-ways.md
	@$(BIN)/python -m tests.documentation.policy_page >docs/reference/policies.md
	@$(BIN)/python -m tests.documentation.declarations_page >docs/reference/configuration-files.md

texts: .make/develop  ## Collect the texts of the pages for their translations.
	@$(BIN)/python -m tests.web.texts

screenshots: .make/develop  ## Take a picture of every page, into var/screenshots.
	@tests/system-packages
	@$(BIN)/python -m tests.browser.screenshots

bench: .make/develop  ## Measure throughput and latency; prints a table.
	@tests/system-packages
	@$(BIN)/python -m tests.bench

demo: .make/develop  ## Play the main job with parts that others wrote; prints a transcript.
	@tests/system-packages
	@$(BIN)/python -m tests.demo

revision: .make/develop  ## Begin a migration: make revision m="add a table".
	@test -n "$(m)" || { echo 'say what it does: make revision m="add a table"' >&2; exit 2; }
	@$(BIN)/alembic -c migrations/alembic.ini revision --rev-id $(NEXT_REVISION) -m "$(m)"

clean:  ## Remove the environment and caches; data in var/ and keys/ stays.
	@rm -rf $(VENV) .make .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.make/python:
	@mkdir -p .make
	@tests/find-python >$@

.make/run: setup.cfg pyproject.toml | .make/python
	@test -x $(BIN)/python || $$(cat .make/python) -m venv $(VENV)
	@echo "installing what authserver needs ..." >&2
	@$(PIP) install --editable . >.make/pip-output 2>&1 \
		|| { cat .make/pip-output >&2; echo '$(ADVICE)' >&2; exit 1; }
	@touch $@

.make/develop: .make/run
	@echo "installing what its tests need ..." >&2
	@$(PIP) install --editable '.[dev]' >.make/pip-output 2>&1 \
		|| { cat .make/pip-output >&2; echo '$(ADVICE)' >&2; exit 1; }
	@touch $@
