"""Every service account that was there before becomes a client, and reads as it did."""

from django.db import migrations


def open_clients(apps, schema_editor):
    User = apps.get_model("users", "User")
    Client = apps.get_model("clients", "Client")
    known = Client.objects.values("user")
    Client.objects.bulk_create(
        Client(user=user, title=(user.full_name or user.username)[:60], opened_at=user.date_joined)
        for user in User.objects.filter(is_service=True).exclude(pk__in=known).order_by("pk")
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]

    operations = [migrations.RunPython(open_clients, migrations.RunPython.noop)]
