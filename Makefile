# Two commands do all: `make run` shows the dashboard, `make test` runs every test. Both set up what they need.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PORT ?= 8501
PIP_FLAGS := --disable-pip-version-check --no-input --progress-bar off

unexport PYTHONDONTWRITEBYTECODE # the tests start hundreds of processes: each would compile all modules anew

.PHONY: run test check screenshot

run: .venv/installed
	@data="$${ORCHARD_DATA:-data}"; \
	if [ ! -e "$$data/brand.toml" ] && [ ! -e "$$data/mentions.duckdb" ]; then \
		data="$${ORCHARD_DATA:-data/demo}"; export ORCHARD_DATA="$$data"; \
		[ -e "$$data/published.duckdb" ] || { echo "No workspace yet: making the sample's in $$data"; $(BIN)/python -m pipeline demo; } || exit 1; \
	fi; \
	echo "Orchard shows $$data at http://localhost:$(PORT)"; \
	exec $(BIN)/streamlit run dashboard.py --server.port $(PORT)

test: .venv/installed # one thread of PyTorch in each process: more wait for each other, and spin
	@$(BIN)/python -m tests.browser || true
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2

.venv/installed: requirements.txt
	@[ -n "$(PYTHON)" ] || { echo "Orchard needs Python 3.11 or newer: apt install python3 python3-venv, or brew install python@3.13"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install $(PIP_FLAGS) --no-compile -r requirements.txt
	@touch $@

screenshot: # the README's, as the last test run made it
	cp build/screens/pulse-desktop-light.png docs/pulse.png
