"""What OpenSC is told for the child that reads."""

import pytest

from daemon.adapters.pkcs11.opensc_configuration import adapt

MORE = b" max_virtual_slots = 64; "
CASES = {
    "nothing": (b"", b"\napp default {pkcs11 {" + MORE + b"}}\n"),
    "as Debian ships it": (
        b"app default {\n\t# debug = 3;\n\tframework pkcs15 {\n\t}\n}\n",
        b"app default {pkcs11 {" + MORE + b"}\n\t\n\tframework pkcs15 {\n\t}\n}\n",
    ),
    "a block of its own": (
        b"app opensc-pkcs11 {\n pkcs11 { slots_per_card = 1; }\n}",
        b"app opensc-pkcs11 {\n pkcs11 {" + MORE + b" slots_per_card = 1; }\n}",
    ),
    "the limit of an administrator": (
        b"app default { pkcs11 { max_virtual_slots = 8; } }",
        b"app default { pkcs11 { max_virtual_slots = 8; } }",
    ),
    "a limit in a comment": (
        b"app default {\n# pkcs11 { max_virtual_slots = 8; }\n}",
        b"app default {pkcs11 {" + MORE + b"}\n\n}",
    ),
    "a cache folder": (
        b'app default { file_cache_dir = "/var/#cache"; pkcs11 { } }',
        b"app default {  pkcs11 {" + MORE + b" } }",
    ),
    "a cache folder, in capitals": (
        b'App Default { FILE_CACHE_DIR = "/cache"; }',
        b"App Default {pkcs11 {" + MORE + b"}  }",
    ),
    "a limit of an administrator, in capitals": (
        b"app default { PKCS11 { Max_Virtual_Slots = 8; } }",
        b"app default { PKCS11 { Max_Virtual_Slots = 8; } }",
    ),
    "a sign of a comment in a word": (
        b'app default { debug_file = "/a#b"; }',
        b"app default {pkcs11 {" + MORE + b'} debug_file = "/a#b"; }',
    ),
}


@pytest.mark.parametrize(("words", "adapted"), CASES.values(), ids=CASES)
def test_it_has_no_cache_folder_and_slots_for_every_reader(words: bytes, adapted: bytes) -> None:
    assert adapt(words) == adapted
    assert adapt(adapted) == adapted
