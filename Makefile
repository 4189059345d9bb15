# Everything starts here: `make run`, `make test`; `make` alone lists the rest.
# Paths are relative, so that the folder's own name may hold spaces.

SHELL := /bin/sh
PORT ?= 8000
MEMBERS ?=
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; \
	do $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv/bin/python
PARALLEL := $(VENV) -m pytest -n 2 --dist loadgroup
PIP := $(VENV) -m pip install --disable-pip-version-check --require-hashes

# Every program started below reads what the one before it compiled.
unexport PYTHONDONTWRITEBYTECODE

# A .venv whose Python has gone since is made anew.
$(shell $(VENV) -c '' 2>/dev/null || rm -f .venv/.installed .venv/.installed-dev)

.PHONY: help run admin shell psql migrate test suite siege lint bench clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile | expand -t 16

run: .venv/.installed ## Serve the registry on http://127.0.0.1:8000 (PORT=8001, MEMBERS=file.yml)
	@exec $(VENV) -m peso.serve --port "$(PORT)" $(if $(MEMBERS),--members "$(MEMBERS)")

admin: .venv/.installed ## Make an account for the admin (or from DJANGO_SUPERUSER_* variables)
	@$(VENV) manage.py createsuperuser $${DJANGO_SUPERUSER_PASSWORD:+--noinput}

shell: .venv/.installed ## Python with the registry's models
	@$(VENV) manage.py shell

psql: .venv/.installed ## SQL on the registry's database
	@$(VENV) manage.py dbshell

migrate: .venv/.installed ## Bring the database to the current models
	@$(VENV) manage.py migrate

test: suite siege ## Run all tests, those in Chromium too (PYTEST='-k words')

# What PYTEST asks for may be in one of the two parts alone.
NONE_IS_FINE = $(if $(PYTEST),|| test $$? -eq 5)

suite: .venv/.installed-dev ## Run the tests of each rule and page, in a minute and a half
	@$(PARALLEL) -m "not (siege or browser)" $(PYTEST) $(NONE_IS_FINE)

siege: .venv/.installed-dev ## Run the others: killed programs, races, harm, full size
	@$(VENV) tests/chromium.py
	@$(PARALLEL) -m "siege or browser" $(PYTEST) $(NONE_IS_FINE)

lint: .venv/.installed-dev ## Check style and formatting
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@find templates -name '*.html' -exec .venv/bin/djade --check {} +

bench: .venv/.installed-dev ## Measure pages and speed (needs wrk and nginx), write docs/performance.md
	@$(VENV) -m tests.bench

clean: ## Remove .venv and collected files; the database in .data stays
	rm -rf .venv .data/static .hypothesis

.venv/.installed: requirements.lock
	@$(MAKE) --no-print-directory .venv/bin/pip
	$(PIP) -r requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock
	@$(MAKE) --no-print-directory .venv/bin/pip
	$(PIP) -r requirements-dev.lock
	@touch $@

# pip is what `python -m venv` puts there last.
.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "PESO needs Python 3.11 or later; \
	set PYTHON=/path/to/python3 if it is not on the path." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
	"PESO needs Python 3.11 or later; this is $$($(PYTHON) --version)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python lacks \
	its venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
