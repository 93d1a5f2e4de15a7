"""Names on the message bus, and calls whose arguments are texts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbus_fast import Message

BUS = "org.freedesktop.DBus"  # whose name no client can have
PORTAL, PORTAL_PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
OWNER_CHANGED = "NameOwnerChanged"


def call_of_bus(member: str, *arguments: str) -> "Message":
    """Return a call of a method of the bus.

    They are in the D-Bus Specification, Message Bus Messages.
    """
    return call_with_texts(BUS, "/org/freedesktop/DBus", BUS, member, *arguments)


def call_with_texts(destination: str, path: str, interface: str, member: str, *arguments: str) -> "Message":
    """Return a call of a method."""
    from dbus_fast import Message

    return Message(
        destination=destination,
        path=path,
        interface=interface,
        member=member,
        signature="s" * len(arguments),
        body=list(arguments),
    )
