"""Writes a notice as the XML of a Windows toast.

The schema: learn.microsoft.com/uwp/schemas/tiles/toastschema/schema-root.
"""

from xml.etree.ElementTree import Element, SubElement, tostring

from daemon.adapters.notify.channel import Message
from daemon.core.model import AnswerWord
from daemon.core.notice import NoticeChoice

SCHEME = "vigicle"
MAX_ACTIONS = 5  # the schema: a toast that has more is not shown


def to_xml(message: Message, *, by_address: bool) -> str:
    """Return the toast's XML.

    `by_address`: a click starts an address, which Windows does also when vigicle has ended. Else it calls a handler
    of this process, with the word alone.
    """
    words = {choice: word for word, choice in message.words.items()}
    toast = Element("toast")
    if message.opens and NoticeChoice.OPEN in words:
        toast.attrib |= _activation("launch", words[NoticeChoice.OPEN], by_address=by_address)
    binding = SubElement(SubElement(toast, "visual"), "binding", template="ToastGeneric")
    for line in (message.title, message.body):
        SubElement(binding, "text").text = line
    actions = SubElement(toast, "actions")
    for button in message.buttons[:MAX_ACTIONS]:
        if button.choice in words:
            activation = _activation("arguments", words[button.choice], by_address=by_address)
            SubElement(actions, "action", {"content": button.label, **activation})
    SubElement(toast, "audio", silent="true")
    return tostring(toast, encoding="unicode")


def _activation(name: str, word: AnswerWord, *, by_address: bool) -> dict[str, str]:
    if by_address:
        return {name: f"{SCHEME}:answer/{word}", "activationType": "protocol"}
    return {name: word, "activationType": "foreground"}
