"""The package's house: rooms one after the other, each used by the names at its door."""

import ast
from importlib import import_module

import pytest
from notebook_tools import ROOT

PACKAGE = ROOT / "nst_helpers"
# Each imports only from those before it.
ORDER = (
    "doors errors console machine pictures method engine fast widgets figures course cli".split()
)
ROOMS = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
FILES = {path.relative_to(PACKAGE).with_suffix("").parts: path for path in PACKAGE.rglob("*.py")}
OUTSIDE = [path for name in ("tests", "benchmarks", "docs") for path in (ROOT / name).rglob("*.py")]


def imports(path, package=()):
    """`(where, name)` of all that a file imports from this package, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            module = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                module = package[: len(package) - node.level + 1] + module
            elif module[0] == "nst_helpers":
                module = module[1:]
            else:
                continue
            yield from ((module, alias.name) for alias in node.names)


def at_the_door(room, name):
    return name in import_module(f"nst_helpers.{room}").__all__


@pytest.mark.parametrize("parts", FILES, ids=".".join)
def test_a_room_imports_from_rooms_before_it_and_by_their_doors(parts):
    before = ORDER[: ORDER.index(parts[0])] if parts[0] in ORDER else ORDER
    for module, name in imports(FILES[parts], parts[:-1]):
        module = module or (name,)  # `from . import machine`
        if module[0] != parts[0] or len(parts) == 1:
            assert module[0] in before, f"{module[0]} is no room before this one"
            if module[0] in ROOMS:
                assert len(module) == 1 and at_the_door(*module, name), (module, name)


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_from_outside_a_room_is_used_by_its_door(path):
    for module, name in imports(path):
        if module and module[0] in ROOMS and path.parent.name != module[0]:
            # A test may hold a module, to put something else into it.
            held = path.is_relative_to(ROOT / "tests") and (*module, name) in FILES
            assert held or len(module) == 1 and at_the_door(*module, name), (module, name)


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_at_a_door_is_also_a_modules(room):
    """An imported module would take its place, but for one that stands there itself."""
    for name in import_module(f"nst_helpers.{room}").__all__:
        found = getattr(import_module(f"nst_helpers.{room}"), name)
        assert (room, name) not in FILES or found.__name__ == f"nst_helpers.{room}.{name}", name


@pytest.mark.parametrize("parts", FILES, ids=".".join)
def test_only_widgets_knows_ipywidgets_and_only_figures_and_show_matplotlib(parts):
    found = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(FILES[parts].read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name
    }
    assert "ipywidgets" not in found or parts[0] == "widgets"
    assert "matplotlib" not in found or parts in (("figures",), ("pictures", "pictures"))


def test_the_rooms_are_small():
    for folder in {path.parent for path in FILES.values()} - {PACKAGE / "course" / "exercises"}:
        assert len(list(folder.glob("*.py"))) <= 10, folder.name
    for parts, path in FILES.items():
        text = path.read_text(encoding="utf-8")
        assert "exercises" in parts or len(text.splitlines()) <= 400, parts
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno - node.lineno < 60, f"{parts}: {node.name}"
