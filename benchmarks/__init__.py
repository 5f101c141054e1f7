"""Benchmarks: our function against a bare hello and a straightforward one; `python -m benchmarks`."""
