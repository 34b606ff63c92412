from django.db import migrations, models


class Migration(migrations.Migration):
    """Finds the acts of people without going through the openings of the vault between them."""

    dependencies = [("accounts", "0003_username_whatever_its_capitals")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                fields=["force", "-id"],
                name="audit_acts",
                condition=models.Q(("action", "vault.opened"), _negated=True),
            ),
        ),
    ]
