#!/usr/bin/env bash
# Train a multi-layer perceptron on the digits that come with xpnet; the model and its learning
# curve go to demo/. The environment stays light: NumPy and Matplotlib, no other array library.
. "$(dirname "$0")/common.sh"

setup plot
export MPLBACKEND=agg
mkdir -p demo
"$PY" -m xpnet.cli train --model mlp --data digits --seed 0 \
    --output demo/digits.safetensors --plot demo/learning_curve.png "$@"
ls -l demo
