"""The demonstration: a whole renewal with simulated keys and time.

The rules, the store and the notices are the real ones.
"""

import queue
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from rich.panel import Panel
from rich.text import Text as Styled

from config.i18n.text import clean, text
from config.i18n.translator import Translator
from config.instants import Instant, instant
from config.settings import Settings
from config.values import replace
from config.workflows import Destination
from daemon.adapters.guide.messages import Page
from daemon.assembly.demo import Demo, make_demo
from daemon.assembly.parts import MainThreadTray, MakeTray, run_tray
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.commands import AnswerNotice, ChooseAction, ClaimByFingerprint, Command, QuitDaemon
from daemon.core.effects import Launch
from daemon.core.events import CommandReceived
from daemon.core.model import Certificate, Claim, Fingerprint, Role, TokenReading
from daemon.core.notice import CHOICE_LABELS, Notice, NoticeChoice
from daemon.core.views.guide import StepStatus
from tray.cli.console import Terminal, styled

T = TypeVar("T", Notice, Launch)

BEGIN = instant(datetime(2027, 1, 11, 9, 0, tzinfo=UTC))
ENDS = BEGIN + timedelta(days=95)
PAUSE_S = 1.3
STEP_PAUSE_S = 0.6
PATIENCE_S = 8.0

OPENINGS = {
    Destination.ORDER_PAGE: "demo.opens.order_page",
    Destination.TOOL: "demo.opens.tool",
    Destination.PLATFORM: "demo.opens.platform",
}


class DemoFailure(Exception):  # noqa: N818 - it failed, and no caller handles it
    """The story did not go on as it should."""


def key(name: str, holder: str, begins: Instant, ends: Instant) -> TokenReading:
    """Return a simulated key.

    `name` distinguishes it from the others.
    """
    given_name, surname = holder.split(" ", 1)
    certificate = Certificate(
        fingerprint=Fingerprint(name.encode().hex().ljust(64, "0")),
        subject_cn=clean(holder),
        given_name=clean(given_name),
        surname=clean(surname),
        issuer_o=clean("CertEurope"),
        issuer_cn=clean("CertEurope eID User"),
        serial_hex=name.encode().hex(),
        not_before=instant(begins),
        not_after=instant(ends),
        role=Role.AUTHENTICATION,
    )
    return TokenReading(
        slot_description=clean("Demo Reader 00"), label=clean(name), serial=clean(name), certificates=(certificate,)
    )


OLD = key("old", "Jeanne DEMO", ENDS - timedelta(days=3 * 365), ENDS)
NEW = key("new", "Jeanne DEMO", BEGIN + timedelta(days=30), BEGIN + timedelta(days=30 + 3 * 365))
FOREIGN = key("foreign", "Paul AUTRE", BEGIN - timedelta(days=400), BEGIN + timedelta(days=600))


class StoryPlayer:
    """Plays the story and prints it in the terminal."""

    def __init__(
        self, demo: Demo, told: "queue.Queue[Notice | Launch]", translator: Translator, wait: Callable[[], None]
    ) -> None:
        """Keep the demo and its output.

        `wait` pauses between two parts of the story.
        """
        self._demo = demo
        self._told = told
        self._translator = translator
        self._wait = wait
        self._console = Terminal()
        self._pages: queue.SimpleQueue[Page] = queue.SimpleQueue()
        threading.Thread(target=self._hear_pages, name="pages", daemon=True).start()

    def tell(self, id_: str) -> None:
        """Print what happens, with the simulated date, and pause."""
        now = self._translator.render(text("demo.now", date=self._demo.clock.now))
        self._console.print(styled(now, "dim", before="\n") + styled(self._translator.render(text(id_)), before="  "))
        self._wait()

    def notice(self) -> Notice:
        """Wait for the next notice and show it."""
        notice = self._next(Notice)
        buttons = [notice.button, *(text(CHOICE_LABELS[choice]) for choice in notice.more)]
        labels = "   ".join(f"[ {self._translator.render(label)} ]" for label in buttons if label is not None)
        body = Styled(f"{self._translator.render(notice.body)}\n\n{labels}".strip())
        title = styled(self._translator.render(notice.title))
        self._console.print(Panel(body, title=title, title_align="left", width=76))
        self._wait()
        return notice

    def click(self, notice: Notice, choice: NoticeChoice = NoticeChoice.OPEN) -> None:
        """Click a notice, as the user would."""
        label = notice.button
        if choice is not NoticeChoice.OPEN or label is None:
            label = text(CHOICE_LABELS[choice])
        shown = self._translator.render(text("demo.click", button=label))
        self._console.print(styled(shown, "bold", before="  "))
        self._post(AnswerNotice(notice_id=notice.notice_id, choice=choice))

    def claim(self, token: TokenReading, claim: Claim) -> None:
        """Make a claim about a key, as in the window."""
        self._post(ClaimByFingerprint(fingerprint=token.certificates[0].fingerprint, claim=claim))

    def launched(self, destination: Destination) -> None:
        """Wait for a launch, and print what would open."""
        order = self._next(Launch)
        if order.destination is not destination:
            raise DemoFailure(f"{order.destination} was launched, not {destination}")
        self._console.print(styled(self._translator.render(text(OPENINGS[destination])), before="  "))
        self._wait()

    def insert(self, token: TokenReading) -> None:
        """Insert a key, and wait until it has been read."""
        if not self._demo.reader.insert(token).wait(PATIENCE_S):
            raise DemoFailure("the key was not read")

    def remove(self) -> None:
        """Remove the key."""
        self._demo.reader.remove()

    def pass_days(self, days: int) -> None:
        """Let days pass."""
        self._demo.schedule.pass_time(timedelta(days=days))

    def step(self, id_: str) -> None:
        """Wait until the guide reaches this step, and print it."""
        page = self._page_at(id_)
        number, total = 1 + [step.id for step in page.steps].index(id_), len(page.steps)
        words = self._translator.render(text("demo.step", number=number, total=total, title=page.headline))
        self._console.print(styled(words, "bold", before="  "))
        threading.Event().wait(STEP_PAUSE_S)

    def done(self, *steps: str) -> None:
        """Mark each of these steps done, in order."""
        for id_ in steps:
            self.step(id_)
            self._post(ChooseAction(action=ActionId(ActionKind.END, id_)))

    def _post(self, command: Command) -> None:
        self._demo.post(CommandReceived(at=self._demo.clock.now, command=command))

    def _page_at(self, id_: str) -> Page:
        try:
            while True:
                page = self._pages.get(timeout=PATIENCE_S)
                if any(step.id == id_ and step.status is StepStatus.CURRENT for step in page.steps):
                    return page
        except queue.Empty:
            raise DemoFailure(f"the guide did not come to {id_}") from None

    def _hear_pages(self) -> None:
        guide = self._demo.publisher.subscribe()
        while guide is not None and (page := guide.next()) is not None:
            self._pages.put(page)

    def _next(self, kind: type[T]) -> T:
        try:
            told = self._told.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise DemoFailure(f"no {kind.__name__.lower()} came") from None
        if not isinstance(told, kind):
            raise DemoFailure(f"{type(told).__name__} came, not {kind.__name__}")
        return told


