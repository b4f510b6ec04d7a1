"""Postings know the day and the group that they are booked with; skips say who does not count what."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def book_on_own_day(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("totals", "Posting").objects.update(booked=models.F("day"))


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial"), ("totals", "0001_initial")]
    operations = [
        migrations.AddField("posting", "booked", models.DateField(null=True, verbose_name="计入日期")),
        migrations.RunPython(book_on_own_day, migrations.RunPython.noop),
        migrations.AlterField("posting", "booked", models.DateField(verbose_name="计入日期")),
        migrations.AddField(
            "posting", "group", models.PositiveBigIntegerField(db_index=True, null=True, verbose_name="同一活动")
        ),
        migrations.AddField("posting", "rank", models.PositiveSmallIntegerField(default=0, verbose_name="优先顺序")),
        migrations.CreateModel(
            name="Skip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.BooleanField()),
                (
                    "ancestor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.organisation",
                    ),
                ),
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
                    "posting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="skips", to="totals.posting"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("ancestor", "posting", "indicator", "system"), name="skipped_once")
                ]
            },
        ),
    ]
