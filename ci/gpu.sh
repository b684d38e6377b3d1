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
processes=
if "$PY" -c "import xdist" 2>/dev/null; then
    processes="-n 16" # they share the GPU; compiling kernels and collecting tests need the cores
fi

# suite SHARE NAME ARGUMENT...: tests on CuPy, with their counts in junit-NAME.xml
suite() {
    local share=$1 name=$2 code=0
    shift 2
    rm -f "$RESULTS/junit-$name.xml"
    # shellcheck disable=SC2086  # two words or none
    timeout "$(left "$share")" "$PY" -m pytest $processes --backend cupy --backend-only -p no:cacheprovider \
        --junitxml="$RESULTS/junit-$name.xml" "$@" 2>&1 | tee "$RESULTS/gpu-tests-$name.log" || code=$?
    case $code in
        0) "$PY" ci/summary.py "$RESULTS/junit-$name.xml" >/dev/null || code=1 ;;
        124) echo "gpu.sh: the tests ($name) did not end in time" ;;
    esac
    [ "$code" = 0 ] || status=$code
}

# On a bare machine compiling takes most of the time; without CUB, CuPy's sums compile faster.
CUPY_ACCELERATORS='' suite 55 cupy "$@"
# By itself CuPy sums by CUB: once more what is recorded, and what is in half precision.
suite 20 cupy-cub tests/training/test_capture.py tests/training/test_training_step.py \
    tests/training/test_precision.py tests/autograd/test_precision.py tests/optim/test_grad_scaler.py

# Numbers are worth having also when a test fails.
measure() {
    local seconds=$1 name=$2
    shift 2
    timeout "$(left "$seconds")" "$PY" -m "$@" --results "$RESULTS" 2>&1 \
        | tee "$RESULTS/gpu-$name.log" || status=$?
}

# First the figures that a GPU is judged by, which take no compiler but ours.
judged="mlp_step lenet_step lstm_step conv_step resnet_step"
eager="--device cuda --peers xpnet,xpnet_captured,torch"
# shellcheck disable=SC2086  # several words
measure 60 benchmarks benchmarks $judged $eager
if [ -d .mnist ]; then
    export XPNET_DATA=$ROOT/.mnist
fi
if [ -n "${XPNET_DATA:-}" ]; then
    measure 50 lenet benchmarks.lenet_accuracy cuda
fi
# shellcheck disable=SC2086
measure 40 benchmarks-tf32 benchmarks $judged $eager --tf32 --quick
measure 95 benchmarks-all benchmarks --device cuda

# one file travels better than twenty
if [ -n "${OUT:-}" ]; then
    (cd "$RESULTS" && tar -czf gpu-figures.tar.gz ./*.json && rm -f ./*.json) || status=$?
fi

echo "gpu.sh: ended after $SECONDS s with status $status"
exit "$status"
