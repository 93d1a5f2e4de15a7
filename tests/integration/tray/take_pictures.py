"""Takes the README's pictures of the tray in a real panel.

For developers: run it, and look at them. VIGICLE_NOTIFYD names xfce4-notifyd where it is not installed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from PIL import Image  # noqa: E402 - the path comes first

from config.i18n.text import text  # noqa: E402
from daemon.core.views.tray import IconState, TrayView  # noqa: E402
from support.bus import SessionBus  # noqa: E402
from support.card import PivCard  # noqa: E402
from support.desktop import Screen  # noqa: E402
from support.pki import make_certificate  # noqa: E402
from support.process import Process  # noqa: E402
from support.program import Program  # noqa: E402
from support.reader import ReaderService  # noqa: E402
from support.tray import XfcePanel  # noqa: E402
from support.tray_icon_probe import RunningTrayIcon  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
LOOKS = (
    IconState.WELL,
    IconState.SOON,
    IconState.URGENT,
    IconState.EXPIRED,
    IconState.READING,
    IconState.TROUBLE,
    IconState.NO_READER,
)
DAYS = {IconState.SOON: 54, IconState.URGENT: 12}
NOTIFYD = "/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd"
SETTLE_S = 0.7  # a panel fades its menus in


def main() -> int:
    """Take them all into docs/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    strips = [_strip(dark=dark) for dark in (False, True)]
    both = Image.new("RGB", (strips[0].width, sum(strip.height for strip in strips)))
    for row, strip in enumerate(strips):
        both.paste(strip, (0, row * strip.height))
    both.save(PICTURES / "panel.png", optimize=True)
    for name, picture in zip(("notice", "menu"), _whole(), strict=True):
        picture.save(PICTURES / f"{name}-en.png", optimize=True)
    return 0


def _strip(*, dark: bool) -> Image.Image:
    """Give the panel's corner for every look, side by side."""
    with SessionBus() as bus, Screen() as screen, XfcePanel(bus, screen, dark=dark, icon_size=24) as panel:
        _lead_to(bus)
        with RunningTrayIcon() as tray:
            corners = []
            for icon_state in LOOKS:
                tray.show(TrayView(icon_state=icon_state, tooltip=text("face.no_key"), days_left=DAYS.get(icon_state)))
                time.sleep(SETTLE_S)
                corners.append(panel.picture().crop((984, 0, 1024, 36)))
    strip = Image.new("RGB", (40 * len(corners), 36))
    for column, corner in enumerate(corners):
        strip.paste(corner, (column * 40, 0))
    return strip


def _whole() -> tuple[Image.Image, Image.Image]:
    """Return pictures of the notice and the open menu.

    The whole program runs, with a key in the reader that has 12 days left.
    """
    home = Path(tempfile.mkdtemp(prefix="vigicle-pictures-"))
    with (
        SessionBus() as bus,
        Screen() as screen,
        XfcePanel(bus, screen) as panel,
        ReaderService() as service,
        Program(home, bus.environment | screen.environment | service.environment) as program,
    ):
        program.environment["LANG"] = "en_GB.UTF-8"
        notifyd = Process(
            [os.environ.get("VIGICLE_NOTIFYD", NOTIFYD)],
            environment=os.environ | program.environment,
            log=home / "notifyd.log",
        )
        program.run("check")  # so that the first start ever is over, and its welcome not in the picture
        service.insert(PivCard({"9A": make_certificate(not_after=datetime.now(UTC) + timedelta(days=12, hours=2))}))
        program.run("check")
        program.start("run").wait_for_log("vigicle is running")
        time.sleep(3 * SETTLE_S)
        notice = panel.picture()
        notifyd.close()  # it would stand before the icon
        time.sleep(SETTLE_S)
        panel.click(1006, 18, button=3)
        time.sleep(SETTLE_S)
        panel.point(900, 52)
        time.sleep(SETTLE_S)
        menu = panel.picture()
    return _corner(notice), menu.crop((660, 0, 1024, 250))


def _corner(picture: Image.Image) -> Image.Image:
    """Cut to the panel's end and the notice below it."""
    box = picture.crop((0, 37, picture.width, picture.height)).getbbox()
    left, bottom = (box[0] - 8, box[3] + 45) if box else (700, 200)
    return picture.crop((left, 0, picture.width, bottom))


def _lead_to(bus: SessionBus) -> None:
    """Lead this process to the bus, and away from every display."""
    os.environ.update(bus.environment)
    os.environ.pop("DISPLAY", None)


if __name__ == "__main__":
    sys.exit(main())
