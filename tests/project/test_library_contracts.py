"""What vigicle takes from inside pystray and desktop-notifier is there.

Both are plain Python, so the installed sources are those of the locked wheels on every system. A change of the lock
that takes a name away, or changes what a function takes, fails here.
"""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.syntax import parse_source

ROOT = Path(__file__).resolve().parents[2]
# Our class, its file, and the files of pystray that it inherits from.
ICONS = [
    ("WindowsIcon", "tray/icon/windows.py", ("_win32.py", "_base.py")),
    ("MacIcon", "tray/icon/macos.py", ("_darwin.py", "_base.py")),
    ("LinuxIcon", "tray/icon/linux.py", ("_base.py",)),
]
# File, class, name, and how many arguments a call gives it; None: a value.
DESKTOP_NOTIFIER: list[tuple[str, str, str, int | None]] = [
    ("main.py", "DesktopNotifier", "_backend", None),
    ("main.py", "DesktopNotifier", "send_notification", 1),
    ("main.py", "DesktopNotifier", "get_capabilities", 0),
    ("main.py", "DesktopNotifier", "clear", 1),
    ("backends/base.py", "DesktopNotifierBackend", "_notification_cache", None),
    ("backends/base.py", "DesktopNotifierBackend", "handle_dismissed", 2),
    ("backends/dbus.py", "DBusDesktopNotifier", "_platform_to_interface_notification_identifier", None),
    ("backends/dbus.py", "DBusDesktopNotifier", "_on_action", 2),
    ("backends/dbus.py", "DBusDesktopNotifier", "_on_closed", 2),
    ("backends/dbus.py", "DBusDesktopNotifier", "_init_dbus", 0),
    ("backends/dbus.py", "DBusDesktopNotifier", "bus", None),
]


def folder_of(library: str) -> Path:
    found = find_spec(library)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def class_in(file: Path, name: str) -> ast.ClassDef:
    tree = parse_source(file.read_text(encoding="utf-8"))
    return next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == name)


def methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {each.name: each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def own_attributes(node: ast.ClassDef, context: type[ast.expr_context]) -> set[str]:
    """Return the attributes of `self` and `super()` that are used so."""
    attributes = (each for each in ast.walk(node) if isinstance(each, ast.Attribute) and isinstance(each.ctx, context))
    return {each.attr for each in attributes if _is_own(each.value)}


def _is_own(value: ast.expr) -> bool:
    match value:
        case ast.Name(id="self") | ast.Call(func=ast.Name(id="super")):
            return True
        case _:
            return False


def defined(node: ast.ClassDef) -> set[str]:
    names = {
        target.id
        for each in node.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return names | methods(node).keys() | own_attributes(node, ast.Store)


def takes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int | None]:
    """Return the least and the most arguments, None for any number."""
    count = len(function.args.posonlyargs) + len(function.args.args) - 1
    return count - len(function.args.defaults), None if function.args.vararg else count


@pytest.mark.parametrize(("name", "file", "parents"), ICONS, ids=[icon[0] for icon in ICONS])
def test_an_icon_uses_what_pystray_has(name: str, file: str, parents: tuple[str, ...]) -> None:
    ours = class_in(ROOT / file, name)
    inherited = {name for parent in parents for name in defined(class_in(folder_of("pystray") / parent, "Icon"))}
    used = own_attributes(ours, ast.Load) - defined(ours)
    assert len(used) > 3
    assert used - inherited == set()


@pytest.mark.parametrize(("name", "file", "parents"), ICONS, ids=[icon[0] for icon in ICONS])
def test_what_an_icon_overrides_takes_the_same(name: str, file: str, parents: tuple[str, ...]) -> None:
    ours = methods(class_in(ROOT / file, name))
    theirs = [methods(class_in(folder_of("pystray") / parent, "Icon")) for parent in parents]
    both = [(ours[each], parent[each]) for parent in theirs for each in ours.keys() & parent.keys() - {"__init__"}]
    assert len(both) > 3
    assert [mine.name for mine, its in both if takes(mine) != takes(its)] == []


def test_the_calls_of_windows_are_in_pystray() -> None:
    module = parse_source((folder_of("pystray") / "_util/win32.py").read_text(encoding="utf-8"))
    there = {each.id for each in ast.walk(module) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    there |= {each.name for each in module.body if isinstance(each, ast.ClassDef | ast.FunctionDef)}
    there |= {
        alias.asname or alias.name
        for each in module.body
        if isinstance(each, ast.Import | ast.ImportFrom)
        for alias in each.names
    }
    source = parse_source((ROOT / "tray/icon/windows.py").read_text(encoding="utf-8"))
    used = {
        each.attr
        for each in ast.walk(source)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "win32"
    }
    assert len(used) > 10
    assert used - there == set()


@pytest.mark.parametrize(
    ("file", "owner", "name", "count"), DESKTOP_NOTIFIER, ids=[f"{u[1]}.{u[2]}" for u in DESKTOP_NOTIFIER]
)
def test_desktop_notifier_has_it(file: str, owner: str, name: str, count: int | None) -> None:
    node = class_in(folder_of("desktop_notifier") / file, owner)
    if count is None:
        assert name in defined(node) | own_attributes(node, ast.Store)
        return
    least, most = takes(methods(node)[name])
    assert least <= count <= (count if most is None else most)


def test_desktop_notifier_reports_the_errors_of_macos_by_one_function() -> None:
    """`raise_errors` replaces it."""
    tree = parse_source((folder_of("desktop_notifier") / "backends/macos.py").read_text(encoding="utf-8"))
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert {len(call.args) for call in called if isinstance(call.func, ast.Name) and call.func.id == "log_nserror"} == {
        2
    }
