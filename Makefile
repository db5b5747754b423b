# make run    the whole portal on http://127.0.0.1:8000 (PORT=8001 make run for another port)
# make test   every check and every test
# Needs Python 3.11 to 3.14; PYTHON=python3.12 make ... names one that is not python3.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed-from-lock
BENCH_VENV := .venv-bench
BENCH_INSTALLED := $(BENCH_VENV)/installed-from-lock
UV ?= uv
COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

.PHONY: run test check coverage browser bench lock clean

run: $(INSTALLED)
	@$(BIN)/python manage.py run_portal

test: check
	$(BIN)/pytest -n 2 --dist worksteal

# The same tests, telling what they do not reach; slower by a third or more.
coverage: $(INSTALLED)
	$(BIN)/pytest -n 2 --dist worksteal --cov

check: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/lint-imports
	PORTAL_HOME=var-test $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py messages --check
	PORTAL_HOME=var-test $(BIN)/python manage.py api_schema --check
	$(BIN)/mypy portal centers organizations projects evaluation

# The engine beside its floor and its peers; SIZES="215 413520" measures other numbers of centers.
bench: $(BENCH_INSTALLED)
	$(BENCH_VENV)/bin/python -m benchmarks $(SIZES)

# Chromium for the browser tests and a font that has Chinese.
browser:
	@set -e; \
	if ! command -v apt-get >/dev/null; then \
		echo "No apt-get here: install Chromium and a Chinese font by hand."; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi; \
	echo "Installing packages: chromium fonts-noto-cjk"; \
	$$as_root apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq chromium fonts-noto-cjk

# Everything for development, the part of it that goes into the image, and what the benchmark adds,
# in the same versions.
lock:
	$(COMPILE) pyproject.toml --group dev -o requirements.lock
	$(COMPILE) pyproject.toml --constraint requirements.lock -o requirements-production.lock
	$(COMPILE) --group bench --constraint requirements.lock -o requirements-bench.lock

# Leaves var/ alone: it holds the data.
clean:
	rm -rf $(VENV) $(BENCH_VENV) var-test .coverage htmlcov .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Built again whenever the lock changes, so that nothing unlocked stays behind. --no-deps: the lock is
# complete, and old pips otherwise prefer a newer release of what is asked for with an extra.
$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || { \
		echo "Python 3.11 to 3.14 is needed as $(PYTHON): PYTHON=/path/to/python make ..."; exit 1; }
	@echo "Building $(VENV) from requirements.lock"
	@$(PYTHON) -m venv --clear $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment: install python3-venv."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --no-deps --requirement requirements.lock
	@$(BIN)/python -m pip check
	@touch $@

# What the benchmark compares with stays out of the environment that is tested.
$(BENCH_INSTALLED): requirements.lock requirements-bench.lock
	@echo "Building $(BENCH_VENV) from requirements.lock and requirements-bench.lock"
	@$(PYTHON) -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --no-deps --requirement requirements.lock \
		--requirement requirements-bench.lock
	@touch $@
