"""Installs the reference from PyPI, at the versions that everything here was written for."""

import subprocess
import sys

PINS = ["python-subunit==1.4.6", "testtools==2.9.1", "iso8601==2.1.0", "junitxml==0.7", "os-testr==3.0.0"]
#: What reports are read with.
PINS += ["junitparser==5.0.3", "lxml==6.1.3"]


def python(root):
    """The interpreter of a virtual environment with the reference."""
    return python_with(PINS, root / "target" / "differential" / "venv")


def python_with(pins, venv):
    """The interpreter of a virtual environment with exactly these versions, made if it is missing or has others."""
    python, made = venv / "bin" / "python", venv / "pins.txt"
    if not made.exists() or made.read_text().split() != pins:
        print(f"installing {' '.join(pins)} in {venv}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *pins], check=True)
        made.write_text("\n".join(pins) + "\n")
    return python
