"""How fast xltools is, beside its goals: ``python -m benchmarks``.

Only ratios within one run mean anything.
"""
