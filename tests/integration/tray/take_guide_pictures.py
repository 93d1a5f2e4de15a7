"""Takes a picture of every page of the guide's window.

For developers: run it, and look at them.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> int:
    """Take them into a folder, drawn in memory.

    A zoom of 2 is a screen at 200 %.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--zoom", default="1")
    parser.add_argument("--size", default="", help="WIDTHxHEIGHT, in pixels at 100 %%")
    parser.add_argument("--letters", type=float, default=1.0, help="2 is text at 200 %%, the rest as it is")
    parser.add_argument("--schemes", nargs="+", default=["light", "dark", "contrast"])
    parser.add_argument("--languages", nargs="+", default=["fr", "en"])
    parser.add_argument("--pages", nargs="+")
    parser.add_argument("--story", action="store_true", help="the pages of one renewal, as the core makes them")
    options = parser.parse_args()
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": options.zoom}
    from support.guide_setup import GuideSetup  # Qt reads its environment once

    guide_setup = GuideSetup(options.size, options.letters)
    options.folder.mkdir(parents=True, exist_ok=True)
    for scheme in options.schemes:
        for language in options.languages:
            take = guide_setup.take_story if options.story else guide_setup.take
            take(options.folder, scheme, language, options.pages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
