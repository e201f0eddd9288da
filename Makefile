# Each target makes the virtual environment first if it is missing or older than the requirements.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(VENV)/bin/pip install --quiet --disable-pip-version-check
DEMO := work/demo

.PHONY: demo video test test-slow lint bench ablations clean

# The main job on the built-in data: generate, train the hierarchy, evaluate it, recognise a clip it has not seen.
demo: $(VENV)/runtime
	$(RUN) train.py --config=configs/lifter_choreo.py:size=demo --workdir=$(DEMO)/models/lifter
	$(RUN) train.py --config=configs/movements_choreo.py:size=demo,lifter=$(DEMO)/models/lifter --workdir=$(DEMO)/models/movements
	$(RUN) train.py --config=configs/genre_choreo.py:size=demo,lifter=$(DEMO)/models/lifter,movements=$(DEMO)/models/movements --workdir=$(DEMO)/models/genre
	$(RUN) evaluate.py --workdir=$(DEMO)/models/lifter --json=$(DEMO)/models/lifter/evaluation.json
	$(RUN) evaluate.py --workdir=$(DEMO)/models/movements --json=$(DEMO)/models/movements/evaluation.json
	$(RUN) evaluate.py --workdir=$(DEMO)/models/genre --json=$(DEMO)/models/genre/evaluation.json
	$(RUN) -m datasets.export_clip --dataset=choreo --options=size=demo --split=test --out=$(DEMO)/clip.npz
	$(RUN) recognize.py $(DEMO)/clip.npz --models=$(DEMO)/models --out=$(DEMO)/report

# What recognize.py needs for videos. Without dependencies: MediaPipe's would bring a second OpenCV into the same folder.
video: $(VENV)/video

# Fast tests, one process per core, each file in one of them: what its tests compile, they share.
test: $(VENV)/dev
	$(RUN) -m pytest -n 2 --dist loadfile -m "not slow"

# What takes minutes rather than seconds; run before a release.
test-slow: $(VENV)/dev
	$(RUN) -m pytest -m slow

lint: $(VENV)/dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

# Tables and figures of the README that need little training. SOURCE=DIR, a checkout of facebookresearch/VideoPose3D, and
# C3DPO=DIR, one of facebookresearch/c3dpo_nrsfm, add those beside their code, for which torch is installed.
bench: $(VENV)/dev
	$(RUN) -m benchmarks.fit_detector_noise
	$(RUN) -m benchmarks.choreo_difficulty
	$(RUN) -m benchmarks.smoothing
	$(RUN) -m benchmarks.rigging
	$(RUN) -m benchmarks.nonrigid
	$(RUN) -m benchmarks.rig
ifdef SOURCE
	$(PIP) torch==2.13.0
	$(RUN) -m benchmarks.parity --source=$(SOURCE)
	$(RUN) -m benchmarks.speed --source=$(SOURCE)
else
	$(RUN) -m benchmarks.speed --parts=F
endif
ifdef C3DPO
	$(PIP) torch==2.13.0
	$(RUN) -m benchmarks.c3dpo --source=$(C3DPO)
endif

# The ablation tables of the README: many small trainings, which go on where they were stopped.
ablations: $(VENV)/dev
	$(RUN) -m benchmarks.semi_supervised
	$(RUN) -m benchmarks.action_wise
	$(RUN) -m benchmarks.self_supervised
	$(RUN) -m benchmarks.movements
	$(RUN) -m benchmarks.genres

clean:
	rm -rf $(VENV) work .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt | $(VENV)/bin/python
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(PIP) -r requirements-dev.txt
	touch $@ $(VENV)/runtime

$(VENV)/video: requirements-video.txt $(VENV)/runtime
	$(PIP) --no-deps -r requirements-video.txt
	touch $@
