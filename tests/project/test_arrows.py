"""The import arrows and the core's purity hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from project.arrows import ARROWS, FAMILIES, PURE, impurities, modules, within, wrong_imports
from project.circles import circle, folder_graph, module_graph

ROOT = Path(__file__).resolve().parents[2]
MODULES = modules(ROOT)
GRAPH = module_graph(MODULES, for_types=True)
FOLDERS = sorted({module.rpartition(".")[0] for module in MODULES} - {""})

FORBIDDEN_IMPORTS = [
    pytest.param("config.schema.load_settings", "from daemon.core.model import Key", id="config-imports-core"),
    pytest.param("config.schema.load_settings", "import tray", id="config-imports-tray"),
    pytest.param("daemon.core.step", "from daemon import ports", id="core-imports-ports"),
    pytest.param("daemon.core.step", "import daemon.adapters.loop", id="core-imports-adapter"),
    pytest.param(
        "daemon.core.step", "from config.schema.load_settings import load_settings", id="core-imports-loading"
    ),
    pytest.param("daemon.core.step", "from config import loading", id="core-imports-loading-from-package"),
    pytest.param("daemon.core.step", "def f():\n    import tray.cli.main", id="core-imports-tray-late"),
    pytest.param("daemon.core.step", "from . import model", id="relative"),
    pytest.param("daemon.core.workflows.progress", "from daemon.core.notice import Notice", id="workflow-notice"),
    pytest.param("daemon.core.workflows.progress", "from daemon.core import guide", id="workflow-guide"),
    pytest.param("daemon.core.workflows.progress", "from daemon.core import due_notices", id="workflow-due-notices"),
    pytest.param("daemon.core.views.tray", "from daemon.core.state import State", id="view-imports-state"),
    pytest.param("daemon.core.status_report", "from daemon.core.responses import guide", id="core-imports-response"),
    pytest.param("daemon.core.guide.render", "from daemon.core.responses.guide import choose", id="page-response"),
    pytest.param("daemon.core.renewal", "from daemon.core.guide.sentences import title", id="renewal-imports-guide"),
    pytest.param("daemon.core.guide.render", "from daemon.core.step import step", id="page-imports-step"),
    pytest.param("daemon.adapters.store.sqlite", "from daemon.adapters.ipc import server", id="store-imports-ipc"),
    pytest.param("daemon.adapters.platform.a", "from daemon.adapters.store import b", id="platform-imports-store"),
    pytest.param("daemon.adapters.unheard_of", "from daemon.adapters.store import b", id="family-without-entry"),
    pytest.param("tray.icon.linux", "from tray.cli.main import main", id="icon-imports-cli"),
    pytest.param("tray.window.theme", "from tray.icon.tray_icon import TrayIcon", id="window-imports-icon"),
    pytest.param("tray.text_guide.page", "from tray.window.theme import Theme", id="text-guide-imports-window"),
    pytest.param("tray.window.pipe", "from daemon.assembly.guide import make", id="window-imports-assembly"),
    pytest.param("daemon.ports", "from daemon.adapters.loop import Loop", id="ports-import-adapter"),
    pytest.param("daemon.ports", "from config.i18n.translator import Translator", id="ports-import-texts"),
    pytest.param("daemon.adapters.loop", "from daemon import assembly", id="adapter-imports-assembly"),
    pytest.param("daemon.adapters.notify.plain", "import tray", id="adapter-imports-tray"),
    pytest.param("daemon.assembly", "from tray import cli", id="assembly-imports-tray"),
    pytest.param("tray.cli.main", "from daemon.adapters.loop import Loop", id="tray-imports-adapter"),
    pytest.param("tray.cli.main", "from daemon import adapters", id="tray-imports-adapters-from-package"),
    pytest.param(
        "tray.cli.main",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import daemon.adapters",
        id="tray-imports-adapters-for-types",
    ),
]
ALLOWED_IMPORTS = [
    pytest.param("config.schema.load_settings", "from config.settings import Settings\nimport os", id="config"),
    pytest.param("daemon.core.step", "from config.settings import Settings", id="core-takes-values"),
    pytest.param("daemon.ports", "from daemon.core.events import Event", id="ports"),
    pytest.param(
        "daemon.adapters.loop", "from daemon import ports\nfrom daemon.core.events import Event", id="adapter"
    ),
    pytest.param("daemon.adapters.ipc.server", "from daemon.adapters.platform import a", id="listed-family"),
    pytest.param("daemon.core.step", "from daemon.core.responses.guide import choose", id="step-imports-response"),
    pytest.param("daemon.core.workflows.progress", "from daemon.core.model import Key", id="workflow-model"),
    pytest.param("daemon.assembly", "from daemon.adapters.loop import Loop", id="assembly"),
    pytest.param("tray.cli.main", "from daemon import assembly\nfrom tray.cli import output", id="tray"),
    pytest.param("tray.window.program", "from tray.icon.drawing import SIZES", id="window-draws-the-icon"),
    pytest.param("tray.cli.main", "import configparser", id="a-name-that-only-begins-alike"),
]
IMPURE = [
    pytest.param("import os", id="environment"),
    pytest.param("import time", id="clock-module"),
    pytest.param("import logging", id="logging"),
    pytest.param("from threading import Lock", id="thread"),
    pytest.param("from pathlib import Path", id="file"),
    pytest.param("from collections import abc\nimport msgspec", id="third-party"),
    pytest.param("from datetime import datetime, UTC\nx = datetime.now(UTC)", id="now"),
    pytest.param("from datetime import datetime as d\nx = d.utcnow()", id="now-by-another-name"),
    pytest.param("import datetime as dt\nx = dt.datetime.now()", id="now-through-the-module"),
    pytest.param("from datetime import date\nclock = date.today", id="today-not-called"),
    pytest.param("def local(moment):\n    return moment.astimezone()", id="local-zone"),
    pytest.param("def read(name):\n    with open(name) as f:\n        return f.read()", id="open"),
    pytest.param("x = __import__('os')", id="import-by-name"),
    pytest.param("print(1)", id="print"),
]
PURE_SOURCES = [
    pytest.param("from datetime import UTC\ndef f(moment): return moment.astimezone(UTC)", id="named-zone"),
    pytest.param("def f(state): return state.now", id="a-moment-called-now"),
    pytest.param("from collections.abc import Mapping\nfrom config.settings import Settings", id="imports"),
]


@pytest.mark.parametrize("package", sorted(ARROWS))
def test_the_packages_under_the_arrows_are_really_read(package: str) -> None:
    assert any(within(module, package) for module in MODULES)


@pytest.mark.parametrize(
    "package",
    [
        "config",
        "daemon",
        "tray",
    ],
)
def test_imports_follow_the_arrows(package: str) -> None:
    wrong = [
        line for module, source in MODULES.items() if within(module, package) for line in wrong_imports(module, source)
    ]
    assert wrong == []


def test_the_core_and_the_settings_are_pure() -> None:
    pure = {module: source for module, source in MODULES.items() if any(within(module, name) for name in PURE)}
    assert [line for module, source in pure.items() for line in impurities(module, source)] == []


def test_zones_are_converted_in_one_place_alone() -> None:
    """Elsewhere, a certificate without end would raise OverflowError east of Greenwich."""
    found = {module for module, source in MODULES.items() if ".astimezone(" in source}
    assert found == {"config.instants", "daemon.adapters.schedule.local_zone"}


def test_each_family_of_adapters_has_its_row() -> None:
    there = {module.split(".")[2] for module in MODULES if module.startswith("daemon.adapters.")}
    assert there == set(FAMILIES)


def test_no_circle_of_modules() -> None:
    assert circle(module_graph(MODULES, for_types=False)) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_circle_of_folders(folder: str) -> None:
    assert circle(folder_graph(GRAPH, folder)) == []


@pytest.mark.parametrize("late", ["import a.b.c", "def f():\n    from a.b import c", "from a import b"])
def test_a_circle_is_found(late: str) -> None:
    sources = {"a.b": "from a.d import e", "a.b.c": "from a.d import e", "a.d": late}
    graph = module_graph(sources, for_types=True)
    assert sorted(circle(folder_graph(graph, "a"))) in (["a.b", "a.b", "a.d"], ["a.b", "a.d", "a.d"])


def test_an_import_for_types_alone_makes_no_circle_of_modules() -> None:
    sources = {"a": "import b", "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a"}
    assert circle(module_graph(sources, for_types=False)) == []
    assert sorted(set(circle(module_graph(sources, for_types=True)))) == ["a", "b"]


@pytest.mark.parametrize(("module", "source"), FORBIDDEN_IMPORTS)
def test_a_forbidden_import_is_found(module: str, source: str) -> None:
    assert len(wrong_imports(module, source)) == 1


@pytest.mark.parametrize(("module", "source"), ALLOWED_IMPORTS)
def test_an_allowed_import_passes(module: str, source: str) -> None:
    assert wrong_imports(module, source) == []


@pytest.mark.parametrize("source", IMPURE)
def test_an_impurity_is_found(source: str) -> None:
    assert len(impurities("daemon.core.step", source)) == 1


@pytest.mark.parametrize("source", PURE_SOURCES)
def test_a_pure_source_passes(source: str) -> None:
    assert impurities("daemon.core.step", source) == []
