"""What a report said becomes its first version."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SIZE = 200


def copy_content(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    versions = apps.get_model("reports", "ReportVersion").objects
    rows = (
        apps.get_model("reports", "Report")
        .objects.order_by("pk")
        .values_list("pk", "content", "created_by", "created_at")
    )
    for pk, content, by, at in rows.iterator(chunk_size=SIZE):
        version = versions.create(report_id=pk, number=1, content=content, origin="composed", created_by_id=by)
        versions.filter(pk=version.pk).update(created_at=at)


def copy_back(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    reports = apps.get_model("reports", "Report").objects
    versions = apps.get_model("reports", "ReportVersion").objects.order_by("number")
    for pk, content in versions.values_list("report", "content").iterator(chunk_size=SIZE):
        reports.filter(pk=pk).update(content=content)


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_versions")]
    operations = [migrations.RunPython(copy_content, copy_back)]
