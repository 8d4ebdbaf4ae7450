"""`python -m nst_helpers`: the same as the command `nst`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
