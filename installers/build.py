#!/usr/bin/env python3
"""Build a package of vigicle for one system."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

from bundle import write_sums
from commands import ROOT, SetupError, StepError, complain, say
from manifests import write_manifests
from publisher import check_publisher, publisher

TARGETS = ("deb", "windows", "macos")


def main() -> int:
    """Build what the command line names, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python3 installers/build.py", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder for the package (dist)")
    parser.add_argument("--stage", type=Path, metavar="FOLDER", help="only make the parts, unsigned (windows, macos)")
    parser.add_argument("--staged", type=Path, metavar="FOLDER", help="only sign and pack such parts (windows, macos)")
    options = parser.parse_args()
    if options.target == "deb" and (options.stage or options.staged):
        parser.error("A Debian package is not signed: it is built in one go.")
    output: Path = options.output.resolve()
    try:
        check_publisher(publisher())
        output.mkdir(parents=True, exist_ok=True)
        builder = importlib.import_module(f"{options.target}.build_{options.target}")
        if options.stage:
            builder.stage(options.stage.resolve())
            return 0
        package: Path = builder.finish(options.staged.resolve(), output) if options.staged else builder.build(output)
        write_manifests(output)
        write_sums(output)
    except (SetupError, StepError) as error:
        complain(str(error))
        return 1
    except subprocess.CalledProcessError as error:
        complain(f"{error}\n{error.stderr or ''}")
        return 1
    except OSError as error:
        complain(f"The package cannot be written: {error}.")
        return 1
    except KeyboardInterrupt:
        return 130
    say(f"Built: {package} ({package.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
