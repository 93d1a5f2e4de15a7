"""Who may use a folder on Windows, by its rights in SDDL."""

from __future__ import annotations

import pytest

from config.private_windows import ADMINISTRATORS, RIGHTS, changeable_by, is_private

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


# As Windows gives them: https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
PROGRAM_DATA = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;FA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)"
CHILD = "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;FA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)"
FILE = "D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)"
DRIVE = "D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"


@pytest.mark.parametrize(
    ("rights", "folder", "changeable"),
    [
        pytest.param(f"O:SYG:SY{PROGRAM_DATA}", True, False, id="ProgramData itself"),
        pytest.param(f"O:{INSTALLER}G:{INSTALLER}{DRIVE}", True, False, id="the drive"),
        pytest.param(f"O:BAG:DU{CHILD}", True, False, id="a folder of the administrators below ProgramData"),
        pytest.param(f"O:{PERSON}G:DU{CHILD}(A;ID;FA;;;{PERSON})", True, True, id="a folder of a user's there"),
        pytest.param(f"O:BAG:DU{FILE}", False, False, id="a file of the administrators"),
        pytest.param(f"O:DAG:DU{FILE}", False, False, id="a file of the domain's administrators"),
        pytest.param(f"O:SYG:SY{FILE}", False, False, id="a file made by a group policy"),
        pytest.param(f"O:{PERSON}G:DU{FILE}", False, True, id="a file of a user's"),
        pytest.param(f"O:BAG:DU{FILE}(A;;0x1301bf;;;AU)", False, True, id="any user may modify"),
        pytest.param(f"O:BAG:DU{FILE}(A;;FW;;;BU)", False, True, id="users may write"),
        pytest.param(f"O:BAG:DU{FILE}(A;;GA;;;WD)", False, True, id="everyone may do everything"),
        pytest.param(f"O:BAG:DU{FILE}(A;;WD;;;WD)", False, True, id="everyone may change the rights"),
        pytest.param(f"O:BAG:DU{FILE}(A;;ZZ;;;WD)", False, True, id="an unknown right"),
        pytest.param(f"O:BAG:DU{FILE}(A;;FA;;;{PERSON})", False, True, id="one user may write"),
        pytest.param(f"O:BAG:DU{FILE}(A;IO;FA;;;{PERSON})", False, False, id="for what lies below alone"),
        pytest.param(f"O:BAG:DU{FILE}(D;;FA;;;WD)", False, False, id="a refusal"),
        pytest.param(f"O:BAG:DU{CHILD}(A;;DT;;;AU)", True, True, id="any user may remove what is in the folder"),
        pytest.param("O:BAG:DU", False, True, id="no access list: all may do everything"),
        pytest.param("O:BAG:DUD:NO_ACCESS_CONTROL", False, True, id="an empty pointer: the same"),
        pytest.param(FILE, False, True, id="no owner"),
        pytest.param("", False, True, id="nothing"),
    ],
)
def test_a_file_counts_where_administrators_alone_may_change_it(rights: str, folder: bool, changeable: bool) -> None:
    assert changeable_by(rights, ADMINISTRATORS, folder=folder) is changeable


PROGRAM_FILES = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;FA;;;CO)(A;OICI;0x1200a9;;;BU)(A;OICI;0x1200a9;;;AC)"


@pytest.mark.parametrize(
    ("rights", "open_to_others"),
    [
        pytest.param(f"O:{INSTALLER}G:{INSTALLER}{PROGRAM_FILES}", False, id="Program Files"),
        pytest.param(f"O:SYG:SY{PROGRAM_DATA}", True, id="ProgramData"),
        pytest.param(f"O:BAG:DU{CHILD}", True, id="a folder of the administrators below ProgramData"),
        pytest.param(f"O:{INSTALLER}G:{INSTALLER}{DRIVE}", True, id="the drive"),
    ],
)
def test_a_folder_of_programs_is_open_where_others_may_add_libraries(rights: str, *, open_to_others: bool) -> None:
    assert changeable_by(rights, ADMINISTRATORS, folder=False) is open_to_others


def test_a_users_own_file_counts_for_that_user() -> None:
    rights = f"O:{PERSON}G:DUD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;{PERSON})"
    assert not changeable_by(rights, ADMINISTRATORS | {PERSON}, folder=False)
    assert changeable_by(rights, ADMINISTRATORS | {OTHER_USER}, folder=False)
