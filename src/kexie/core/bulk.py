"""Many rows at once: long lists in pieces, and plain statements where the ORM's own bulk verbs are slow.

Making a model instance costs many times what storing its row does. So whatever is stored by the ten thousand is a named
tuple (``insert_tuples``) whose fields are the model's attributes (``entry_id``, not ``entry``), with its key among them
when others refer to it (``take_keys``). All of this is to be called inside a transaction.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models

T = TypeVar("T")
_PLAIN = frozenset({int, str, bool, type(None)})
BATCH = 500  # a database takes only so many parameters in one statement


def batched(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield ``items`` in runs of at most ``size``, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def take_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Reserve ``count`` primary keys of ``model`` that nobody else will get, in ascending order."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            taken = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(taken, [table, count])
            return sorted(row[0] for row in cursor.fetchall())
        # Where SQLite itself keeps the last key of an AUTOINCREMENT; there is no row before the first insert.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        told = "UPDATE sqlite_sequence SET seq = %s WHERE name = %s"
        cursor.execute(told if row else "INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)",
                       [last + count, model._meta.db_table])  # fmt: skip
        return range(last + 1, last + count + 1)


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert ``rows`` of one model, whose keys nobody needs. No signal is sent and no key is set."""
    if rows:
        fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
        _insert(type(rows[0]), fields, _values(rows, fields))


def insert_tuples(model: type[models.Model], rows: Sequence[NamedTuple]) -> None:
    """Insert named tuples of one type, whose fields are attributes of ``model``.

    A field that they do not have must be nullable in the database, or be its own key.
    """
    if rows:
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        fields = [by_name[name] for name in rows[0]._fields]
        _insert(model, fields, _converted(rows, [_converter(field) for field in fields]))


def update_tuples(model: type[models.Model], rows: Sequence[NamedTuple]) -> None:
    """Write the fields of named tuples of one type, whose first one is ``id``, into the rows with these keys."""
    if rows:
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        key, *fields = [by_name[name] for name in rows[0]._fields]
        quote = connection.ops.quote_name
        sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
        values = _converted([(*row[1:], row[0]) for row in rows], [*map(_converter, fields), None])
        with connection.cursor() as cursor:
            table = quote(model._meta.db_table)
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {quote(str(key.column))} = %s", values)  # noqa: S608


def _insert(model: type[models.Model], fields: Sequence[Any], values: Any) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            # Names of tables and columns only; all values are parameters.
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608


def _converter(field: Any) -> Callable[[Any], Any] | None:
    """What makes a value of ``field`` one that the driver takes; None: nothing."""
    if isinstance(field, models.JSONField):
        encoder = field.encoder
        return lambda value: None if value is None else "[]" if value == [] else json.dumps(value, cls=encoder)
    if isinstance(field, models.DateField):
        return lambda value: field.get_db_prep_save(value, connection)
    return None


def _converted(rows: Iterable[Sequence[Any]], converters: Sequence[Callable[[Any], Any] | None]) -> Any:
    """``rows`` with the converters of their columns applied; the rows themselves when there are none."""
    wanted = [(place, converter) for place, converter in enumerate(converters) if converter]
    if not wanted:
        return rows
    changed = []
    for row in rows:
        values = list(row)
        for place, converter in wanted:
            values[place] = converter(values[place])
        changed.append(values)
    return changed


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the fields ``names`` of ``rows`` of one model; ``bulk_update`` builds a CASE for each row and field."""
    if not rows:
        return
    fields: list[Any] = [rows[0]._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    key = quote(str(rows[0]._meta.pk.column))
    statement = f"UPDATE {quote(rows[0]._meta.db_table)} SET {sets} WHERE {key} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, _values(rows, [*fields, rows[0]._meta.pk]))


def _values(rows: Sequence[models.Model], fields: Sequence[Any]) -> list[list[Any]]:
    """The parameters of ``rows``. What the database takes as it is, is not prepared field by field."""
    plan = [(field.attname, field, isinstance(field, models.JSONField)) for field in fields]
    return [
        [
            value if not always and value.__class__ in _PLAIN else field.get_db_prep_save(value, connection)
            for name, field, always in plan
            for value in (getattr(row, name),)
        ]
        for row in rows
    ]
