"""Enters Shanghai's divisions."""

from django.db import migrations

from portal.jurisdictions.services import read_divisions


def enter(apps, schema_editor):
    Division = apps.get_model("jurisdictions", "Division")
    entered = {}
    for row in read_divisions():
        parent = entered.get(row["parent_code"])
        entered[row["code"]] = Division.objects.create(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            parent=parent,
            path=f"{parent.path if parent else ''}{row['code']}/",
        )


class Migration(migrations.Migration):
    dependencies = [("jurisdictions", "0001_initial")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
