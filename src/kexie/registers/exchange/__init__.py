"""The exchange format (docs/exchange.md): ``load`` and ``dump``."""

from kexie.registers.exchange.dump import dump
from kexie.registers.exchange.load import Loaded, Paths, load

__all__ = ["Loaded", "Paths", "dump", "load"]
