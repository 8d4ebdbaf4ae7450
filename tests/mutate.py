"""Would the tests notice? One mistake at a time is put into the package, and its tests are run.

    python tests/mutate.py [--count N] [--seed SEED] [MODULE ...]

Each mutant is a copy of one module with one change: a comparison turned, a sum made a difference, a
number changed, a condition denied, a call or an error left out. It is killed if a test of its module
fails. Those that survive are printed, to be read: each is either a gap in the tests, or no mistake.
By chance, from a seed: N of all that are possible, as many of each module as its share. 300 take
about two hours on two cores. Not part of CI. Needs a system with `fork`.
"""

import argparse
import ast
import contextlib
import copy
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECONDS = 400  # for the tests of a mutant; one that takes longer never ends
TESTS = {  # of each module, those that a mistake should turn red, the quickest first
    "losses": "losses",
    "values": "settings scales",
    "vgg": "vgg large",
    "optimizers": "optimizers",
    "loop": "loop run styles",
    "objective": "objective large",
    "colors": "colors styles",
    "masks": "masks styles inputs",
    "styles": "styles objective",
    "inputs": "inputs",
    "segments": "segments",
    "large": "large",
    "scales": "scales run",
    "pictures": "pictures figures decode",
    "decode": "decode pictures contract",
    "saving": "saving contract batch",
    "card": "card contract",
    "settings": "settings scales contract card",
    "checks": "checks",
    "trial": "trial apart checks",
    "apart": "trial apart checks",
    "plain": "plain checks",
    "reading": "checks",
    "failures": "failures apart checks",
    "compare": "compare checks",
    "repair": "repair checks",
    "code": "painter",
    "batch": "batch contract",
    "cost": "cost",
    "console": "console",
    "run": "progress run",
    "kept": "kept",
    "notebook": "grade",
    "guard": "grade",
    "grade": "grade",
    "lab": "lab",
}
# Half of the time of a survivor, and about these modules alone: only theirs are shown to them.
SLOW = "no_attempt_ends or missing_in_one_case or without_end or whatever_a_function"
SHOWN_THE_SLOW = "apart", "trial"
SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Pow: ast.Mult, ast.Mod: ast.FloorDiv, ast.And: ast.Or,
    ast.Or: ast.And,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def mutants(source):
    """`(line, what was changed, changed source)` of each, one after the other."""
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for number in range(len(list(_changes(node)))):
            changed = copy.deepcopy(tree)
            inside = list(ast.walk(changed))[place]
            line, before = inside.lineno, ast.unparse(inside)
            list(_changes(inside))[number]()
            after = ast.unparse(ast.fix_missing_locations(inside))
            yield line, f"{before[:60]!r} became {after[:60]!r}", ast.unparse(changed)


def _changes(node):
    """What can be changed in this node: functions without arguments, which change it."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield lambda: node.ops.__setitem__(0, SWAPS[type(node.ops[0])]())
    elif isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
        yield lambda: setattr(node, "op", SWAPS[type(node.op)]())
    elif isinstance(node, ast.Constant) and type(node.value) in (bool, int, float):
        yield lambda: setattr(node, "value", _another(node.value))
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield lambda: setattr(node, "id", NAMES[node.id])
    elif isinstance(node, (ast.If, ast.IfExp)):
        yield lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
    body = getattr(node, "body", None)
    for number, line in enumerate(body if isinstance(body, list) else []):
        is_call = isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)
        if is_call or isinstance(line, ast.Raise):
            yield lambda number=number: body.__setitem__(number, ast.Pass())


def _another(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else 1.5 * value or 1.0


def chosen(names, count, seed):
    """`[(module, line, change, source)]`, by chance."""
    every = [(name, *mutant) for name in names for mutant in mutants(file_of(name).read_text())]
    random.Random(seed).shuffle(every)
    return sorted(every[:count], key=lambda one: (names.index(one[0]), one[1]))


def file_of(name, root=ROOT):
    """A module's file: no two rooms have modules of one name."""
    return next((root / "nst_helpers").rglob(f"{name}.py"))


def house(folder):
    """A copy of the project to put mutants into; the data is only linked."""
    for name in ("tests", "nst_helpers"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("data", "__py*"))
    (folder / "nst_helpers" / "data").symlink_to(ROOT / "nst_helpers" / "data")
    for name in ("notebooks", "benchmarks", "README.md", "environment.yml"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "pyproject.toml").write_text("[project]\nname = 'mutant'\n")
    return folder


def run_tests(folder, name, log, first):
    """Fork, run the module's tests there on what is in the folder; returns the process's number.

    first: the tests that killed other mutants of the module, which are tried before all others.
    """
    child = os.fork()
    if child:
        return child
    with contextlib.suppress(BaseException):
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = str(folder)
        signal.alarm(SECONDS)
        import pytest

        files = [str(next(Path("tests").rglob(f"test_{t}.py"))) for t in TESTS[name].split()]
        if name not in SHOWN_THE_SLOW:
            files += ["-k", f"not ({SLOW})"]
        for tests in filter(None, (first, files)):
            status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests])
            if status:
                os._exit(int(status))
        os._exit(0)
    os._exit(1)


def failed_in(log):
    """The test that killed a mutant, as pytest names it; `None` if it was the time, or a crash."""
    found = re.search(
        r"^FAILED (\S+::\w+(?:\[.*?\])?)(?: - |$)", log.read_text(errors="replace"), re.M
    )
    return found and found[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", default=list(TESTS))
    parser.add_argument("--count", type=int, default=300, help="of mutants")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    names = options.modules
    for heavy in ("tensorflow", "keras", "matplotlib.pyplot", "hypothesis", "pytest", "PIL.Image"):
        __import__(heavy)  # once, for all that are forked; nothing is computed before that
    todo = chosen(names, options.count, options.seed)
    killed, all_of, survivors = dict.fromkeys(names, 0), dict.fromkeys(names, 0), []
    killers = {name: Counter() for name in names}
    with tempfile.TemporaryDirectory() as place:
        places = [house(Path(place) / str(number)) for number in range(os.cpu_count() or 1)]
        running = {}
        while todo or running:
            while todo and places:
                folder, mutant = places.pop(), todo.pop(0)
                target = file_of(mutant[0], folder)
                target.write_text(mutant[3])
                first = [test for test, _ in killers[mutant[0]].most_common(8)]
                child = run_tests(folder, mutant[0], folder / "log", first)
                running[child] = folder, mutant, time.perf_counter()
            child, status = os.wait()
            folder, (name, line, change, _), start = running.pop(child)
            shutil.copy(file_of(name), file_of(name, folder))
            places.append(folder)
            all_of[name] += 1
            if status:
                killed[name] += 1
                killers[name].update(filter(None, [failed_in(folder / "log")]))
            else:
                survivors.append(f"{name}.py:{line}: {change}")
            words = "killed" if status else "SURVIVED"
            seconds = time.perf_counter() - start
            print(f"{words} in {seconds:.0f} s: {name}.py:{line}: {change}", flush=True)
    for name in names:
        if all_of[name]:
            print(f"{name}: {killed[name]} of {all_of[name]}")
    print(f"Killed: {sum(killed.values())} of {sum(all_of.values())}. Survivors:")
    print("\n".join(survivors))


if __name__ == "__main__":
    main()
