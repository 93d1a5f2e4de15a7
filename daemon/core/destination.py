"""Where a click may lead."""

from enum import StrEnum


class Destination(StrEnum):
    """The address comes from our own procedure, never from a card."""

    ORDER_PAGE = "order_page"
    PLATFORM = "platform"
    TOOL = "tool"  # the vendor's tool, or its download page where it is not installed
    SUPPORT_MAIL = "support_mail"  # the procedure's letter to the platform's support, in the mail program
