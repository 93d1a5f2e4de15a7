"""The messages between the daemon and the programs that show the guide.

They are JSON, one object a line. A `Page` goes to the window and, over the control channel, to the guide in a
terminal. A `GuideAnswer` comes back.
"""

import re
from typing import Annotated, Protocol

import msgspec

from config.settings import SettingId
from config.values import dataclass, field_names
from daemon.adapters.platform.decode_errors import DECODE_ERRORS as DECODE_ERRORS
from daemon.core.action_id import ActionId
from daemon.core.model import ActivationToken
from daemon.core.views.guide import GuideView

PAGE_LIMIT = 4 << 20  # bytes a line
ANSWER_LIMIT = 8 * 1024
NAME_LIMIT = 40
SETTING_LIMIT = 200
NO_DISPLAY = 3  # the exit code of a window without a display
FINGERPRINT_PATTERN = r"^[0-9a-f]{64}\Z"

Fingerprint = Annotated[str, msgspec.Meta(pattern=FINGERPRINT_PATTERN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(GuideView[str]):
    """The core's view of the guide, rendered in one language."""

    language: str
    number: int
    """It grows with each step and lineage shown. A choice on an older page is ignored."""
    front: bool = False
    """Whether the window must come to the front."""
    activation: ActivationToken | None = None
    """The right of the click that asked for it."""

    def __post_init__(self) -> None:
        """Raise ValueError for a malformed fingerprint."""
        for certificate in self.certificates:
            if re.match(FINGERPRINT_PATTERN, certificate.fingerprint) is None:
                raise ValueError("malformed fingerprint")


class Chosen(msgspec.Struct, frozen=True, kw_only=True, tag="chosen", forbid_unknown_fields=True):
    """The user chose this action of the page with this number."""

    number: int
    action: ActionId


class Named(msgspec.Struct, frozen=True, kw_only=True, tag="named", forbid_unknown_fields=True):
    """The user named the key of this certificate.

    An empty name removes the present one.
    """

    fingerprint: Fingerprint
    name: Annotated[str, msgspec.Meta(max_length=NAME_LIMIT)]


class Forgotten(msgspec.Struct, frozen=True, kw_only=True, tag="forgotten", forbid_unknown_fields=True):
    """The user has confirmed that this certificate be forgotten."""

    fingerprint: Fingerprint


class SettingWritten(msgspec.Struct, frozen=True, kw_only=True, tag="setting", forbid_unknown_fields=True):
    """The user wrote this for a setting. "" brings back the default."""

    setting: SettingId
    written: Annotated[str, msgspec.Meta(max_length=SETTING_LIMIT)]


GuideAnswer = Chosen | Named | Forgotten | SettingWritten


class Guide(Protocol):
    """The source of pages, which also takes the answers.

    It is a `GuideSubscriber`, or a subscription at a running daemon.
    """

    def next(self) -> Page | None:
        """Wait for the next page. Return None after the last."""

    def answer(self, answer: GuideAnswer, /) -> None:
        """Send an answer of the user."""

    def close(self) -> None:
        """Unsubscribe. From then on `next` returns None."""


class PageDecoder:
    """Decodes a line of JSON into a page."""

    def __init__(self) -> None:
        """Prepare the decoders."""
        self._known = set(field_names(Page))
        self._names = msgspec.json.Decoder(dict[str, msgspec.Raw])
        self._page = msgspec.json.Decoder(Page)

    def decode(self, line: bytes) -> Page:
        """Return the page.

        Raises one of `DECODE_ERRORS` for a malformed page or an unknown field.
        """
        page = self._page.decode(line)
        unknown = self._names.decode(line).keys() - self._known
        if unknown:
            raise msgspec.ValidationError(f"Object contains unknown field `{min(unknown)}`")
        return page


ENCODER = msgspec.json.Encoder()
PAGES = PageDecoder()
ANSWERS = msgspec.json.Decoder(GuideAnswer)
