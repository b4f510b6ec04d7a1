"""What is held of stocks: values with their place, and the steps that they make for those above."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0001_initial"),
        ("totals", "0004_locks"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockDelta",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.BigIntegerField()),
                ("low", models.BigIntegerField()),
                ("high", models.BigIntegerField()),
                ("entries", models.IntegerField()),
                ("exact", models.IntegerField()),
                ("at_least", models.IntegerField()),
                ("at_most", models.IntegerField()),
                ("about", models.IntegerField()),
                ("range", models.IntegerField()),
                ("without_high", models.IntegerField()),
                ("low_exclusive", models.IntegerField()),
                ("high_exclusive", models.IntegerField()),
                ("month", models.PositiveIntegerField()),
                ("outside", models.BooleanField()),
                ("day", models.DateField()),
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
            ],
            options={
                "indexes": [models.Index(fields=["ancestor", "day"], name="totals_stoc_ancesto_689a7c_idx")],
            },
        ),
        migrations.CreateModel(
            name="StockSpan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.BigIntegerField()),
                ("low", models.BigIntegerField()),
                ("high", models.BigIntegerField()),
                ("entries", models.IntegerField()),
                ("exact", models.IntegerField()),
                ("at_least", models.IntegerField()),
                ("at_most", models.IntegerField()),
                ("about", models.IntegerField()),
                ("range", models.IntegerField()),
                ("without_high", models.IntegerField()),
                ("low_exclusive", models.IntegerField()),
                ("high_exclusive", models.IntegerField()),
                ("first", models.PositiveIntegerField()),
                ("until", models.PositiveIntegerField()),
                ("day", models.DateField()),
                ("path", models.CharField(max_length=400)),
                ("department_depth", models.SmallIntegerField()),
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("until"))), name="stock_stands_a_month"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.BigIntegerField()),
                ("low", models.BigIntegerField()),
                ("high", models.BigIntegerField()),
                ("entries", models.IntegerField()),
                ("exact", models.IntegerField()),
                ("at_least", models.IntegerField()),
                ("at_most", models.IntegerField()),
                ("about", models.IntegerField()),
                ("range", models.IntegerField()),
                ("without_high", models.IntegerField()),
                ("low_exclusive", models.IntegerField()),
                ("high_exclusive", models.IntegerField()),
                ("month", models.PositiveIntegerField()),
                ("outside", models.BooleanField()),
                ("day", models.DateField()),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ancestor", "day", "indicator", "month", "outside"), name="one_stock_step"
                    )
                ],
            },
        ),
    ]
