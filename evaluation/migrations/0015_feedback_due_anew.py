"""What a resident wrote is due anew once it is opened again; the first day stays beside it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0014_reviews_and_publication")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="feedback", name="written_once"),
        migrations.AddField(
            model_name="feedback",
            name="first_due_on",
            field=models.DateField(null=True, verbose_name="first due on"),
        ),
        migrations.RunSQL(
            "UPDATE evaluation_feedback SET first_due_on = due_on", migrations.RunSQL.noop
        ),
        migrations.AlterField(
            model_name="feedback",
            name="first_due_on",
            field=models.DateField(verbose_name="first due on"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feedback',
            trigger=pgtrigger.compiler.Trigger(name='written_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."feedback_no" IS DISTINCT FROM (NEW."feedback_no") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."center_id" IS DISTINCT FROM (NEW."center_id") OR OLD."publication_id" IS DISTINCT FROM (NEW."publication_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."code_digest" IS DISTINCT FROM (NEW."code_digest") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."first_due_on" IS DISTINCT FROM (NEW."first_due_on"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1c3b01f6e3859ddd00bcb5522e56b3fe5f436f42', operation='UPDATE', pgid='pgtrigger_written_once_c6650', table='evaluation_feedback', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("first_due_on"))),
                name="feedback_due_later_only",
            ),
        ),
    ]
