"""The tray icon in a real panel: seen, clicked, after its crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops, ImageStat

from config.i18n.text import text
from config.values import replace
from daemon.core.commands import AnswerNotice, CheckKeys, ChooseAction, RaiseGuide
from daemon.core.events import CommandReceived
from daemon.core.notice import NoticeId, NoticeKind
from daemon.core.views.tray import IconState, MenuItem, TrayView
from support.guide_actions import action_id
from support.process import wait_until
from support.tray import XfcePanel
from tray.icon.drawing import draw_icon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.bus import SessionBus
    from support.desktop import Screen
    from support.tray_icon_probe import RunningTrayIcon

pytestmark = pytest.mark.full

ICON = (994, 6, 1018, 30)  # in the upper right corner of the tests' screen
X, Y = 1006, 18
LINE = 20  # pixels: what a line of a menu takes at least

VIEW = TrayView(
    icon_state=IconState.URGENT,
    tooltip=text("face.well", key="key", left=text("days.left", count=12)),
    days_left=12,
    items=(
        MenuItem(label=text("menu.order"), command=AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, "key"))),
        MenuItem(label=text("menu.check"), command=CheckKeys()),
    ),
)


@pytest.fixture
def panel(on_bus: SessionBus, screen: Screen) -> Iterator[XfcePanel]:
    with XfcePanel(on_bus, screen) as panel:
        yield panel


def seen(panel: XfcePanel) -> IconState | None:
    """Return which state is on the panel, None without an icon.

    The panel shrinks the largest image.
    """
    screen = panel.picture()
    ground = screen.getpixel((2, 2))
    shown = screen.crop(ICON)
    differences = {}
    for icon_state in IconState:
        expected = Image.new("RGB", shown.size, ground)
        icon = (
            draw_icon(icon_state, 64, 12).convert("RGBa").resize(shown.size, Image.Resampling.LANCZOS).convert("RGBA")
        )
        expected.paste(icon, mask=icon)
        differences[icon_state] = sum(ImageStat.Stat(ImageChops.difference(shown, expected)).mean)
    nearest = min(differences, key=differences.__getitem__)
    return nearest if differences[nearest] < 15 else None


def wait_for_menu(panel: XfcePanel, before: Image.Image, lines: int) -> tuple[int, int]:
    """Wait until all lines of a menu are drawn.

    Returns its size. The panel may draw an empty menu first.
    """
    wait_until(lambda: changed(panel, before)[1] > lines * LINE, "the menu opens")
    return changed(panel, before)


def changed(panel: XfcePanel, before: Image.Image) -> tuple[int, int]:
    """Return width and height of what the screen shows anew."""
    left, upper, right, lower = ImageChops.difference(panel.picture(), before).getbbox() or (0, 0, 0, 0)
    return right - left, lower - upper


def wait_for_icon(panel: XfcePanel, icon_state: IconState | None) -> None:
    wait_until(lambda: seen(panel) is icon_state, f"the panel shows {icon_state}")


@pytest.mark.parametrize("icon_state", IconState)
def test_each_look_is_seen(icon_state: IconState, panel: XfcePanel, running: RunningTrayIcon) -> None:
    running.show(TrayView(icon_state=icon_state, tooltip=VIEW.tooltip, days_left=12))
    wait_for_icon(panel, icon_state)


def test_a_left_click_opens_the_window(panel: XfcePanel, running: RunningTrayIcon) -> None:
    running.show(replace(VIEW, items=(*VIEW.items, MenuItem(label=text("menu.guide"), command=RaiseGuide()))))
    wait_for_icon(panel, IconState.URGENT)
    panel.click(X, Y)
    assert running.posted.command() == RaiseGuide()


def test_the_menu_opens_under_the_icon_and_is_clicked(panel: XfcePanel, running: RunningTrayIcon) -> None:
    running.show(VIEW)
    wait_for_icon(panel, IconState.URGENT)
    before = panel.picture()
    panel.click(X, Y, button=3)
    wait_for_menu(panel, before, len(VIEW.items))
    panel.click(X, 36 + 14)
    assert running.posted.command() == AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, "key"))


def test_a_workflow_opens_beside_the_menu_and_its_step_is_chosen(panel: XfcePanel, running: RunningTrayIcon) -> None:
    offered = MenuItem(label=text("guide.done"), command=ChooseAction(action=action_id("end:log_in")))
    workflow = MenuItem(label=text("path.add_with_old"), items=(MenuItem(label=text("guide.back")), offered))
    running.show(replace(VIEW, items=(workflow, *VIEW.items)))
    wait_for_icon(panel, IconState.URGENT)
    before = panel.picture()
    panel.click(X, Y, button=3)
    width, _height = wait_for_menu(panel, before, 1 + len(VIEW.items))
    panel.press("Down", "Right")
    wait_until(lambda: changed(panel, before)[0] > width, "the workflow opens beside it")
    panel.press("Down", "Return")
    assert running.posted.command() == ChooseAction(action=action_id("end:log_in"))


def test_a_panel_killed_and_started_again_shows_the_icon_again(panel: XfcePanel, running: RunningTrayIcon) -> None:
    running.show(VIEW)
    wait_for_icon(panel, IconState.URGENT)
    panel.kill()
    running.show(TrayView(icon_state=IconState.EXPIRED, tooltip=VIEW.tooltip, items=VIEW.items))
    panel.start()
    wait_for_icon(panel, IconState.EXPIRED)


def test_a_panel_that_comes_after_vigicle_shows_the_icon(panel: XfcePanel, running: RunningTrayIcon) -> None:
    panel.kill()
    running.show(VIEW)
    panel.start()
    wait_for_icon(panel, IconState.URGENT)
    running.stop()
    wait_for_icon(panel, None)
    assert not any(isinstance(event, CommandReceived) for event in running.posted.rest())
