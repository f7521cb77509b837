"""The runners, and which of them are here.

Each module has WRITERS. If its runner may be missing, it has `why_not` and OPTIONAL, too.
"""

import importlib
import pkgutil


def available():
    """The writers of all runners that are here; name, reason and OPTIONAL of each of the others."""
    writers, missing = [], []
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        runner = importlib.import_module(f"{__name__}.{module}")
        why_not = runner.why_not() if hasattr(runner, "why_not") else None
        if why_not:
            missing.append((module, why_not, runner.OPTIONAL))
        else:
            writers += runner.WRITERS
    return writers, missing
