from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0013_feed_tells_of_teams_on_file"),
    ]

    operations = [
        migrations.RenameField(
            model_name="transfer", old_name="leased_until", new_name="lease_until"
        ),
        migrations.RenameField(model_name="watch", old_name="leased_until", new_name="lease_until"),
        migrations.AlterField(
            model_name="watch",
            name="enqueued_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
