# make demo   build the melasma study           make test   run the tests
# make check  lint and type checks              make bench  slow measurements
# make docs   renew the generated pages        make browser  install chromium, in which define.html is tested
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.PHONY: demo test check bench docs picture browser wheel-test clean

$(BIN)/clintrail: pyproject.toml
	@echo "== setting up: a virtual environment in $(VENV), with clintrail and what it needs"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[test,check]"
	@touch $@

demo: $(BIN)/clintrail
	@echo "== building the melasma study (simulated data) into out/melasma"
	$(BIN)/clintrail build specs/melasma --out out/melasma

test: $(BIN)/clintrail
	@echo "== running the tests"
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(BIN)/clintrail
	@echo "== ruff and mypy"
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(BIN)/clintrail
	@echo "== slow measurements"
	$(BIN)/python -m pytest -m bench -s

docs: $(BIN)/clintrail
	@echo "== renewing docs/commands.md, docs/functions.md and the output in README.md"
	$(BIN)/python docs/generate.py

# Needs chromium; with the package fonts-inter it looks as it does in the README.
picture: $(BIN)/clintrail
	@echo "== renewing docs/define-adam.png"
	$(BIN)/python docs/picture.py

# Debian's package; elsewhere install chromium by hand. Without it the tests in the browser are skipped.
browser:
	@command -v chromium > /dev/null || { echo "== installing chromium" && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

# The wheel alone, away from the checkout: what a user installs must pass the same tests.
wheel-test: $(BIN)/clintrail
	@echo "== building the wheel and running the tests against it"
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/pip install --quiet "$$(ls build/wheel/*.whl)[test]"
	cp -r tests specs docs pyproject.toml README.md LICENSE build/wheel/
	cd build/wheel && venv/bin/python -m pytest --numprocesses auto --dist loadfile

clean:
	rm -rf build dist out $(VENV)
