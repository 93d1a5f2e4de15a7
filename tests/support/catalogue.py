"""The sentences of the catalogue, as they stand in the .po files."""

from babel.messages.pofile import read_po

from config.i18n.translator import LOCALE


def texts(language: str) -> dict[str, tuple[str, ...]]:
    """Return the forms of every sentence, by its id."""
    with (LOCALE / language / "LC_MESSAGES" / "vigicle.po").open("rb") as file:
        messages = list(read_po(file))
    found: dict[str, tuple[str, ...]] = {}
    for message in messages:
        id_ = message.id if isinstance(message.id, str) else message.id[0]
        if id_:
            found[id_] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found
