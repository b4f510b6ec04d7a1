"""Fail when a model has changed without a migration. Touches no installation's home."""

import os
import sys
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory(prefix="kexie-check-") as home:
    (Path(home) / "data").mkdir()
    os.environ.update(KEXIE_HOME=home, DJANGO_SETTINGS_MODULE="kexie.settings")
    os.environ.pop("DATABASE_URL", None)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["django", "makemigrations", "--check", "--dry-run"])
    sys.stdout.flush()
