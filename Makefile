# Short names for what a developer runs. Everything works after the second command of the README.

BIN ?= .venv/bin

# How many tests carry the marker `engine`. They need more than the extra `dev`, are deselected by default, and are
# counted here so that none is ever left out silently: whoever adds one changes this number.
ENGINE_TESTS := 714

.PHONY: test lint format types docs engines matrix clean

test:
	$(BIN)/pytest

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types:
	$(BIN)/mypy

docs:
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

# Installs what the engines need, runs their tests, and fails unless exactly ENGINE_TESTS of them passed.
engines: engine-packages
	@log=$$(mktemp) && trap 'rm -f "$$log"' EXIT && \
	{ $(BIN)/pytest -m engine > "$$log" 2>&1; status=$$?; cat "$$log"; } && \
	passed=$$(sed -nE 's/^([0-9]+) passed.*/\1/p' "$$log" | tail -n 1) && \
	case $$status in 0|5) ;; *) exit $$status ;; esac && \
	test "$${passed:-0}" -eq $(ENGINE_TESTS) && ! grep -qE '^[0-9]+ .*(skipped|xfailed|xpassed)' "$$log" || \
	{ echo "engines: expected exactly $(ENGINE_TESTS) tests to pass, none skipped"; exit 1; }

# What engine tests need: independent implementations, each in an environment of its own with the versions that its
# requirements name, made anew when these change.
ORACLES := $(notdir $(patsubst %/requirements.txt,%,$(wildcard tests/oracles/*/requirements.txt)))
NODE_ORACLES := $(notdir $(patsubst %/package-lock.json,%,$(wildcard tests/oracles/*/package-lock.json)))
ENGINES := $(notdir $(patsubst %/requirements.txt,%,$(wildcard tests/engines/*/requirements.txt)))
NODE_ENGINES := $(notdir $(patsubst %/package-lock.json,%,$(wildcard tests/engines/*/package-lock.json)))

.PHONY: engine-packages
engine-packages: $(ORACLES:%=build/oracles/%/ready) $(NODE_ORACLES:%=build/oracles/%/ready) \
		$(ENGINES:%=build/engines/%/ready) $(NODE_ENGINES:%=build/engines/%/ready) softhsm postgresql systemd

# SoftHSM2, a token in files, from the distribution; as root, or with sudo.
.PHONY: softhsm
softhsm:
	@command -v softhsm2-util > /dev/null || { \
		as_root=$$(test "$$(id -u)" -eq 0 || echo "sudo --non-interactive"); export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -qq && $$as_root apt-get install -y -qq softhsm2; }

# PostgreSQL from the distribution; tests start a cluster of their own, as the package's user where they are root.
.PHONY: postgresql
postgresql:
	@command -v initdb > /dev/null || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || { \
		as_root=$$(test "$$(id -u)" -eq 0 || echo "sudo --non-interactive"); export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -qq && $$as_root apt-get install -y -qq postgresql; }

# systemd's program that reads units; no service manager needs to run.
.PHONY: systemd
systemd:
	@command -v systemd-analyze > /dev/null || { \
		as_root=$$(test "$$(id -u)" -eq 0 || echo "sudo --non-interactive"); export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -qq && $$as_root apt-get install -y -qq systemd; }

build/oracles/%/ready: tests/oracles/%/requirements.txt
	rm -rf build/oracles/$*
	$(BIN)/python -m venv build/oracles/$*
	build/oracles/$*/bin/pip install --quiet --require-hashes -r $<
	touch $@

# Spark and Ray, with what walletcore stands on; it comes by PYTHONPATH=src itself. Spark 4.3 needs Java 17 or later.
build/engines/%/ready: tests/engines/%/requirements.txt
	rm -rf build/engines/$*
	$(BIN)/python -m venv build/engines/$*
	build/engines/$*/bin/pip install --quiet --require-hashes -r $<
	touch $@

build/engines/clusters/ready: | java

.PHONY: java
java:
	@version=$$(java -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p'); test "$${version:-0}" -ge 17 || { \
		as_root=$$(test "$$(id -u)" -eq 0 || echo "sudo --non-interactive"); export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -qq && $$as_root apt-get install -y -qq default-jre-headless; }

# A program for Node is oracle.mjs and the modules beside it.
.SECONDEXPANSION:
build/oracles/%/ready: tests/oracles/%/package-lock.json tests/oracles/%/package.json $$(wildcard tests/oracles/$$*/*.mjs) | node
	rm -rf build/oracles/$* && mkdir -p build/oracles/$*
	cp $^ build/oracles/$*  # the program finds its packages beside itself
	npm ci --prefix build/oracles/$* --ignore-scripts --no-audit --no-fund --silent
	touch $@

# Nodes of chains whose programs come in npm's packages; none of their scripts runs.
build/engines/%/ready: tests/engines/%/package-lock.json tests/engines/%/package.json | node
	rm -rf build/engines/$* && mkdir -p build/engines/$*
	cp $^ build/engines/$*
	npm ci --prefix build/engines/$* --ignore-scripts --no-audit --no-fund --silent
	touch $@

# Node.js and npm from the distribution, for oracles that are written for them.
.PHONY: node
node:
	@command -v npm > /dev/null || { \
		as_root=$$(test "$$(id -u)" -eq 0 || echo "sudo --non-interactive"); export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -qq && $$as_root apt-get install -y -qq nodejs npm; }

# The suite, or what TESTS names of it, on every one of these interpreters that the machine has, each in an environment
# of its own. Those that pyenv keeps are found whether they are switched on or not.
MATRIX ?= 3.11 3.12 3.13
TESTS ?=

matrix:
	@PATH="$$(printf '%s:' "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/*/bin)$$PATH"; \
	ran=; for version in $(MATRIX); do \
		python$$version -c "" 2>/dev/null || { echo "matrix: there is no python$$version here"; continue; }; \
		echo "matrix: python$$version"; \
		python$$version -m venv build/matrix/$$version && \
		build/matrix/$$version/bin/pip install --quiet -e '.[dev]' && \
		build/matrix/$$version/bin/pytest $(TESTS) || exit 1; \
		ran=yes; \
	done; test -n "$$ran" || { echo "matrix: none of $(MATRIX) is here"; exit 1; }

clean:
	rm -rf build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
