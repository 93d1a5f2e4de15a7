"""Who may use a folder on Windows, by its rights in SDDL."""

from __future__ import annotations

import pytest

from config.private_windows import RIGHTS, is_private

PERSON, OTHER_USER = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"


@pytest.mark.parametrize(
    ("rights", "private"),
    [
        pytest.param(RIGHTS.format(user=PERSON), True, id="ours"),
        pytest.param(f"D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;{PERSON})", True, id="of the profile"),
        pytest.param("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)", True, id="as Python makes it"),
        pytest.param(f"O:BAG:S-1-5-21D:(D;;FA;;;WD)(A;;FA;;;{PERSON})", True, id="others are refused"),
        pytest.param(f"D:(A;;FA;;;{PERSON})(A;;FA;;;{OTHER_USER})", False, id="a stranger"),
        pytest.param("D:AI(A;ID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)", False, id="below the drive"),
        pytest.param(f'D:(A;;FA;;;{PERSON})(XA;;FA;;;WD;(@User.x == "y"))', False, id="everyone, on a condition"),
        pytest.param("D:NO_ACCESS_CONTROL", False, id="no rights asked"),
        pytest.param("D:", False, id="nobody"),
        pytest.param("", False, id="no list"),
    ],
)
def test_a_folder_is_private_when_nobody_else_is_let_in(rights: str, private: bool) -> None:
    assert is_private(rights, PERSON) is private
