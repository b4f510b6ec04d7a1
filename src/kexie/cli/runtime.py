"""Starting Django for a command, and bringing its home up to date."""

import logging
import os

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def start() -> None:
    """Start Django. A wrong setting is a sentence, not a traceback."""
    from kexie.cli.output import CommandError

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error


def prepare_home() -> None:
    """Create or migrate the home of this installation and bring the catalogue into it.

    Raises CommandError when the folder cannot be written or the database does not answer.
    """
    from django.core.management import call_command
    from django.db import DEFAULT_DB_ALIAS, connections
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import DatabaseError

    from kexie.cli.output import CommandError
    from kexie.registers.services import sync_registers
    from kexie.totals.services import sync_indicators

    database = settings.DATABASES["default"]
    try:
        settings.DATA_FOLDER.mkdir(parents=True, exist_ok=True)
        connection = connections[DEFAULT_DB_ALIAS]
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
        sync_indicators()
        sync_registers()
    except OSError as error:
        raise CommandError(f"KEXIE_HOME：写不了 {error.filename}（{error.strerror}）") from error
    except DatabaseError as error:
        raise CommandError(f"数据库 {database['NAME']} 打不开：{str(error).strip()}") from error
    logging.getLogger("kexie").debug("home ready: %s", os.fspath(settings.KEXIE_HOME))
