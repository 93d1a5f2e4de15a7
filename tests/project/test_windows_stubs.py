"""What vigicle uses of winrt is in the locked wheels' stubs.

The wheels are for Windows: they are downloaded and read, never imported.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parents[2]
NOTIFICATIONS, DOM = "winrt/windows/ui/notifications/__init__.pyi", "winrt/windows/data/xml/dom/__init__.pyi"
# Stub, class, name, and the number of arguments of a call; None: a value that is read or set.
USES: list[tuple[str, str, str, int | None]] = [
    (NOTIFICATIONS, "ToastNotificationManager_Static", "get_default", 0),
    (NOTIFICATIONS, "ToastNotificationManagerForUser", "create_toast_notifier_with_id", 1),
    (NOTIFICATIONS, "ToastNotificationManagerForUser", "history", None),
    (NOTIFICATIONS, "ToastNotificationHistory", "remove_grouped_tag_with_id", 3),
    (NOTIFICATIONS, "ToastNotifier", "show", 1),
    (NOTIFICATIONS, "ToastNotifier", "setting", None),
    (NOTIFICATIONS, "ToastNotification", "__new__", 1),
    (NOTIFICATIONS, "ToastNotification", "tag", None),
    (NOTIFICATIONS, "ToastNotification", "group", None),
    (NOTIFICATIONS, "ToastNotification", "priority", None),
    (NOTIFICATIONS, "ToastNotification", "add_activated", 1),
    (NOTIFICATIONS, "ToastNotification", "add_dismissed", 1),
    (NOTIFICATIONS, "ToastNotification", "add_failed", 1),
    (NOTIFICATIONS, "ToastActivatedEventArgs", "arguments", None),
    (NOTIFICATIONS, "ToastDismissedEventArgs", "reason", None),
    (NOTIFICATIONS, "ToastDismissalReason", "USER_CANCELED", None),
    (NOTIFICATIONS, "ToastDismissalReason", "TIMED_OUT", None),
    (NOTIFICATIONS, "ToastNotificationPriority", "DEFAULT", None),
    (NOTIFICATIONS, "ToastNotificationPriority", "HIGH", None),
    *(
        (NOTIFICATIONS, "NotificationSetting", name, None)
        for name in ("ENABLED", "DISABLED_FOR_APPLICATION", "DISABLED_FOR_USER")
    ),
    (NOTIFICATIONS, "NotificationSetting", "DISABLED_BY_GROUP_POLICY", None),
    (NOTIFICATIONS, "NotificationSetting", "DISABLED_BY_MANIFEST", None),
    (DOM, "XmlDocument", "__new__", 0),
    (DOM, "XmlDocument", "load_xml", 1),
]


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ast.Module]:
    """The stubs of the locked wheels, by their names."""
    folder = tmp_path_factory.mktemp("wheels")
    lock = (ROOT / "installers/locks/run.txt").read_text(encoding="utf-8")
    wanted = re.findall(r"^winrt-windows-(?:ui-notifications|data-xml-dom)==[^ ]+", lock, re.MULTILINE)
    assert len(wanted) == 2
    system = ("--platform", "win_amd64", "--python-version", "3.13", "--only-binary", ":all:")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *system, "--dest", str(folder), *wanted]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    found: dict[str, ast.Module] = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in {NOTIFICATIONS, DOM} & set(archive.namelist()):
                found[name] = ast.parse(archive.read(name).decode())
    return found


@pytest.mark.parametrize(("stub", "owner", "name", "count"), USES, ids=[f"{use[1]}.{use[2]}" for use in USES])
def test_a_name_is_there_and_takes_these_arguments(
    stubs: dict[str, ast.Module], stub: str, owner: str, name: str, count: int | None
) -> None:
    body = next(node.body for node in stubs[stub].body if isinstance(node, ast.ClassDef) and node.name == owner)
    functions = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    values = [
        node.targets[0].id for node in body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    values += [node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
    if count is None:
        assert name in values or any(function.decorator_list for function in functions)
    else:
        assert count in {len(function.args.posonlyargs) + len(function.args.args) - 1 for function in functions}
