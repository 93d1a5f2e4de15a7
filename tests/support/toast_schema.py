"""The documented schema of a toast, as far as vigicle uses it.

Sources: learn.microsoft.com/uwp/schemas/tiles/toastschema/schema-root (elements and attributes) and
learn.microsoft.com/windows/apps/develop/notifications/app-notifications/adaptive-interactive-toasts (at most five
actions; at most three texts at the top of a ToastGeneric binding).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TEXT = None
ACTIVATION = {"foreground", "background", "protocol"}
# For each element: its children with the most of each, and its attributes with their values (None: any text).
ELEMENTS: dict[str, tuple[dict[str, int], dict[str, set[str] | None]]] = {
    "toast": (
        {"visual": 1, "actions": 1, "audio": 1},
        {"launch": TEXT, "activationType": ACTIVATION, "duration": {"long", "short"}},
    ),
    "visual": ({"binding": 1}, {}),
    "binding": ({"text": 3}, {"template": {"ToastGeneric"}}),
    "text": ({}, {}),
    "actions": ({"action": 5}, {}),
    "action": ({}, {"content": TEXT, "arguments": TEXT, "activationType": ACTIVATION}),
    "audio": ({}, {"silent": {"true", "false"}}),
}
NEEDED = {"action": {"content", "arguments"}, "binding": {"template"}}


def faults(element: Element) -> list[str]:
    """Return what the schema forbids."""
    children, attributes = ELEMENTS[element.tag]
    found = [
        f"{element.tag}: {name}={value!r}" for name, value in element.items() if not _fits(attributes, name, value)
    ]
    found += [f"{element.tag}: no {name}" for name in NEEDED.get(element.tag, set()) - set(element.keys())]
    for name in {child.tag for child in element}:
        if len(element.findall(name)) > children.get(name, 0):
            found.append(f"{element.tag}: {len(element.findall(name))} {name}")
    return found + [fault for child in element if child.tag in children for fault in faults(child)]


def _fits(attributes: dict[str, set[str] | None], name: str, value: str) -> bool:
    if name not in attributes:
        return False
    values = attributes[name]
    return values is None or value in values
