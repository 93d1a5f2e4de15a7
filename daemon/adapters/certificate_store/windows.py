"""The user's own certificate store on Windows.

Windows copies the certificates of a card that it can read into the store "MY" (learn.microsoft.com, "Certificate
Propagation Service"), and leaves them there. Each names the provider that reaches its private key. Where that key can
be reached, the card is in. All calls are silent: they fail where a dialog would have to be shown.
"""

import sys

from config.values import dataclass

BASE_PROVIDERS = frozenset({"Microsoft Smart Card Key Storage Provider", "Microsoft Base Smart Card Crypto Provider"})
CALAIS = r"SOFTWARE\Microsoft\Cryptography\Calais\SmartCards"
PROVIDER_VALUES = ("Crypto Provider", "Smart Card Key Storage Provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCard:
    """A kind of card, as its driver has entered it.

    Source: learn.microsoft.com, "Smart Card Minidrivers".
    """

    name: str
    atr: bytes
    mask: bytes
    providers: frozenset[str]

    def fits(self, atr: bytes) -> bool:
        """Return whether a card that answers so is of this kind."""
        whole = self.mask or b"\xff" * len(self.atr)
        if not atr or len(atr) != len(self.atr) or len(whole) != len(atr):
            return False
        return all((mine & mask) == (its & mask) for mine, its, mask in zip(self.atr, atr, whole, strict=True))


def card_providers(known: tuple[KnownCard, ...]) -> frozenset[str]:
    """Return the providers whose private keys are on cards."""
    return BASE_PROVIDERS.union(*(card.providers for card in known))


if sys.platform == "win32":
    import contextlib
    import ctypes
    import winreg
    from collections.abc import Iterator
    from ctypes import byref, wintypes
    from typing import Any

    from daemon.adapters.certificate_store.stored import StoredCertificate
    from daemon.adapters.pcsc.library import card_atr
    from daemon.core.model import ReaderName

    STORE_SYSTEM, CURRENT_USER = 10, 1 << 16  # CERT_STORE_PROV_SYSTEM_W, CERT_SYSTEM_STORE_CURRENT_USER
    READ_ONLY, OPEN_EXISTING = 0x8000, 0x4000
    NOT_FOUND = 2  # ERROR_FILE_NOT_FOUND
    KEY_PROVIDER_INFO = 2  # CERT_KEY_PROV_INFO_PROP_ID
    SILENT, COMPARE_KEY, ALLOW_NCRYPT = 0x40, 0x4, 0x10000  # CRYPT_ACQUIRE_*
    NCRYPT_KEY = 0xFFFFFFFF  # CERT_NCRYPT_KEY_SPEC
    NCRYPT_SILENT = 0x40
    READER_OF_PROVIDER = 43  # PP_SMARTCARD_READER
    PROPERTY_LIMIT, CERTIFICATE_LIMIT, NAME_LIMIT = 1 << 16, 1 << 16, 1024

    class _Context(ctypes.Structure):
        """CERT_CONTEXT."""

        _fields_ = (
            ("encoding", wintypes.DWORD),
            ("encoded", ctypes.POINTER(ctypes.c_ubyte)),
            ("length", wintypes.DWORD),
            ("info", ctypes.c_void_p),
            ("store", ctypes.c_void_p),
        )

    class _ProviderInfo(ctypes.Structure):
        """CRYPT_KEY_PROV_INFO."""

        _fields_ = (
            ("container", wintypes.LPWSTR),
            ("provider", wintypes.LPWSTR),
            ("type", wintypes.DWORD),
            ("flags", wintypes.DWORD),
            ("parameter_count", wintypes.DWORD),
            ("parameters", ctypes.c_void_p),
            ("key_spec", wintypes.DWORD),
        )

    _ContextPointer = ctypes.POINTER(_Context)

    class WindowsStore:
        """The store, and the cards that Windows knows."""

        def __init__(self) -> None:
            self._crypt32: Any = ctypes.WinDLL("crypt32", use_last_error=True)
            self._crypt32.CertOpenStore.restype = ctypes.c_void_p
            self._crypt32.CertOpenStore.argtypes = (
                *(ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, wintypes.LPCWSTR),
            )
            self._crypt32.CertCloseStore.argtypes = (ctypes.c_void_p, wintypes.DWORD)
            self._crypt32.CertEnumCertificatesInStore.restype = _ContextPointer
            self._crypt32.CertEnumCertificatesInStore.argtypes = (ctypes.c_void_p, _ContextPointer)
            self._known = tuple(_known_cards())
            self._providers = card_providers(self._known)

        def certificates(self, readers: tuple[ReaderName, ...]) -> Iterator[StoredCertificate]:
            """Yield the certificates of cards.

            Their cards are looked for in `readers` alone, and nowhere without any. Raises OSError.
            """
            store = self._crypt32.CertOpenStore(STORE_SYSTEM, 0, None, CURRENT_USER | READ_ONLY | OPEN_EXISTING, "MY")
            if not store:
                if ctypes.get_last_error() == NOT_FOUND:  # an account that never had a certificate
                    return
                raise ctypes.WinError(ctypes.get_last_error())
            names = {reader: self._name_of_card(reader) for reader in readers}
            try:
                context = self._crypt32.CertEnumCertificatesInStore(store, None)
                while context:
                    if self._is_on_card(context) and context.contents.length <= CERTIFICATE_LIMIT:
                        place = self._reader_of(context) if readers else None
                        der = ctypes.string_at(context.contents.encoded, context.contents.length)
                        yield StoredCertificate(der=der, place=place, card=names.get(ReaderName(place or ""), ""))
                    context = self._crypt32.CertEnumCertificatesInStore(store, context)  # frees the one before
            finally:
                self._crypt32.CertCloseStore(store, 0)

        def _is_on_card(self, context: Any) -> bool:
            """Return whether the certificate names a provider of cards."""
            size = wintypes.DWORD()
            get = self._crypt32.CertGetCertificateContextProperty
            if not get(context, KEY_PROVIDER_INFO, None, byref(size)) or size.value > PROPERTY_LIMIT:
                return False
            if size.value < ctypes.sizeof(_ProviderInfo):
                return False
            content = ctypes.create_string_buffer(size.value)
            if not get(context, KEY_PROVIDER_INFO, content, byref(size)):
                return False
            return _ProviderInfo.from_buffer(content).provider in self._providers

        def _reader_of(self, context: Any) -> str | None:
            """Return the reader with the private key, None where none has it."""
            key, spec, must_free = ctypes.c_size_t(), wintypes.DWORD(), wintypes.BOOL()
            flags = SILENT | COMPARE_KEY | ALLOW_NCRYPT
            acquire = self._crypt32.CryptAcquireCertificatePrivateKey
            if not acquire(context, flags, None, byref(key), byref(spec), byref(must_free)):
                return None
            if spec.value == NCRYPT_KEY:
                return _reader_of_key(key, must_free=bool(must_free))
            return _reader_of_provider(key, must_free=bool(must_free))

        def _name_of_card(self, reader: ReaderName) -> str:
            atr = card_atr(reader)
            return next((card.name for card in self._known if card.fits(atr)), "")

    def _reader_of_key(key: ctypes.c_size_t, *, must_free: bool) -> str | None:
        ncrypt = ctypes.WinDLL("ncrypt", use_last_error=True)
        name, size = ctypes.create_unicode_buffer(NAME_LIMIT), wintypes.DWORD()
        what = ctypes.c_wchar_p("SmartCardReader")  # NCRYPT_READER_PROPERTY
        code = ncrypt.NCryptGetProperty(key, what, name, ctypes.sizeof(name), byref(size), NCRYPT_SILENT)
        if must_free:
            ncrypt.NCryptFreeObject(key)
        if code:
            return None
        return name.value

    def _reader_of_provider(provider: ctypes.c_size_t, *, must_free: bool) -> str | None:
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        name, size = ctypes.create_string_buffer(NAME_LIMIT), wintypes.DWORD(NAME_LIMIT)
        found = advapi.CryptGetProvParam(provider, READER_OF_PROVIDER, name, byref(size), 0)
        if must_free:
            advapi.CryptReleaseContext(provider, 0)
        if not found:
            return None
        return name.value.decode("mbcs", "replace")

    def _known_cards() -> Iterator[KnownCard]:
        """Yield the cards that drivers have entered.

        What is damaged in an entry is left out.
        """
        with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, CALAIS) as cards:
            for number in range(winreg.QueryInfoKey(cards)[0]):
                name = winreg.EnumKey(cards, number)
                with contextlib.suppress(OSError), winreg.OpenKey(cards, name) as card:
                    providers = (_value(card, value) for value in PROVIDER_VALUES)
                    yield KnownCard(
                        name=name,
                        atr=_bytes(card, "ATR"),
                        mask=_bytes(card, "ATRMask"),
                        providers=frozenset(each for each in providers if isinstance(each, str) and each),
                    )

    def _value(card: winreg.HKEYType, name: str) -> object:
        try:
            return winreg.QueryValueEx(card, name)[0]
        except OSError:
            return None

    def _bytes(card: winreg.HKEYType, name: str) -> bytes:
        value = _value(card, name)
        if not isinstance(value, bytes):
            return b""
        return value
