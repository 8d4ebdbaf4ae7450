"""A package's door: the names by which it is used from outside, each with its module.

A name's module is imported when the name is first used.
"""

from importlib import import_module


def door(package, names):
    """`__getattr__`, `__dir__` and `__all__` for a package's `__init__`.

    package: its name. names: `{module: its names}`; one that is the module's own is the module.
    """
    modules = {name: module for module, inside in names.items() for name in inside}

    def __getattr__(name):
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f".{modules[name]}", package)
        return module if name == modules[name] else getattr(module, name)

    return __getattr__, lambda: sorted(modules), sorted(modules)
