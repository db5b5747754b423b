from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("evidence", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="evidencefile",
            name="is_metered",
            field=models.BooleanField(
                default=True, verbose_name="counts among the uploads of the day"
            ),
        ),
    ]
