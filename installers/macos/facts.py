"""The property lists of vigicle.app, and the reasons for its entitlements."""

from __future__ import annotations

from xml.etree import ElementTree

from macos.wheels import LIST, oldest_macos

NAME = "vigicle"
IDENTIFIER = "fr.vigicle.vigicle"
OLDEST_MACOS = oldest_macos(LIST.read_text(encoding="utf-8"))

# The hardened runtime denies these to a notarized program without the entitlement.
ENTITLEMENTS = {
    "com.apple.security.smartcard": True,  # the readers
    "com.apple.security.cs.disable-library-validation": True,  # vendors' PKCS#11 modules have other signatures
    "com.apple.security.cs.allow-unsigned-executable-memory": True,  # libffi's callbacks on Intel: PyObjC, ctypes
}


def info(version: str) -> dict[str, object]:
    """Return the bundle's Info.plist, but for what PyInstaller writes itself."""
    return {
        "CFBundleName": NAME,
        "CFBundleDisplayName": NAME,
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "fr"],
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "LSUIElement": True,  # in the menu bar, not in the Dock
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "The vigicle authors, MIT licence",
    }


def component() -> list[dict[str, object]]:
    """Return pkgbuild's component list.

    The app is installed in Applications, even when the user has moved an older one.
    """
    return [
        {
            "RootRelativeBundlePath": f"{NAME}.app",
            "BundleIsRelocatable": False,
            "BundleIsVersionChecked": False,  # an older version may be put back
            "BundleHasStrictIdentifier": True,
            "BundleOverwriteAction": "upgrade",
        }
    ]


def distribution(version: str, architecture: str, package: str) -> str:
    """Return productbuild's distribution file for one architecture, `arm64` or `x86_64`."""
    script = ElementTree.Element("installer-gui-script", minSpecVersion="2")
    ElementTree.SubElement(script, "title").text = NAME
    ElementTree.SubElement(script, "options", customize="never", hostArchitectures=architecture)
    versions = ElementTree.SubElement(ElementTree.SubElement(script, "volume-check"), "allowed-os-versions")
    ElementTree.SubElement(versions, "os-version", min=OLDEST_MACOS)
    outline = ElementTree.SubElement(script, "choices-outline")
    ElementTree.SubElement(outline, "line", choice=IDENTIFIER)
    choice = ElementTree.SubElement(script, "choice", id=IDENTIFIER, title=NAME)
    ElementTree.SubElement(choice, "pkg-ref", id=IDENTIFIER)
    reference = ElementTree.SubElement(script, "pkg-ref", id=IDENTIFIER, version=version)
    reference.text = package
    return ElementTree.tostring(script, encoding="unicode", xml_declaration=True)
