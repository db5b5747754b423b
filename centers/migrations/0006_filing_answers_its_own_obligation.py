"""A filing answers an obligation of its own center: a composite foreign key, which Django cannot declare."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("centers", "0005_rounds_and_certification")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE centers_obligation
                ADD CONSTRAINT obligation_id_center UNIQUE (id, center_id);
            ALTER TABLE centers_filing
                ADD CONSTRAINT filing_answers_its_own_obligation
                FOREIGN KEY (obligation_id, center_id) REFERENCES centers_obligation (id, center_id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE centers_filing DROP CONSTRAINT filing_answers_its_own_obligation;
            ALTER TABLE centers_obligation DROP CONSTRAINT obligation_id_center;
            """,
        )
    ]
