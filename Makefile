# The everyday commands of HQ Dash. Nothing here needs root, Docker or Node (except `make assets`).
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset stop test test-full lint audit format bench secrets assets doctor runtime dev

VENV := .venv/bin
# Files of tests that run side by side; each side has a database and a part of the broker of its own.
JOBS ?= 2
EMBEDDED := $(VENV)/python -m hqdash.embedded
# The first Python of a supported version that can also make a virtual environment; PYTHON=... names another.
FIND_PYTHON = for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
		&& { echo $$candidate; exit 0; }; done; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
		&& { echo $$candidate; exit 0; }; done
INSTALL = python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo "HQ Dash needs Python 3.11, 3.12 or 3.13, and none was found (python3 is $$(python3 --version 2>&1 || echo missing)): install one (on Debian: apt install python3 python3-venv), or name it with PYTHON=/path/to/python3." >&2; \
		exit 1; \
	fi; \
	$$python hqdash/embedded/install.py

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: runtime ## Start the whole product on this machine, with practice networks
	@exec $(EMBEDDED) demo

demo-reset: runtime ## Empty the demo: its data, keys and passwords
	@$(EMBEDDED) reset

stop: runtime ## End a demo that runs from this folder
	@$(EMBEDDED) stop

doctor: runtime ## Say what is missing in this set-up and how to mend it
	@$(EMBEDDED) run -- $(VENV)/python manage.py doctor

test: dev ## Run the tests against a real PostgreSQL and Valkey
	@$(CHROMIUM_OR_SAY_SO)
	@exec $(EMBEDDED) run --temporary -- $(VENV)/python -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder $(ARGS)

test-full: dev ## Run every test, also the slow ones and those against real peers
	@$(CHROMIUM_OR_SAY_SO)
	@exec $(EMBEDDED) run --temporary -- $(VENV)/python -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder -m "full or not full" $(ARGS)

lint: dev ## Check style, types, imports and templates
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(EMBEDDED) run --temporary -- $(VENV)/mypy .
	@$(VENV)/lint-imports
	@$(VENV)/djlint --lint --quiet .

audit: dev ## Look the locked packages up among the known vulnerabilities (needs a network)
	@$(VENV)/pip-audit --require-hashes --disable-pip -r requirements.lock

format: dev ## Put the code into its usual form
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

bench: dev ## Measure, and print the figures as JSON
	@exec $(EMBEDDED) run --temporary -- $(VENV)/python -m benchmarks $(ARGS)

secrets: runtime ## Make the passwords and keys of a Docker Compose installation
	@$(VENV)/python -m hqdash.embedded.secret_files

assets: ## Build the vendored scripts, fonts and icons again (needs Node)
	@sh assets/build.sh

runtime:
	@$(INSTALL)

dev:
	@$(INSTALL) --dev

CHROMIUM_OR_SAY_SO = for name in "$$HQDASH_CHROMIUM" chromium chromium-browser google-chrome; do \
	[ -n "$$name" ] && command -v "$$name" >/dev/null 2>&1 && exit 0; done; \
	for found in "$${PLAYWRIGHT_BROWSERS_PATH:-$$HOME/.cache/ms-playwright}"/chromium*/chrome-linux*/*; do \
	[ -x "$$found" ] && exit 0; done; \
	if [ -n "$$HQDASH_NEED_BROWSER" ]; then echo "No Chromium was found, and HQDASH_NEED_BROWSER asks for one." >&2; exit 1; fi; \
	echo "No Chromium was found: the browser tests are left out (on Debian: apt install chromium)."
