"""Who publishes vigicle, as pyproject.toml says."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass

from commands import ROOT, SetupError, say

UNSET = ".invalid"  # a name that never resolves (RFC 2606)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The name and the addresses that every package shows."""

    name: str

    email: str

    home: str
    """The address of the project's page."""

    support: str
    """The address of the page for questions."""

    releases: str
    """The address of the page with the packages."""


def publisher() -> Publisher:
    """Return the first maintainer and the addresses of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    maintainer, urls = project["maintainers"][0], project["urls"]
    return Publisher(
        name=maintainer["name"],
        email=maintainer["email"],
        home=urls["Homepage"],
        support=urls["Support"],
        releases=urls["Releases"],
    )


def check_publisher(known: Publisher) -> None:
    """Report addresses that are not set. Raises SetupError in a release."""
    if not any(UNSET in address for address in (known.email, known.home, known.support, known.releases)):
        return
    lack = "The publisher's addresses are not set. Set [project] maintainers and [project.urls] in pyproject.toml."
    if os.environ.get("GITHUB_REF_TYPE") == "tag":
        raise SetupError(lack)
    say(lack)
