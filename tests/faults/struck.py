"""`workbench` as another process that a fault strikes: python struck.py FAULT MOMENT ARGUMENT..."""

from __future__ import annotations

import sys

import strike

from workbench.cli import main

if __name__ == "__main__":
    with strike.strike(getattr(strike, sys.argv[1]), int(sys.argv[2])):
        sys.exit(main(sys.argv[3:]))
