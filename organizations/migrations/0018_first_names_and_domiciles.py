from django.db import migrations

# Since the registration, where its day is known; nobody in particular entered them.
NAMES = """
INSERT INTO organizations_organizationname
    (organization_id, name, from_on, to_on, doc_no, entered_by_id, entered_at)
SELECT o.id, o.name, o.registered_on, NULL, '', NULL, now()
FROM organizations_organization o
WHERE NOT EXISTS
    (SELECT 1 FROM organizations_organizationname n WHERE n.organization_id = o.id)
ORDER BY o.id
"""
DOMICILES = """
INSERT INTO organizations_organizationdomicile
    (organization_id, address, division_id, from_on, to_on, doc_no, entered_by_id, entered_at)
SELECT o.id, o.domicile, o.division_id, o.registered_on, NULL, '', NULL, now()
FROM organizations_organization o
WHERE NOT EXISTS
    (SELECT 1 FROM organizations_organizationdomicile n WHERE n.organization_id = o.id)
ORDER BY o.id
"""
# Names that ended before the database wrote them down for the search.
FORMER = """
UPDATE organizations_organization o SET former_names = ended.names
FROM (
    SELECT organization_id, string_agg('|' || name_key, '' ORDER BY to_on DESC, id) AS names
    FROM organizations_organizationname WHERE to_on IS NOT NULL GROUP BY organization_id
) ended
WHERE ended.organization_id = o.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0017_dated_from_the_first_day'),
    ]

    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop)
        for statement in (NAMES, DOMICILES, FORMER)
    ]
