"""The colours of the window: light, dark and high contrast."""

from collections.abc import Mapping
from string import Template

from PySide6.QtGui import QColor, QPalette

from config.values import dataclass

PAD_X, PAD_Y, EDGE = 0.9, 0.45, 2  # of a button: em, em, pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """What is drawn in which colour, as #rrggbb."""

    ground: str  # the window
    surface: str  # what lies on it: cards, fields, buttons
    text: str
    muted: str  # second in rank, and still text
    edge: str  # of what can be used
    hairline: str  # of what cannot: decoration alone
    accent: str  # the one thing to do, and what is chosen
    on_accent: str
    hover: str
    old: str
    new: str
    other: str
    good: str
    bad: str
    on_glyph: str  # the sign within a glyph
    old_ground: str  # within a key that is drawn, and below words about it
    new_ground: str
    good_ground: str
    bad_ground: str
    alert: str  # the band
    on_alert: str


LIGHT = Colours(
    ground="#f3f5f3",
    surface="#ffffff",
    text="#1b2321",
    muted="#53605c",
    edge="#76827e",
    hairline="#dbe1de",
    accent="#0b6b55",
    on_accent="#ffffff",
    hover="#e6f0ec",
    old="#9a5400",
    new="#1b62a8",
    other="#5b6470",
    good="#0b6b55",
    bad="#b3261e",
    on_glyph="#ffffff",
    old_ground="#fdf1e0",
    new_ground="#e6f0fb",
    good_ground="#e3f2ed",
    bad_ground="#fdeceb",
    alert="#fff1cf",
    on_alert="#4a3200",
)
DARK = Colours(
    ground="#151a19",
    surface="#1f2625",
    text="#e9eeec",
    muted="#a9b6b1",
    edge="#788681",
    hairline="#323c39",
    accent="#5cc9a8",
    on_accent="#06231b",
    hover="#2a3634",
    old="#f0b25a",
    new="#82b9f3",
    other="#a8b2bd",
    good="#5cc9a8",
    bad="#ff8f86",
    on_glyph="#101514",
    old_ground="#33270f",
    new_ground="#14283f",
    good_ground="#17352d",
    bad_ground="#3a1715",
    alert="#3b2f10",
    on_alert="#fde6b4",
)


def high_contrast(palette: Mapping[QPalette.ColorRole, QColor]) -> Colours:
    """Return colours made of the user's own four."""
    role = QPalette.ColorRole
    ground, text = palette[role.Window].name(), palette[role.WindowText].name()
    chosen, on_chosen = palette[role.Highlight].name(), palette[role.HighlightedText].name()
    inks = dict.fromkeys(("muted", "edge", "hairline", "old", "new", "other", "good", "bad"), text)
    return Colours(
        ground=ground,
        surface=ground,
        text=text,
        accent=chosen,
        on_accent=on_chosen,
        hover=ground,
        on_glyph=ground,
        old_ground=ground,
        new_ground=ground,
        good_ground=ground,
        bad_ground=ground,
        alert=ground,
        on_alert=text,
        **inks,
    )


def stylesheet(colours: Colours, em: float, base: float) -> str:
    """Return Qt's stylesheet.

    Every measure is a part of `em`, the height of a line in pixels. `base` is the size of the letters.
    """
    measures = {
        "pad_x": round(PAD_X * em),
        "pad_y": round(PAD_Y * em),
        "edge_px": EDGE,
        "ring_px": 2 * EDGE,
        "pad_focus": max(0, round(PAD_Y * em) - EDGE),
        "base": round(base),
        "badge": round(0.375 * base),
        "round": round(0.4 * em),
        "tiny": round(0.25 * em),
        "bar": round(0.7 * em),
    }
    named = {name: getattr(colours, name) for name in Colours.__slots__}
    return _SHEET.substitute(measures, **named)


_SHEET = Template("""
QDialog, QScrollArea, QWidget#paper { background: $ground; color: $text; }
QLabel { color: $text; background: transparent; }
QLabel[tone="muted"] { color: $muted; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="alert"] { color: $on_alert; }
QFrame[card="true"] { background: $surface; border: 1px solid $hairline; border-radius: ${round}px; }
QFrame#alert { background: $alert; border: ${edge_px}px solid $on_alert; border-radius: ${round}px; }
QPushButton { background: $surface; color: $text; border: ${edge_px}px solid $edge; border-radius: ${round}px;
  padding: ${pad_y}px ${pad_x}px; }
QPushButton:hover { background: $hover; }
QPushButton:checked { border-color: $accent; }
QPushButton[rank="first"] { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton[rank="link"] { background: transparent; border: 0; }
QPushButton[rank="quiet"] { background: transparent; border-color: transparent; }
QPushButton[rank="quiet"]:hover { border-color: $edge; }
QPushButton::menu-indicator { image: none; }
QLineEdit { background: $surface; color: $text; border: ${edge_px}px solid $edge; border-radius: ${round}px;
  padding: ${pad_y}px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus { border: ${ring_px}px solid $text; padding: ${pad_focus}px; }
QTreeView { background: $surface; color: $text; border: 1px solid $hairline; font-size: ${base}px; }
QTreeView:focus { border: ${ring_px}px solid $text; }
QTreeView::item { padding: ${tiny}px; }
QTreeView::item:selected { background: $accent; color: $on_accent; }
QHeaderView::section { background: $ground; color: $text; border: 0; border-bottom: 1px solid $edge;
  font-size: ${base}px; padding: ${tiny}px; }
QFrame#foot { background: $surface; border: 0; border-top: 1px solid $hairline; }
QFrame[note="plain"] { border: 0; border-left: 4px solid $edge; }
QFrame[note="warning"] { border: 0; border-left: 4px solid $bad; }
QLabel[badge="true"] { background: $good_ground; color: $accent; border-radius: ${badge}px; }
QLabel[pill] { border-radius: ${round}px; }
QLabel[pill="good"] { background: $good_ground; color: $good; }
QLabel[pill="bad"] { background: $bad_ground; color: $bad; }
QLabel[pill="neutral"] { background: $ground; color: $muted; }
QMenu, QToolTip, QLineEdit { font-size: ${base}px; }
QMenu { background: $surface; color: $text; border: 1px solid $edge; padding: ${tiny}px; }
QMenu::item { padding: ${pad_y}px ${pad_x}px; border-radius: ${tiny}px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QScrollBar { background: transparent; }
QScrollBar:vertical { width: ${bar}px; }
QScrollBar:horizontal { height: ${bar}px; }
QScrollBar::handle { background: $edge; border-radius: ${tiny}px; min-height: ${bar}px; min-width: ${bar}px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QToolTip { background: $surface; color: $text; border: 1px solid $edge; }
""")
