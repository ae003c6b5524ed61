# Each target does all of its own set-up: environment, wheel, packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := Cargo.toml Cargo.lock pyproject.toml $(shell find engine -name '*.rs' -o -name '*.md' -path 'engine/*')
PACKAGE := $(shell find python -name '*.py' -o -name '*.csv' -o -name '*.md' -o -name '*.pyi')

.PHONY: help demo test test-core test-python bench lint format protos clean
.DELETE_ON_ERROR:

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/demo.stamp ## plan and schedule the shipped plant; a page and pictures in demo-out/
	$(BIN)/sopengine demo demo-out

test: test-core test-python ## all tests: the engine alone, then the package

test-core: | toolchain ## the engine without Python
	cargo test --profile release-dev --locked

test-python: $(VENV)/test.stamp ## the package, the service, the architecture
	$(BIN)/python -m pytest

bench: $(VENV)/test.stamp ## a generated plant, solved and then disturbed; published instances: benches/README.md
	cargo bench --profile release-dev --bench plants -- 1000 10 1
	$(BIN)/python benches/bench_session.py 1000 1 5 10

lint: $(VENV)/test.stamp ## formatting, lints and types; warnings are errors
	cargo fmt --check
	cargo clippy --all-targets --features python --locked -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check python tests benches
	$(BIN)/mypy

format: $(VENV)/test.stamp ## format all sources
	cargo fmt
	$(BIN)/ruff check --fix
	$(BIN)/ruff format python tests benches

protos: $(VENV)/test.stamp ## generate the stubs in python/sopengine/v1 from proto/
	$(BIN)/python -m grpc_tools.protoc -I proto --python_out=python --pyi_out=python --grpc_python_out=python proto/sopengine/v1/*.proto

clean: ## remove everything that was built
	rm -rf target $(VENV) dist demo-out

.PHONY: toolchain
toolchain:
	@command -v cargo >/dev/null || { echo "sopengine needs the Rust toolchain (cargo 1.88 or later): see https://rustup.rs" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "sopengine needs Python 3.11 or later; try make PYTHON=python3.12" >&2; exit 1; }

$(BIN)/maturin: | toolchain
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "maturin>=1.15,<2"

dist/built.stamp: $(SOURCES) $(PACKAGE) | $(BIN)/maturin
	rm -rf dist && mkdir -p dist
	$(BIN)/maturin build --release --locked --interpreter $(BIN)/python --out dist
	touch $@

$(VENV)/demo.stamp: dist/built.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl
	wheel=$$(ls dist/*.whl) && $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$wheel[cli]"
	touch $@

$(VENV)/test.stamp: dist/built.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl
	wheel=$$(ls dist/*.whl) && $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$wheel[cli,server,excel,db,dev]"
	touch $@ $(VENV)/demo.stamp
