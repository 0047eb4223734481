"""Who may import whom: the arrows of docs/architecture.md, checked on the code."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = {
    "cards.records", "cards.yamltree", "cards.shapes", "cards.deckfile", "cards.deckdump", "cards.bankfile", "cards.tables", "cards.gates", "cards.quality",
    "cards.markdown", "cards.maths", "cards.highlight", "cards.exchange.anki_look", "cards.exchange.anki_maths", "cards.exchange.anki_text", "scheduling.sm2", "scheduling.days", "scheduling.order",
    "scheduling.fold", "scheduling.charts", "scheduling.readiness", "scheduling.nudges", "scheduling.explain", "scheduling.dealing", "scheduling.pacing", "scheduling.simulation",
    "scheduling.verdict", "scheduling.plan_chart", "scheduling.pauses",
}  # fmt: skip
# module prefix -> prefixes of ours that it may import
ALLOWED = {
    "cards": {"cards"},
    "scheduling.models": {
        "cards.models",
        "scheduling.models",
        "scheduling.days",
        "scheduling.fold",
        "scheduling.sm2",
    },
    "scheduling.scope": {"cards.models", "scheduling.models"},
    "scheduling.changes": {"cards.models", "scheduling.models", "scheduling.fold"},
    "scheduling.turns": {
        "cards.models",
        "scheduling.models",
        "scheduling.changes",
        "scheduling.days",
        "scheduling.fold",
    },
    "scheduling.stats": {"cards.models", "scheduling.models", "scheduling.scope", "scheduling.stats", *PURE},
    "scheduling.plans": {"cards.models", "scheduling.models", "scheduling.scope", *PURE},
    "scheduling.forecast": {
        "cards.models",
        "scheduling.models",
        "scheduling.scope",
        "scheduling.answered",
        "scheduling.plans",
        "scheduling.queue",
        *PURE,
    },
    "scheduling.answered": {"scheduling.models", "scheduling.turns", *PURE},
    "scheduling.queue": {
        "scheduling.answered",
        "scheduling.plans",
        "cards.models",
        "scheduling.models",
        "scheduling.scope",
        "scheduling.turns",
        *PURE,
    },
    "scheduling.study": {"scheduling.plans", "cards.models", "scheduling.models", "scheduling.turns", *PURE},
    "scheduling.wishes": {"cards.models", "scheduling.models", "scheduling.queue", "scheduling.study"},
    "scheduling.rebuild": {"scheduling.models", "scheduling.study", *PURE},
    "scheduling.importing": {
        "cards.models",
        "scheduling.models",
        "scheduling.exporting",
        "scheduling.study",
        *PURE,
    },
    "scheduling.exporting": {"cards.models", "scheduling.models"},
    "scheduling.backup": {"scheduling.backup"},  # it knows tables, not ours by name
    "scheduling.erasing": {"cards.models", "scheduling.models", "scheduling.study"},
    "scheduling.ending": {"scheduling.models", *PURE},
    "scheduling.reminders": {"cards.models", "scheduling.models", "scheduling.stats", *PURE},
    "scheduling.forms": {"cards.models", "scheduling.models", "scheduling.study", *PURE},
    "scheduling.forms_settings": {"scheduling.models", *PURE},
    "scheduling.forms_plan": {"cards.models", "scheduling.models"},
    "scheduling.forms_progress": {"scheduling.stats", *PURE},
    "scheduling.views": {"cards", "scheduling"},
    "scheduling": {"cards", "scheduling"},
    "config": {"config"},
}
NOT_PURE = (
    "django",
    "random",
    "time",
    "secrets",
    "sqlite3",
    "socket",
    "subprocess",
    "pathlib",
    "os",
    "io",
    "uuid",
)
WRITERS = {
    "scheduling.study",
    "scheduling.wishes",
    "scheduling.rebuild",
    "scheduling.importing",
    "scheduling.backup.restoring",
}


def modules():
    for folder in ("cards", "scheduling", "config"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield name, ast.parse(path.read_text())


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name, prefixes):
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_arrows_point_the_allowed_way(name):
    rule = max((prefix for prefix in ALLOWED if within(name, [prefix])), key=len)
    for target in imports(MODULES[name]):
        if within(target, ("cards", "scheduling", "config")):
            assert within(target, ALLOWED[rule]), f"{name} must not import {target}"


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, PURE)])
def test_pure_modules_know_no_django_clock_chance_or_files(name):
    for target in imports(MODULES[name]):
        assert not within(target, NOT_PURE) or target == "pathlib.PurePosixPath", (
            f"{name} is pure and must not import {target}"
        )
        if within(target, ("cards", "scheduling")):
            assert within(target, PURE), f"{name} is pure and must not import {target}"


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, ["scheduling"])])
def test_only_study_writes_states_and_reviews(name):
    if name in WRITERS:
        return
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            written = ast.unparse(node.func)
            for model in ("Review", "CardState", "Tick"):
                assert not written.startswith(
                    (f"{model}.objects.create", f"{model}.objects.update", f"{model}.objects.bulk")
                )


def test_every_rule_names_a_module_that_exists():
    for prefix in (*ALLOWED, *PURE, *WRITERS):
        assert any(within(name, [prefix]) for name in MODULES), prefix


def test_our_own_script_stays_small_and_every_style_sheet_readable():
    assert sum(path.stat().st_size for path in (ROOT / "static" / "js").glob("*.js")) < 6 * 1024
    for path in (ROOT / "static" / "css").glob("*.css"):
        assert len(path.read_text().splitlines()) <= 200, path.name


def test_htmx_2_is_what_the_markup_is_written_for():
    """In htmx 4 `hx-disable` means something else: card text would no longer be ignored."""
    import django_htmx

    script = next(Path(django_htmx.__file__).parent.glob("static/django_htmx/htmx*.min.js"))
    assert 'version:"2.' in script.read_text()
