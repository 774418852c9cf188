from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Extensions first: exclusion constraints and trigram indexes of every app stand on them.
    accounts.0001 depends on this one, and every other app on accounts."""

    initial = True
    dependencies = [("pghistory", "0007_auto_20250421_0444")]
    operations = [BtreeGistExtension(), TrigramExtension(), UnaccentExtension()]
