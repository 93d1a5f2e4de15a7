"""Examines this computer for `doctor`."""

from functools import partial

from config.folders import Folders
from config.i18n.translator import Translator
from config.modules import catalogue_modules
from config.schema.load_settings import Loaded
from daemon.adapters.autostart import make_login_starter
from daemon.adapters.pcsc.watcher import read_snapshot
from daemon.adapters.pkcs11.modules import distinct, fault_of
from daemon.adapters.platform.remote_session import is_remote
from daemon.assembly.oneshot import remembered
from daemon.assembly.parts import make_token_reader
from daemon.core.diagnosis import Check, Topic

__all__ = ["examine", "make_login_starter"]


def examine(folders: Folders, loaded: Loaded, translator: Translator, *, with_notice: bool) -> tuple[Check, ...]:
    """Examine this computer, and read its cards once.

    `with_notice` shows one test notice.
    """
    from daemon.adapters.doctor import desktop_probes as doctor_desktop
    from daemon.adapters.doctor import probes as doctor  # nothing that the daemon needs

    settings = loaded.settings
    modules = tuple(path for path in distinct(settings.modules + catalogue_modules()) if not fault_of(path))
    return doctor.run_probes(
        {
            Topic.WATCH: lambda: doctor.probe_daemon(folders),
            Topic.LOGIN_START: lambda: doctor.probe_login_start(make_login_starter()),
            Topic.SERVICE: lambda: doctor.probe_cards(
                read_snapshot, partial(make_token_reader, settings), settings, modules, remote=is_remote()
            ),
            Topic.NOTICES: lambda: (
                doctor_desktop.probe_notices_by_one(translator.render)
                if with_notice
                else doctor_desktop.probe_notices()
            ),
            Topic.TRAY: doctor_desktop.probe_tray,
            Topic.SETTINGS: lambda: doctor.probe_settings(folders, loaded),
            Topic.PROCEDURES: lambda: doctor.probe_procedures(folders, loaded, translator.language),
            Topic.TOOL: lambda: doctor.probe_tools(settings, remembered(folders)),
            Topic.STORE: lambda: doctor.probe_store(folders),
            Topic.CLOCK: doctor.probe_clock,
        }
    )
