"""Paired benchmarks against peers: ``python -m benchmarks`` lists them."""
