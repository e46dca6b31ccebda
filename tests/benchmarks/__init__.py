"""Benchmarks against the script that an expert would write by hand: `python -m tests.benchmarks --help`."""
