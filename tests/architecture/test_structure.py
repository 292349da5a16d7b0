"""Rules of the architecture that no linter knows."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from apps.core.modules import bahi_apps, module_key_of_app
from apps.core.permissions import all_permissions, ready_roles
from apps.core.registry import KINDS, business_models, kind_name, resources
from apps.documents.lifecycle import lifecycles
from apps.documents.services.printing import print_builder

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = [{name.strip() for name in layer.split("|")} for layer in reversed(CONTRACTS[0]["layers"])]
LEVEL = {app: number for number, layer in enumerate(LAYERS) for app in layer}
SOURCES = [p for p in ROOT.glob("apps/**/*.py") if "migrations" not in p.parts]
MAX_FILE, MAX_FUNCTION = 500, 60


def test_every_app_has_a_layer():
    assert {config.label for config in bahi_apps()} == set(LEVEL)


def test_the_guide_shows_the_layers_that_are_checked():
    block = re.search(r"## Layers.*?```\n(.*?)```", (ROOT / "docs/architecture.md").read_text(), re.DOTALL)
    lines = [line for line in block.group(1).splitlines() if "──" not in line]
    assert [{name.strip() for name in line.split("|")} for line in reversed(lines)] == LAYERS


def test_foreign_keys_point_down():
    wrong = []
    for model in business_models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(target, type) or not issubclass(target, models.Model):
                continue
            label = target._meta.app_label
            if label in LEVEL and LEVEL[label] > LEVEL[model._meta.app_label]:
                wrong.append(f"{model._meta.label}.{field.name} → {label}")
    assert not wrong


def test_a_module_depends_on_those_that_it_imports():
    """Switched off beneath it, they would leave it in pieces. ``customer_portal.py``, and what only that file
    uses, tells the portal what it shows: the module works without."""
    switchable = {c.label: c.declares for c in bahi_apps() if c.declares.switchable and c.declares.key}
    for label, module in switchable.items():
        files = [p for p in SOURCES if p.parts[-len(p.relative_to(ROOT).parts) + 1] == label]
        files = [p for p in files if p.name not in ("customer_portal.py", "taxed_showing.py")]
        imported = {name for path in files for name in _apps_imported(path)} & (set(switchable) - {label})
        assert imported == set(module.depends), label


def _apps_imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        name = node.module if isinstance(node, ast.ImportFrom) else ""
        if name and name.startswith("apps."):
            yield name.split(".")[1]


def test_every_model_says_its_kind():
    assert not [m._meta.label for m in business_models() if kind_name(m) not in KINDS]


def _has_history(model):
    name = f"historical{model._meta.model_name}"
    return any(m._meta.model_name == name for m in apps.get_app_config(model._meta.app_label).get_models())


def test_documents_masters_and_settings_keep_history_and_lines_and_ledgers_do_not():
    for model in business_models():
        if kind_name(model) in ("master", "setting", "document"):
            assert _has_history(model), model._meta.label
        else:
            assert not _has_history(model), model._meta.label


def test_append_only_models_carry_their_triggers():
    for model in business_models():
        if kind_name(model) == "ledger" or getattr(model, "append_only", False):
            names = [trigger.name for trigger in getattr(model._meta, "triggers", [])]
            assert any(name.endswith("_no_change") for name in names), model._meta.label
            assert any(name.endswith("_no_trunc") for name in names), model._meta.label


def test_every_transition_has_a_registered_permission_and_a_service():
    known = all_permissions()
    for model, lifecycle in lifecycles().items():
        values = {state.value for state in lifecycle.states}
        for transition in lifecycle.transitions:
            assert transition.permission in known, (model, transition.name, transition.permission)
            assert callable(transition.service)
            assert set(transition.sources) <= values
            assert transition.target is None or transition.target in values


def test_every_document_that_offers_a_pdf_says_how_it_prints():
    for view in resources().values():
        if "pdf" in view.reads:
            assert callable(print_builder(view.model)), view.path


def test_ready_roles_grant_only_known_permissions():
    known = set(all_permissions())
    labels = {config.label for config in apps.get_app_configs()}
    for role in ready_roles().values():
        for code in role.permissions:
            wild = code == "*" or (code.endswith(".*") and code[:-2] in labels)
            assert wild or code in known, (role.code, code)


def test_resources_list_their_fields_by_hand():
    for view in resources().values():
        assert view.fields, view.path
        assert "__all__" not in view.fields


def test_subscribers_listen_only_below():
    for path in ROOT.glob("apps/*/subscribers.py"):
        app = path.parent.name
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("apps."):
                other = node.module.split(".")[1]
                assert LEVEL[other] <= LEVEL[app], f"{app} listens to {other}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_short(path):
    text = path.read_text()
    assert text.count("\n") <= MAX_FILE, f"{path} has over {MAX_FILE} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= MAX_FUNCTION, f"{path}:{node.lineno} {node.name} has {length} lines"


def test_every_app_has_a_readme_that_is_read_in_a_minute():
    for config in bahi_apps():
        readme = ROOT / "apps" / config.label / "README.md"
        assert readme.exists(), f"{config.label} has no README.md"
        assert 12 <= len(readme.read_text().splitlines()) <= 30, config.label


def test_module_keys_are_known():
    keys = [module_key_of_app(config.label) for config in bahi_apps()]
    switchable = [key for key in keys if key]
    assert len(switchable) == len(set(switchable))


def test_no_row_is_locked_outside_the_helper():
    for path in SOURCES:
        inside = path.relative_to(ROOT).as_posix() in ("apps/core/locks.py",) or "runtime" in path.parts
        assert inside or "select_for_update(" not in path.read_text(), path
