#!/usr/bin/env bash
# The suite and the benchmarks on an NVIDIA GPU. Nothing is installed: the interpreter (XPNET_PYTHON,
# default python3) brings CuPy, and wheels that it lacks may lie in the folder .whl.
# Logs, junit file and results go to $OUT, or to ci/results. Ends within XPNET_GPU_SECONDS (570).
# LeNet-5 is trained if the files of MNIST are in XPNET_DATA, or in the folder .mnist.
. "$(dirname "$0")/common.sh"

BUDGET=${XPNET_GPU_SECONDS:-570}
PY=${XPNET_PYTHON:-python3}
export PYTHONUNBUFFERED=1
mkdir -p "$RESULTS"

# left SHARE: this many percent of the seconds that remain
left() {
    local seconds=$(((BUDGET - SECONDS) * $1 / 100))
    echo $((seconds > 1 ? seconds : 1))
}

if compgen -G ".whl/*.whl" >/dev/null; then
    extra=$(mktemp -d)
    trap 'rm -rf "$extra"' EXIT
    "$PY" -m pip install --quiet --no-index --no-deps --target "$extra" .whl/*.whl
    export PYTHONPATH=$extra:${PYTHONPATH:-}
fi
export PYTHONPATH=$ROOT:${PYTHONPATH:-}

"$PY" - <<'END' 2>&1 | tee "$RESULTS/gpu-machine.txt" || die "no GPU is usable, so nothing was run"
import platform
import sys

try:
    import cupy

    cupy.arange(3).sum().item()
except Exception as error:
    sys.exit(f"CuPy cannot use a GPU: {type(error).__name__}: {error}")
print(f"Python {platform.python_version()}, CuPy {cupy.__version__}")
runtime = cupy.cuda.runtime
for number in range(runtime.getDeviceCount()):
    name = runtime.getDeviceProperties(number)["name"].decode()
    print(f"cuda:{number} {name}, CUDA {runtime.runtimeGetVersion()}")
END

status=0
rm -f "$RESULTS/junit-cupy.xml"
processes=
if "$PY" -c "import xdist" 2>/dev/null; then
    processes="-n 16" # they share the GPU; compiling kernels and collecting tests need the cores
fi
# On a bare machine compiling takes most of the time; without CUB, CuPy's sums compile faster.
# shellcheck disable=SC2086  # two words or none
CUPY_ACCELERATORS='' timeout "$(left 60)" "$PY" -m pytest $processes --backend cupy --backend-only -p no:cacheprovider \
    --junitxml="$RESULTS/junit-cupy.xml" "$@" 2>&1 | tee "$RESULTS/gpu-tests.log" || status=$?
case $status in
    0) "$PY" ci/summary.py "$RESULTS/junit-cupy.xml" >/dev/null || status=1 ;;
    124) echo "gpu.sh: the tests did not end in time" ;;
esac

# Numbers are worth having also when a test fails.
measure() {
    local seconds=$1 name=$2
    shift 2
    timeout "$(left "$seconds")" "$PY" -m "$@" --results "$RESULTS" 2>&1 \
        | tee "$RESULTS/gpu-$name.log" || status=$?
}

measure 60 benchmarks benchmarks --device cuda
if [ -d .mnist ]; then
    export XPNET_DATA=$ROOT/.mnist
fi
if [ -n "${XPNET_DATA:-}" ]; then
    measure 60 lenet benchmarks.lenet_accuracy cuda
fi
measure 90 benchmarks-tf32 benchmarks --device cuda --tf32 --quick

# one file travels better than twenty
if [ -n "${OUT:-}" ]; then
    (cd "$RESULTS" && tar -czf gpu-figures.tar.gz ./*.json && rm -f ./*.json) || status=$?
fi

echo "gpu.sh: ended after $SECONDS s with status $status"
exit "$status"
