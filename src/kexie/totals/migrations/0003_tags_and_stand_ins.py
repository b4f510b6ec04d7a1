"""Tags of postings, for cuts by kind and campaign; statements that stand in for missing entries."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0001_initial"),
        ("totals", "0002_merge_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="PostingTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort", models.CharField(choices=[("kind", "类别"), ("campaign", "主题活动")], max_length=10)),
                ("value", models.CharField(max_length=60)),
                (
                    "posting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="totals.posting",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("posting", "sort", "value"), name="tagged_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sort__in", ["kind", "campaign"])), name="tag_sort_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.PositiveBigIntegerField(unique=True, verbose_name="申报总数")),
                ("first_month", models.PositiveIntegerField(verbose_name="起始月")),
                ("last_month", models.PositiveIntegerField(verbose_name="终止月")),
                ("day", models.DateField(verbose_name="计入日期")),
                ("qualifier", models.CharField(max_length=10)),
                ("value", models.BigIntegerField()),
                ("low", models.BigIntegerField(null=True)),
                ("high", models.BigIntegerField(null=True)),
                ("low_exclusive", models.BooleanField(default=False)),
                ("high_exclusive", models.BooleanField(default=False)),
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
                "indexes": [models.Index(fields=["last_month", "first_month"], name="totals_stan_last_mo_99c7c6_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_month__lte", models.F("last_month"))), name="stand_in_runs_forward"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 1000000000000000)),
                        name="stand_in_value_in_limits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("qualifier__in", ("exact", "at_least", "at_most", "about", "range"))),
                        name="stand_in_qualifier_known",
                    ),
                ],
            },
        ),
    ]
