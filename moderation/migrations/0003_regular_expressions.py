from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0002_what_is_written_stays")]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("literal", "Word"),
                    ("phrase", "Phrase"),
                    ("wildcard", "Word with a star"),
                    ("domain", "Website"),
                    ("regex", "Regular expression"),
                ],
                max_length=10,
            ),
        ),
    ]
