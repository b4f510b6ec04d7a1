"""The build hook: wheels (editable ones too) carry the collected front-end files."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def load_frontend(root: Path) -> ModuleType:
    """tools/ is not a package on the path of an isolated build, so the module is loaded from its file."""
    spec = importlib.util.spec_from_file_location("kexie_build_frontend", root / "tools" / "frontend.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        frontend = load_frontend(root)
        try:
            frontend.collect(root)
        except frontend.FrontendError as error:
            self.app.abort(f"frontend: {error}")
