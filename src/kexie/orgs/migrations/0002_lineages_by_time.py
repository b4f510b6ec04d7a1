"""Lineages that have ended or not begun are found by their days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lineage",
            index=models.Index(fields=["valid_until"], name="orgs_lineag_valid_u_872e52_idx"),
        ),
        migrations.AddIndex(
            model_name="lineage",
            index=models.Index(fields=["valid_from"], name="orgs_lineag_valid_f_dd9c51_idx"),
        ),
    ]