def story(stage: StoryPlayer) -> None:
    """Play the whole renewal once."""
    stage.tell("demo.begin")
    stage.insert(OLD)
    stage.tell("demo.old_in")
    stage.remove()
    stage.tell("demo.drawer")
    stage.pass_days(5)
    order = stage.notice()
    stage.click(order)
    stage.launched(Destination.ORDER_PAGE)
    stage.pass_days(30)
    stage.notice()
    stage.tell("demo.new_came")
    stage.insert(NEW)
    activate = stage.notice()
    stage.click(activate)
    stage.launched(Destination.TOOL)
    stage.tell("demo.activating")
    stage.claim(NEW, Claim.ACTIVATED)
    add = stage.notice()
    stage.click(add)
    stage.notice()
    stage.tell("demo.wrong_key")
    stage.insert(FOREIGN)
    stage.notice()
    stage.tell("demo.right_key")
    stage.insert(OLD)
    stage.launched(Destination.PLATFORM)
    stage.done("log_in", "ask_for_mail", "close_browser")
    stage.step("remove_old")
    stage.tell("demo.old_out")
    stage.remove()
    stage.step("insert_new")
    stage.tell("demo.new_in")
    stage.insert(NEW)
    stage.done("click_link", "enter_pin", "enter_platform", "check_new")
    stage.tell("demo.added")
    stage.tell("demo.end")


def play(
    settings: Settings,
    translator: Translator,
    *,
    by_step: bool = False,
    make_tray: MakeTray | None = None,
    window: Sequence[str] | None = None,
) -> int:
    """Play the story in a temporary folder.

    Returns 0, or 1 when the story failed.
    """
    told: queue.Queue[Notice | Launch] = queue.Queue()
    settings = replace(settings, procedures=tuple(p for p in settings.procedures if p.assume))  # so that all is sure
    with tempfile.TemporaryDirectory(prefix="vigicle-demo-") as folder:
        demo = make_demo(Path(folder), settings, translator.render, told.put, BEGIN, make_tray, window)
        wait = _a_moment
        if by_step:
            wait = _for_a_key(translator)
        stage = StoryPlayer(demo, told, translator, wait)
        outcome: list[int] = []
        storyteller = threading.Thread(
            target=lambda: outcome.append(_tell_story(stage, translator)), name="story", daemon=True
        )
        watch = threading.Thread(target=demo.loop.run, name="loop")
        watch.start()
        storyteller.start()
        try:
            if demo.tray is not None:
                threading.Thread(target=_stop_after, args=(storyteller, demo.tray), daemon=True).start()
                run_tray(demo.tray, demo.post, storyteller.join)
            storyteller.join()
        finally:
            demo.post(CommandReceived(at=BEGIN, command=QuitDaemon()))
            watch.join()
            demo.thread.stop()
    return next(iter(outcome), 1)


def _tell_story(stage: StoryPlayer, translator: Translator) -> int:
    try:
        story(stage)
    except DemoFailure as failure:
        print(f"vigicle: {translator.render(text('demo.failed'))} ({failure})", file=sys.stderr)
        return 1
    return 0


def _stop_after(storyteller: threading.Thread, screen: MainThreadTray) -> None:
    storyteller.join()
    screen.stop()


def _a_moment() -> None:
    threading.Event().wait(PAUSE_S)


def _for_a_key(translator: Translator) -> Callable[[], None]:
    def wait() -> None:
        try:
            input(translator.render(text("demo.press")) + " ")
        except EOFError:
            _a_moment()

    return wait
