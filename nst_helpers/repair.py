"""The one change of a learner's source that makes it right, found by trying.

What is said of it was run: with that change, all test cases come out right.
"""

import ast
import time

from .apart import Ended
from .edits import all_edits

SECONDS = 2.0  # for all tries
EACH = 0.5  # for one of them
EACH_OF_ENDLESS = 0.05  # where a loop without end is to be ended, and most tries have one
ENDED = 3  # tries that may end the process that they run in: it takes seconds to start another


def repaired(tree, is_right):
    """A sentence on one change with which a function is right; None if none was found.

    tree: its `ast.FunctionDef`. is_right: whether a function of this source is; it may raise
    `Ended`.
    """
    if not isinstance(tree, ast.FunctionDef):
        return None
    start, ended = time.monotonic(), 0
    for line, words, changed in all_edits(tree):
        changed.decorator_list = []
        try:
            if is_right(ast.unparse(ast.fix_missing_locations(changed))):
                return f"Look at line {line}: {words}, all test cases come out right."
        except Ended:
            ended += 1
        except (ValueError, TypeError, RecursionError):  # a change that is no Python
            continue
        if time.monotonic() - start > SECONDS or ended == ENDED:
            return None
    return None
