"""The command `nst`."""

from ..doors import door

__getattr__, __dir__, __all__ = door(__name__, {
    "commands": ["main"],
})  # fmt: skip
