"""Fuzzing: ``python -m tests.fuzz TARGET SECONDS``. What it found lies in ``cases`` and is tested forever."""
