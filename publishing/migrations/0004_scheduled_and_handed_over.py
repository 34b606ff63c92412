import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0003_deliveries_are_counted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("post", "send_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "post",
            "responsible",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts_taken_over",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
