"""Opens an address on macOS without a process of its own.

The arguments of a process can be read by every account.
"""

import AppKit
import Foundation


def open_by_workspace(address: str) -> bool:
    """Open an address, and return whether that worked.

    Source: developer.apple.com/documentation/appkit/nsworkspace/open(_:), which any thread may call.
    """
    url = Foundation.NSURL.URLWithString_(address)
    return url is not None and bool(AppKit.NSWorkspace.sharedWorkspace().openURL_(url))
