"""Make the group Curators, with rights on the bank of cards and nothing else."""

from django.db import migrations

MODELS = ["area", "topic", "role", "company", "card", "rubricpoint"]


def create(apps, schema_editor):
    # Permissions are otherwise made after all migrations; here they are needed now.
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Curators")
    for model in MODELS:
        content_type, _ = content_types.get_or_create(app_label="cards", model=model)
        for action in ("add", "change", "view"):
            permission, _ = permissions.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {apps.get_model('cards', model)._meta.verbose_name}"},
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("cards", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
