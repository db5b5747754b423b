"""A section's center is its filing's center: a composite foreign key, which Django cannot declare."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("centers", "0002_initial")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE centers_filing
                ADD CONSTRAINT filing_id_center UNIQUE (id, center_id);
            ALTER TABLE centers_section
                ADD CONSTRAINT section_center_is_the_filings
                FOREIGN KEY (filing_id, center_id) REFERENCES centers_filing (id, center_id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE centers_section DROP CONSTRAINT section_center_is_the_filings;
            ALTER TABLE centers_filing DROP CONSTRAINT filing_id_center;
            """,
        )
    ]
