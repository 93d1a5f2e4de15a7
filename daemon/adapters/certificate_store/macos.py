"""The keys that macOS itself reads, through the keychain.

CryptoTokenKit shows a card's certificates in the keychain while it is in (SmartCardServices(7)). A search that would
need a dialog leaves such items out (developer.apple.com, kSecUseAuthenticationUISkip).
"""

import ctypes
from collections.abc import Iterator
from ctypes import byref, c_char_p, c_int32, c_long, c_uint32, c_void_p

from daemon.adapters.certificate_store.stored import StoredCertificate

SECURITY = "/System/Library/Frameworks/Security.framework/Security"
FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
NOT_FOUND, MISSING_ENTITLEMENT = -25300, -34018  # errSecItemNotFound, errSecMissingEntitlement
UTF_8 = 0x08000100  # kCFStringEncodingUTF8
TEXT_LIMIT = 1024
CERTIFICATE_LIMIT = 1 << 16

SIGNATURES = {
    "CFDictionaryCreateMutable": (c_void_p, (c_void_p, c_long, c_void_p, c_void_p)),
    "CFDictionarySetValue": (None, (c_void_p, c_void_p, c_void_p)),
    "CFDictionaryGetValue": (c_void_p, (c_void_p, c_void_p)),
    "CFArrayGetCount": (c_long, (c_void_p,)),
    "CFArrayGetValueAtIndex": (c_void_p, (c_void_p, c_long)),
    "CFDataGetLength": (c_long, (c_void_p,)),
    "CFDataGetBytePtr": (c_void_p, (c_void_p,)),
    "CFStringGetCString": (ctypes.c_bool, (c_void_p, c_char_p, c_long, c_uint32)),
    "CFRelease": (None, (c_void_p,)),
    "SecItemCopyMatching": (c_int32, (c_void_p, c_void_p)),
    "SecIdentityCopyCertificate": (c_int32, (c_void_p, c_void_p)),
    "SecCertificateCopyData": (c_void_p, (c_void_p,)),
}
QUERY = {
    "kSecClass": "kSecClassIdentity",
    "kSecMatchLimit": "kSecMatchLimitAll",
    "kSecReturnRef": "kCFBooleanTrue",
    "kSecReturnAttributes": "kCFBooleanTrue",
    "kSecUseAuthenticationUI": "kSecUseAuthenticationUISkip",
}
ON_TOKENS = {"kSecAttrAccessGroup": "kSecAttrAccessGroupToken"}


class KeychainError(OSError):
    """The keychain answers with a code of its own."""


class Keychain:
    """The user's keychain, which is only searched."""

    def __init__(self, security: str = SECURITY, foundation: str = FOUNDATION) -> None:
        """Load the two frameworks. Raises OSError without them."""
        self._libraries = (ctypes.CDLL(security), ctypes.CDLL(foundation))

    def certificates(self) -> Iterator[StoredCertificate]:
        """Yield the certificates on cards that are in. Raises KeychainError.

        A program without the right to name the group of tokens finds them among all identities.
        """
        code, found = self._search({**QUERY, **ON_TOKENS})
        if code == MISSING_ENTITLEMENT:
            code, found = self._search(QUERY)
        if code == NOT_FOUND:
            return
        if code or found is None:
            raise KeychainError(code, "the keychain cannot be searched")
        try:
            for number in range(self._call("CFArrayGetCount", found)):
                yield from self._on_card(self._call("CFArrayGetValueAtIndex", found, number))
        finally:
            self._call("CFRelease", found)

    def _search(self, words: dict[str, str]) -> tuple[int, int | None]:
        """Return the code and an array, which the caller releases."""
        query, found = self._call("CFDictionaryCreateMutable", None, 0, *self._callbacks()), c_void_p()
        try:
            for key, value in words.items():
                self._call("CFDictionarySetValue", query, self._constant(key), self._constant(value))
            return self._call("SecItemCopyMatching", query, byref(found)), found.value
        finally:
            self._call("CFRelease", query)

    def _on_card(self, item: int) -> Iterator[StoredCertificate]:
        """Yield the certificate of one identity, if a token has its key."""
        token = self._call("CFDictionaryGetValue", item, self._constant("kSecAttrTokenID"))
        identity = self._call("CFDictionaryGetValue", item, self._constant("kSecValueRef"))
        if not token or not identity:
            return
        certificate = c_void_p()
        if self._call("SecIdentityCopyCertificate", identity, byref(certificate)) or not certificate.value:
            return
        content = self._call("SecCertificateCopyData", certificate)
        self._call("CFRelease", certificate)
        if content:
            size = min(self._call("CFDataGetLength", content), CERTIFICATE_LIMIT)
            der = ctypes.string_at(self._call("CFDataGetBytePtr", content), size)
            self._call("CFRelease", content)
            name = self._text(token)
            yield StoredCertificate(der=der, place=name, card=name)

    def _text(self, string: int) -> str:
        buffer = ctypes.create_string_buffer(TEXT_LIMIT)
        read = self._call("CFStringGetCString", string, buffer, TEXT_LIMIT, UTF_8)
        if not read:
            return "token"
        return buffer.value.decode("utf-8", "replace")

    def _callbacks(self) -> tuple[c_void_p, c_void_p]:
        """Return the addresses by which a dictionary keeps what is in it."""
        names = ("kCFTypeDictionaryKeyCallBacks", "kCFTypeDictionaryValueCallBacks")
        here, there = (c_void_p(ctypes.addressof(c_void_p.in_dll(self._libraries[1], name))) for name in names)
        return here, there

    def _constant(self, name: str) -> c_void_p:
        return c_void_p.in_dll(self._library_of(name), name)

    def _library_of(self, name: str) -> ctypes.CDLL:
        security, core_foundation = self._libraries
        if name.startswith(("CF", "kCF")):
            return core_foundation
        return security

    def _call(self, name: str, *arguments: object) -> int:
        function = getattr(self._library_of(name), name)
        function.restype, function.argtypes = SIGNATURES[name]
        answer: int = function(*arguments)
        return answer
