"""C6 and C7 of the commitments that come with the product get the measure that counts them.

Until now no measure for them existed, so a blank one is nobody's choice; what somebody filled in stays. Two rows
of a small table: no lock that anybody notices. In a new database there is nothing to fill yet."""

import pghistory
from django.db import migrations
from django.db.models import F

DOCUMENT = "DEVisie"
MEASURES = {"C6": "account_management", "C7": "workforce_talks"}


def fill(apps, schema_editor):
    rows = apps.get_model("core", "Commitment").objects.filter(document__name=DOCUMENT, measure="")
    with pghistory.context(source="migrate"):
        for code, measure in MEASURES.items():
            rows.filter(code=code).update(measure=measure, version=F("version") + 1)


class Migration(migrations.Migration):

    dependencies = [("core", "0005_ops")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
