"""Names on the message bus, and calls to the bus itself."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbus_fast import Message

BUS = "org.freedesktop.DBus"  # whose name no client can have
PORTAL, PORTAL_PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
OWNER_CHANGED = "NameOwnerChanged"


def call_of_bus(member: str, *arguments: str) -> "Message":
    """Return a call of a method of the bus.

    Its arguments are texts (D-Bus Specification, Message Bus Messages).
    """
    from dbus_fast import Message

    return Message(
        destination=BUS,
        path="/org/freedesktop/DBus",
        interface=BUS,
        member=member,
        signature="s" * len(arguments),
        body=list(arguments),
    )
