from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_versions_copied")]
    operations = [migrations.RemoveField(model_name="report", name="content")]
