"""What a backup holds, and how a value stands in it.

Every table of `cards` and `scheduling` is in it without being named here, and
the accounts of the packages below. What is left out is listed with its reason;
a test fails for a table that is neither.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.utils.duration import duration_iso_string

APPS = ["auth", "account", "cards", "scheduling", "admin"]
MADE_BY_MIGRATE = {
    "auth.permission": "named by app, model and code wherever a row refers to it",
    "contenttypes.contenttype": "named by app and model wherever a row refers to it",
}
SHORT_LIVED = {
    "sessions.session": "everybody signs in anew",
    "account.emailconfirmation": "a link that was not followed is asked for again",
}
# Tables of no model.
TABLES_LEFT_OUT = {
    "django_migrations": "the head of the file names them",
    "cache": "counts sign-in attempts and keeps previews of imports, an hour at most",
}
NATURAL: dict[type[models.Model], list[str]] = {
    ContentType: ["app_label", "model"],
    Permission: ["content_type__app_label", "content_type__model", "codename"],
}
Model = type[models.Model]
Names = dict[Any, Any]


def kept() -> list[Model]:
    """Return the models in the backup, by app and name, links of many to many after the rest; no statement.

    The order is a reader's comfort, and the same in every process: both engines
    check references at the end.
    """
    left_out = {*MADE_BY_MIGRATE, *SHORT_LIVED}
    found = [model for model in tables() if model._meta.label_lower not in left_out]
    mine = [model for model in found if model._meta.app_label in APPS]
    return sorted(mine, key=_place)


def _place(model: Model) -> tuple[int, bool, str]:
    """Return where a model stands: the registry's own order differs from process to process."""
    meta = model._meta
    return APPS.index(meta.app_label), bool(meta.auto_created), meta.model_name or ""


def tables() -> list[Model]:
    """Return every model that has a table of its own, links of many to many among them."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def fields(model: Model) -> list[Any]:
    """Return the fields that are columns of the model's own table and can be written."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def migrations() -> dict[str, list[str]]:
    """Return the migrations applied, by app, of the apps in the backup. One statement."""
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    return {app: [name for found, name in applied if found == app] for app in APPS}


def refers_by_name(field: Any) -> Model | None:
    """Return the model that the field refers to, if its rows have other numbers on every site."""
    target = field.remote_field.model if field.remote_field else None
    return target if target in NATURAL else None


def names() -> dict[Model, Names]:
    """Return {number: name} of what is referred to by name. Two statements."""
    return {
        model: {pk: name for pk, *name in model._base_manager.values_list("pk", *parts)}
        for model, parts in NATURAL.items()
    }


def numbers() -> dict[Model, Names]:
    """Return {name: number} of the same. Two statements."""
    return {model: {tuple(name): pk for pk, name in found.items()} for model, found in names().items()}


def plain(value: Any) -> Any:
    """Return the value as JSON can hold it: exact to the microsecond, read by the field's `to_python`."""
    if value is None or isinstance(value, (str, int, float, list, dict)):
        return value
    for kind, written in WRITTEN.items():
        if isinstance(value, kind):
            return written(value)
    return str(value)  # UUID, Decimal


WRITTEN: dict[type, Callable[[Any], str]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: duration_iso_string,
    bytes: lambda value: b64encode(value).decode(),
    memoryview: lambda value: b64encode(value).decode(),
}
