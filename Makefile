# `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --all-extras pyproject.toml

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/run.stamp: requirements/run.lock pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/run.stamp
	$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

.PHONY: lock
lock: $(VENV)/dev.stamp ## Pin every dependency anew, with hashes
	$(LOCK) --group build -o requirements/run.lock
	$(LOCK) --group dev -c requirements/run.lock -o requirements/dev.lock
	$(LOCK) --group bench -c requirements/dev.lock -o requirements/bench.lock
