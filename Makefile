# Every target makes the environment it needs (.venv) and is quick when it is there already.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format types docs wheel kernels-off lowest bench gpu clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: ## train a small network on handwritten digits; needs NumPy and Matplotlib only
	@bash ci/demo.sh

test: ## the whole suite on every backend of this machine
	@bash ci/test.sh

lint: ## style and format
	@bash ci/lint.sh

format: ## repair style and format
	@bash ci/lint.sh --fix

types: ## static types
	@bash ci/types.sh

docs: ## build the documentation and run the code in it
	@bash ci/docs.sh

wheel: ## build, install and try the wheel in a fresh environment
	@bash ci/wheel.sh

kernels-off: ## the suite on NumPy without the fast kernels
	@bash ci/kernels-off.sh

lowest: ## the suite with the lowest versions of the core dependencies
	@bash ci/lowest.sh

bench: ## the benchmarks that need no GPU
	@bash ci/bench.sh

gpu: ## the suite and the benchmarks on an NVIDIA GPU
	@bash ci/gpu.sh

clean: ## remove everything that these targets made
	rm -rf .venv .venv-lowest demo dist site ci/results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
