"""What was posted before postings had tags gets those of its revision."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SIZE = 2000


def tag_postings(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    tags = apps.get_model("totals", "PostingTag")
    entries = apps.get_model("registers", "Entry").objects.filter(counting__isnull=False)
    postings = dict(apps.get_model("totals", "Posting").objects.values_list("entry", "pk"))
    rows = entries.order_by("pk").values_list("pk", "counting__kinds", "counting__campaigns")
    found = [
        tags(posting_id=postings[entry], sort=sort, value=value)
        for entry, kinds, campaigns in rows.iterator(chunk_size=SIZE)
        if entry in postings
        for sort, values in (("kind", kinds), ("campaign", campaigns))
        for value in dict.fromkeys(value[:60] for value in values)
    ]
    tags.objects.bulk_create(found, batch_size=SIZE, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial"), ("totals", "0003_tags_and_stand_ins")]
    operations = [migrations.RunPython(tag_postings, migrations.RunPython.noop)]
