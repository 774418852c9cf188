# Everything a person does with this checkout. Only Python >= 3.11 (with venv) and make are needed.
# Paths are relative on purpose: the checkout may lie in a folder with a space in its name.

.DEFAULT_GOAL := help
.PHONY: help run stop test test-pg15 lint fix messages screenshots demo bench backup restore install-local install-dev
SHELL := /bin/sh
PY := .venv/bin/python

# Variables given on the command line reach the recipes by themselves; these have a default.
# `make run PORT=8001`, `make run DEMO=deventer`, `make test LOCAL_DIR=/var/tmp/crm`
DEMO ?= small
PYTHON ?=
ARGS ?=
TO ?= backups
FILE ?=
export DEMO PYTHON TO FILE

# Byte code makes every start two seconds faster; some machines switch it off.
unexport PYTHONDONTWRITEBYTECODE
unexport DJANGO_SETTINGS_MODULE

# The first Python on this machine that is new enough; PYTHON=... names one.
define with_python
for candidate in $$PYTHON python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		exec "$$candidate" .ci/install.py $(1); \
	fi; \
done; \
echo "Python 3.11 or newer was not found. Install it, or name it: make run PYTHON=/path/to/python3" >&2; exit 1
endef

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "  Variables: PORT=8000 HOST=127.0.0.1 DEMO=small|deventer|large|none LOCAL_DIR=.local"
	@echo "             DATABASE_URL= REDIS_URL= (real servers) NO_BROWSER=1 DEBUG=1"

install-local:
	@$(call with_python,local)

install-dev:
	@$(call with_python,dev)

run: install-local ## Start everything and print the address; Ctrl-C stops it
	@exec $(PY) manage.py run_local --demo "$$DEMO"

stop: ## Stop everything that runs for this checkout
	@if [ -x $(PY) ] && $(PY) -c 'import django' 2>/dev/null; then $(PY) manage.py localservers stop; \
	else echo "Nothing was running."; fi

# Servers that ran before the tests keep running; those the tests started are stopped again.
test: install-dev ## Run all tests (ARGS="-k name" for some, NO_BROWSER=1 without the browser)
	@if [ -z "$$NO_BROWSER" ]; then $(PY) deventer_crm/localservers/browser.py || true; fi
	@before=$$($(PY) manage.py localservers status | grep -c 'running (process' || true); \
	$(PY) -m pytest -n auto --dist worksteal $(ARGS); result=$$?; \
	if [ "$$before" = 0 ]; then $(PY) manage.py localservers stop >/dev/null; fi; \
	exit $$result

test-pg15: ## Run all tests on Debian's PostgreSQL 15
	@if [ ! -x /usr/lib/postgresql/15/bin/postgres ]; then \
		echo "PostgreSQL 15 is not installed here (apt-get install postgresql-15)." >&2; exit 1; fi
	@$(MAKE) --no-print-directory test LOCAL_PG_BIN=/usr/lib/postgresql/15/bin \
		LOCAL_DIR="$${LOCAL_DIR:-.local}/pg15"

lint: install-dev ## Check style, templates and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@find templates -name '*.html' -print0 | xargs -0 .venv/bin/djade --target-version 5.2 --check
	@$(PY) -m mypy

fix: install-dev ## Repair what the linters can repair
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@find templates -name '*.html' -print0 | xargs -0 .venv/bin/djade --target-version 5.2 || true

messages: install-dev ## Collect new texts and compile the Dutch ones (needs gettext)
	@command -v msgfmt >/dev/null || { echo "This needs gettext (apt-get install gettext)." >&2; exit 1; }
	@$(PY) manage.py makemessages --locale nl --no-location --no-wrap --ignore .venv --ignore .local
	@$(PY) manage.py compilemessages --locale nl --ignore .venv

screenshots: install-dev ## Take pictures of every page into screenshots/
	@$(PY) deventer_crm/localservers/browser.py
	@$(PY) manage.py screenshots $(ARGS)

demo: install-local ## Throw the local data away and fill the database again (DEMO=small|deventer|large)
	@$(PY) manage.py localservers reset $(ARGS)
	@$(PY) manage.py run_local --only-prepare --demo "$$DEMO"

backup: install-local ## Write database and files to one new file (TO=backups)
	@$(PY) manage.py backup --to "$$TO"

restore: install-local ## Put a back-up back (FILE=...; ARGS=--replace when the database is not empty)
	@if [ -z "$$FILE" ]; then echo "Which one? make restore FILE=backups/....tar" >&2; exit 1; fi
	@$(PY) manage.py restore "$$FILE" $(ARGS)

bench: install-dev ## Measure speed and print a table
	@$(PY) -m benchmarks $(ARGS)
