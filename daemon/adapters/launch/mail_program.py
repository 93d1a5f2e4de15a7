"""Begins a message in the user's mail program."""

from urllib.parse import quote

from config.i18n.text import Render, Text, text
from daemon.adapters.launch.launcher import is_elevated
from daemon.adapters.launch.openers import open_address


def open_message(render: Render, subject: Text, body: Text) -> Text | None:
    """Begin a message without a recipient, and return what went wrong.

    It names no one: on many systems every account sees how a program was started. The user's own program sends it.
    """
    if is_elevated():
        return text("trouble.elevated")
    written = render(body).strip().replace("\n", "\r\n")
    if open_address(f"mailto:?subject={quote(render(subject), safe='')}&body={quote(written, safe='')}"):
        return None
    return text("message.no_program")
