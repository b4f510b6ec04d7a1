"""Handing up; and what counts already knows which revision says so, and since when."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Subquery


def tell_revisions(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """What was posted before postings knew: by the revision that counts, since that was written down."""
    revisions = apps.get_model("registers", "Revision").objects
    counting = apps.get_model("registers", "Entry").objects.filter(pk=OuterRef("entry"))
    written = revisions.filter(pk=OuterRef("revision")).values("created_at")
    postings = apps.get_model("totals", "Posting").objects
    postings.filter(revision=None).update(revision=Subquery(counting.values("counting_id")))
    postings.filter(revision__isnull=False).update(since=Subquery(written))


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0001_initial"),
        ("registers", "0004_same_events"),
        ("totals", "0004_locks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_month", models.PositiveIntegerField(verbose_name="起始月")),
                ("last_month", models.PositiveIntegerField(verbose_name="终止月")),
                ("number", models.PositiveIntegerField(verbose_name="号")),
                ("occasion", models.CharField(max_length=100, verbose_name="事由")),
                ("made_by", models.CharField(max_length=150, verbose_name="上报人")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="上报时间")),
                ("unfinished", models.BooleanField(default=False, verbose_name="期间未结束")),
                ("completeness", models.JSONField(default=list, verbose_name="报送情况")),
                (
                    "exception",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="totals.lockexception",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="orgs.organisation",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "上报",
                "verbose_name_plural": "上报",
                "ordering": ("organisation_id", "first_month", "last_month", "number"),
            },
        ),
        migrations.CreateModel(
            name="SnapshotEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveBigIntegerField(verbose_name="版次")),
                ("number", models.PositiveIntegerField(verbose_name="第几版")),
                ("digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.entry"
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="registers.snapshot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SnapshotStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statements",
                        to="registers.snapshot",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.statement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SnapshotTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=10, verbose_name="口径")),
                ("value", models.BigIntegerField(verbose_name="数值")),
                ("low", models.BigIntegerField(verbose_name="下限")),
                ("high", models.BigIntegerField(null=True, verbose_name="上限")),
                ("low_exclusive", models.BooleanField(default=False)),
                ("high_exclusive", models.BooleanField(default=False)),
                ("qualifier", models.CharField(max_length=10, verbose_name="性质")),
                ("entries", models.IntegerField(verbose_name="记录数")),
                ("as_of", models.DateField(null=True, verbose_name="截至")),
                (
                    "indicator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="totals.indicator",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="totals",
                        to="registers.snapshot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NothingToReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_month", models.PositiveIntegerField(verbose_name="起始月")),
                ("last_month", models.PositiveIntegerField(verbose_name="终止月")),
                ("declared_by", models.CharField(max_length=150, verbose_name="申报人")),
                ("declared_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="申报时间")),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "register",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.register",
                    ),
                ),
            ],
            options={
                "verbose_name": "申报无",
                "verbose_name_plural": "申报无",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("register", None)),
                        fields=("organisation", "first_month", "last_month"),
                        name="nothing_declared_once",
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "first_month", "last_month", "register"),
                        name="nothing_declared_once_a_register",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_month__lte", models.F("last_month"))), name="nothing_runs_forward"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(
                fields=("organisation", "first_month", "last_month", "number"), name="snapshot_numbered_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="snapshot_from_one"),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_month__lte", models.F("last_month"))), name="snapshot_runs_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshotentry",
            constraint=models.UniqueConstraint(fields=("snapshot", "entry"), name="snapshot_entry_once"),
        ),
        migrations.AddConstraint(
            model_name="snapshotstatement",
            constraint=models.UniqueConstraint(fields=("snapshot", "statement"), name="snapshot_statement_once"),
        ),
        migrations.AddConstraint(
            model_name="snapshottotal",
            constraint=models.UniqueConstraint(fields=("snapshot", "scope", "indicator"), name="snapshot_total_once"),
        ),
        migrations.AddConstraint(
            model_name="snapshottotal",
            constraint=models.CheckConstraint(
                condition=models.Q(("qualifier__in", ("exact", "at_least", "at_most", "about", "range"))),
                name="snapshot_qualifier_known",
            ),
        ),
        migrations.RunPython(tell_revisions, migrations.RunPython.noop),
    ]
