"""What all pages of the window share."""

from PySide6.QtWidgets import QSizePolicy, QWidget

from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from tray.window.labels import Heading
from tray.window.theme import Theme


class PageWidget(QWidget):
    """A headline, and what belongs to it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("paper")
        # It is as high as its words at this width; the least height would be that at the least width.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.headline = Heading(theme)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show what belongs here of a page."""
        raise NotImplementedError

    def words_to_read(self) -> str:
        """Return what a screen reader reads after the headline."""
        return ""
