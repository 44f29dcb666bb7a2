# `make` alone prints what there is. Everything needed is fetched by the targets themselves.
PORT ?= 5000
HOST ?= 127.0.0.1
SAMPLES ?=
ARGS ?=
MESSAGE ?= change
DOMAIN ?=
PY := .venv/bin/python

# Compiled modules are what makes the second start quick.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run signin test test-postgres check acceptance bench soak translations format migration requirements sbom setup clean

help:  ## list every target with a line each
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

run:  ## start the site, with demo content when the database is new (PORT=5000 HOST=127.0.0.1)
	@sh deploy/bootstrap.sh
	@exec $(PY) deploy/serve.py --port '$(PORT)' --host '$(HOST)'

signin:  ## print fresh one-time sign-in links for the demo staff accounts (PORT=5000)
	@sh deploy/bootstrap.sh
	@$(PY) deploy/serve.py --links --port '$(PORT)' --host '$(HOST)'

test:  ## everything: format, lint, types, layers, translations, all tests on SQLite, those of the database on PostgreSQL
	@sh deploy/bootstrap.sh
	@$(PY) deploy/checks.py all $(ARGS)

test-postgres:  ## only the tests that touch the database, on a PostgreSQL server of their own
	@sh deploy/bootstrap.sh
	@$(PY) deploy/checks.py postgres $(ARGS)

check:  ## format, lint, types, layers and translations, without the tests
	@sh deploy/bootstrap.sh
	@$(PY) deploy/checks.py static

acceptance:  ## run the importers and analyses over a folder of real files (SAMPLES=folder)
	@sh deploy/bootstrap.sh
	@$(PY) deploy/checks.py acceptance --samples '$(SAMPLES)'

bench:  ## run the benchmarks; figures go into benchmarks/README.md by hand
	@sh deploy/bootstrap.sh
	@$(PY) deploy/checks.py bench $(ARGS)

soak:  ## run the long randomised tests
	@sh deploy/bootstrap.sh
	@$(PY) deploy/checks.py soak $(ARGS)

translations:  ## collect the words to translate into every domain's catalogue (DOMAIN=surveys for one)
	@sh deploy/bootstrap.sh
	@$(PY) deploy/translations.py update $(DOMAIN)

format:  ## put the code into its standard form and mend what can be mended
	@sh deploy/bootstrap.sh
	@$(PY) deploy/checks.py format

migration:  ## write a migration from the difference between models and database (MESSAGE='what changes')
	@sh deploy/bootstrap.sh
	@$(PY) deploy/setup.py
	@.venv/bin/flask db migrate -m '$(MESSAGE)'

requirements:  ## pin requirements*.in with their dependencies anew (ARGS=--upgrade for newer ones)
	@sh deploy/bootstrap.sh
	@$(PY) deploy/setup.py --pin $(ARGS)

sbom:  ## write the list of all packages with their hashes to sbom.json (CycloneDX)
	@sh deploy/bootstrap.sh
	@$(PY) deploy/sbom.py

setup:  ## install packages, build the browser files and translations, and do nothing else
	@sh deploy/bootstrap.sh
	@$(PY) deploy/setup.py

clean:  ## remove what was built and installed; the database in instance/ stays
	rm -rf .venv node_modules static/dist templates/.compiled .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find engage -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
