# `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --all-extras pyproject.toml

PREFIX ?= /opt/monitor
SYSCONFDIR ?= /etc/monitor
UNITDIR ?= /etc/systemd/system
MANDIR ?= /usr/local/share/man/man1
COMPLETIONDIR ?= /usr/share/bash-completion/completions
BINDIR ?= /usr/local/bin
# For packagers and tests: everything is installed below this folder.
DESTDIR ?=

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The locks are whole, so pip need not look for dependencies: doing so, it takes a newer release of one
# that another names with an extra (coverage[toml]), and refuses it for want of a hash.
$(VENV)/run.stamp: requirements/run.lock pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the monitor needs into $(VENV) …"
	@$(PIP) install --require-hashes --no-deps -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/run.stamp
	@echo "Installing what development needs into $(VENV) …"
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.lock
	@touch $@

$(VENV)/bench.stamp: requirements/bench.lock $(VENV)/dev.stamp
	@$(PIP) install --require-hashes --no-deps -r requirements/bench.lock
	@touch $@

.PHONY: run
run: $(VENV)/run.stamp ## Read seeds/ once against rules/ and show the alerts
	@$(BIN)/monitor run --once

.PHONY: lint
lint: $(VENV)/dev.stamp ## ruff, mypy --strict, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

.PHONY: test
test: lint ## All that CI does: lint, tests with branch coverage, schema and unit checks
	@rm -f .coverage .coverage.*
	$(BIN)/pytest -n auto --dist loadgroup --cov --cov-report= $(PYTEST_ARGS)
	$(BIN)/coverage report --fail-under=92
	# All branches; a run may miss one or two that only Hypothesis finds its way to.
	$(BIN)/coverage report --precision=1 --fail-under=99.9 --include='monitor/model/*,monitor/text/*,monitor/yaml12/*,monitor/query/*,monitor/matching/*,monitor/stories/*,monitor/policy/*,monitor/articles/*,monitor/pipeline/*'
	$(BIN)/python -m migrations check
	@sh tests/unit_file.sh

.PHONY: bench
bench: $(VENV)/bench.stamp ## Measure, and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks $(BENCH)

.PHONY: build
build: $(VENV)/dev.stamp ## Build wheel and sdist into dist/
	$(BIN)/python -m build --no-isolation --outdir dist .

INSTALLED = PYTHON=$(PYTHON) PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR) UNITDIR=$(UNITDIR) \
	MANDIR=$(MANDIR) COMPLETIONDIR=$(COMPLETIONDIR) BINDIR=$(BINDIR) DESTDIR=$(DESTDIR)

.PHONY: install
install: ## Install below PREFIX, with unit, manual and completion; keeps your configuration
	@$(INSTALLED) sh deploy/install.sh

.PHONY: uninstall
uninstall: ## Remove what `make install` put in place; configuration and database stay
	@$(INSTALLED) sh deploy/uninstall.sh

.PHONY: man
man: $(VENV)/dev.stamp ## Write the manual page anew from the commands
	$(BIN)/python share/man/generate.py > share/man/man1/monitor.1

.PHONY: lock
lock: $(VENV)/dev.stamp ## Pin every dependency anew, with hashes
	$(LOCK) --group build --upgrade -o requirements/run.lock
	$(LOCK) --group dev --upgrade -c requirements/run.lock -o requirements/dev.lock
	$(LOCK) --group bench --upgrade -c requirements/dev.lock -o requirements/bench.lock

.PHONY: clean
clean: ## Remove what was built; var/ with its database stays
	rm -rf $(VENV) dist build .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
