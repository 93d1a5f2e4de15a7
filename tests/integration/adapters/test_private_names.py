"""The private names of libraries that vigicle uses still exist.

The sources are parsed, not imported: some modules load on Windows or macOS alone.
"""

import ast
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path

import pytest

from support.syntax import parse_source

# Distribution, file, class (None: the module itself) and the names that are used of it.
USES = [
    # daemon/adapters/notify/desktop.py
    ("desktop-notifier", "desktop_notifier/main.py", "DesktopNotifier", {"_backend"}),
    # daemon/adapters/notify/clicks.py
    ("desktop-notifier", "desktop_notifier/backends/base.py", "DesktopNotifierBackend", {"_notification_cache"}),
    ("desktop-notifier", "desktop_notifier/backends/base.py", "DesktopNotifierBackend", {"handle_dismissed"}),
    (
        "desktop-notifier",
        "desktop_notifier/backends/dbus.py",
        "DBusDesktopNotifier",
        {"_platform_to_interface_notification_identifier", "_on_action", "_on_closed", "_init_dbus", "bus"},
    ),
    # daemon/adapters/notify/permission.py
    ("desktop-notifier", "desktop_notifier/backends/macos.py", None, {"log_nserror"}),
    # daemon/adapters/notify/plyer.py
    ("plyer", "plyer/platforms/win/libs/balloontip.py", "WindowsBalloonTip", {"remove_notify"}),
    # daemon/adapters/schedule/scheduler.py
    ("APScheduler", "apscheduler/schedulers/base.py", "BaseScheduler", {"_process_jobs"}),
    ("APScheduler", "apscheduler/schedulers/blocking.py", "BlockingScheduler", {"wakeup"}),
    # tray/icon/linux.py
    (
        "pystray",
        "pystray/_base.py",
        "Icon",
        {"_show", "_hide", "_update_icon", "_update_title", "_update_menu", "_run", "_stop", "_mark_ready"}
        | {"_icon", "_icon_valid", "HAS_DEFAULT_ACTION"},
    ),
    # tray/icon/windows.py
    (
        "pystray",
        "pystray/_win32.py",
        "Icon",
        {"_show", "_update_icon", "_update_title", "_update_menu", "_run", "_message", "_assert_icon_handle"}
        | {"_on_notify", "_on_display_change", "_on_stop", "_remove_notification", "_message_handlers"}
        | {"_icon_handle", "_hwnd"},
    ),
    (
        "pystray",
        "pystray/_util/win32.py",
        None,
        {"windll", "wintypes", "ctypes", "NOTIFYICONDATAW", "Shell_NotifyIcon", "PostMessage", "WM_NOTIFY"}
        | {"WM_RBUTTONUP", "NIM_ADD", "NIM_MODIFY", "NIF_ICON", "NIF_INFO", "NIF_MESSAGE", "NIF_TIP"},
    ),
    # tray/icon/macos.py
    ("pystray", "pystray/_darwin.py", "Icon", {"_run", "_app", "_assert_image", "_icon_image", "_status_item"}),
]


def source_of(distribution: str, name: str) -> ast.Module:
    (file,) = (file for file in files(distribution) or () if file.as_posix() == name)
    return parse_source(Path(str(file.locate())).read_text(encoding="utf-8"))


def names_of(tree: ast.Module, class_name: str | None) -> set[str]:
    """Return the names of a class, or of the module."""
    if class_name is None:
        return set(module_names(tree))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name)
    own = {node.name for node in found.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    stored = {node.attr for node in ast.walk(found) if isinstance(node, ast.Attribute) and is_stored_on_self(node)}
    return own | stored | set(assigned_names(found.body))


def is_stored_on_self(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self"


def module_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
    yield from assigned_names(tree.body)


def assigned_names(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize(
    ("distribution", "file", "class_name", "names"),
    USES,
    ids=lambda value: None if isinstance(value, set) else str(value),
)
def test_the_private_names_in_use_still_exist(
    distribution: str, file: str, class_name: str | None, names: set[str]
) -> None:
    assert names - names_of(source_of(distribution, file), class_name) == set()


def test_a_name_that_is_gone_is_found() -> None:
    assert "_gone" not in names_of(source_of("pystray", "pystray/_base.py"), "Icon")


def test_pystray_can_be_loaded_without_a_real_back_end() -> None:
    tree = source_of("pystray", "pystray/__init__.py")
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert "PYSTRAY_BACKEND" in texts
    assert "dummy" in functions, "the back end of that name"
