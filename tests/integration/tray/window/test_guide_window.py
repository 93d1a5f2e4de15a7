"""The guide's window by screen reader and keyboard."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.proc import work_of
from config.values import replace
from daemon.adapters.guide.messages import NO_DISPLAY, Chosen, Forgotten
from daemon.core.views.guide import Finding
from support.accessibility import Accessibility, Node, report
from support.desktop import WindowManager
from support.guide_actions import action_id
from support.guide_child import GuideChild
from support.guide_pages import PAGES, Writer
from support.process import PATIENCE_S, SupportTimeoutError, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.adapters.guide.messages import Page
    from support.bus import SessionBus
    from support.desktop import Screen

FRENCH, ENGLISH = Writer("fr"), Writer("en")
ROOT = Path(__file__).parents[4]
NO_BREAK = "\u00a0"
CONTROLS = {"push button", "button menu", "check box", "page tab", "text", "menu item"}


class WindowUser:
    """Listens to the window and types into it, as a user does."""

    def __init__(self, child: GuideChild, reader: Accessibility, screen: Screen) -> None:
        self.child = child
        self.reader = reader
        self._environment = os.environ | screen.environment
        self._xdotool = require_tool("xdotool", "xdotool")

    def open(self, page: Page) -> Node:
        """Show the first page and return the widget with the focus."""
        self.child.show(page)
        node = self.reader.focused()
        while node.role == "heading":  # until buttons can be pressed; a slow window opens after that
            node = self.reader.focused()
        return node

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        subprocess.run([self._xdotool, "key", *keys], env=self._environment, check=True, timeout=PATIENCE_S)

    def choose(self, role: str, name: str, action: str = "Press") -> None:
        """Do what a control does."""
        self.reader.act(self.reader.available(role, name), action)

    def follow_to(self, name: str) -> None:
        """Let the keyboard come to this widget, past those that leave."""
        found = ""
        while found != name:
            with contextlib.suppress(RuntimeError):  # a widget that is gone by now
                found = self.reader.focused().name


@pytest.fixture
def at_window(session_bus: SessionBus, screen: Screen) -> Iterator[WindowUser]:
    """The window's child without a page, on a screen."""
    with (
        WindowManager(screen),
        Accessibility(session_bus) as reader,
        GuideChild({**reader.environment, **screen.environment}) as child,
    ):
        yield WindowUser(child, reader, screen)


def test_a_screen_reader_finds_the_default_button_and_presses_it(at_window: WindowUser) -> None:
    at_window.open(replace(PAGES["step"](FRENCH), number=7))
    button = at_window.reader.available("push button", "La connexion est faite")
    assert "default" in button.states
    at_window.reader.act(button, "Press")
    assert at_window.child.answer() == Chosen(number=7, action=action_id("end:log_in"))


def test_return_does_the_default_action_and_escape_nothing(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](FRENCH))
    at_window.press("Escape", "Return")
    assert at_window.child.answer() == Chosen(number=1, action=action_id("end:log_in"))
    assert not at_window.child.has_answered()


def test_tab_leads_through_the_window_as_it_is_read(at_window: WindowUser) -> None:
    walk = [at_window.open(PAGES["step"](FRENCH)).name]
    for _ in range(5):
        at_window.press("Tab")
        walk.append(at_window.reader.focused().name)
    assert walk == [
        "La connexion est faite",
        "Ouvrir OPALEXE",
        "‹ Revenir d’une étape",
        "Ça ne marche pas",
        "Autres pages",
        "La connexion est faite",
    ]


def test_every_control_has_a_role_a_name_and_a_way_by_keyboard(at_window: WindowUser, tmp_path: Path) -> None:
    at_window.open(PAGES["deadline"](FRENCH))
    guide = at_window.reader.tree(hidden=False)
    at_window.choose("push button", "Ça ne marche pas")
    at_window.reader.available("push button", "Recommencer depuis le début")
    helps = at_window.reader.tree(hidden=False)
    at_window.choose("push button", "Mes clés")
    at_window.reader.find("heading", "la bleue")
    at_window.reader.available("push button", "Revenir")
    keys = at_window.reader.tree(hidden=False)
    artefact = tmp_path / "accessibility.txt"
    artefact.write_text(f"{report(guide)}\n\n{report(helps)}\n\n{report(keys)}\n", encoding="utf-8")
    controls = [n for n in guide + helps + keys if n.role in CONTROLS]
    assert len(controls) > 20
    assert [n for n in controls if not n.name or "sensitive" not in n.states] == []
    assert [n for n in controls if "focusable" not in n.states] == []


def test_a_screen_reader_finds_headings_a_list_and_each_picture_once(at_window: WindowUser) -> None:
    page = PAGES["alert"](FRENCH)
    at_window.child.show(page)
    at_window.reader.find("list", "")
    nodes = at_window.reader.tree(hidden=False)
    assert [n.name for n in nodes if n.role == "heading"] == [f"{page.eyebrow}. Ce n’est pas encore la bonne clé"]
    assert [n.role for n in children(nodes, "list")] == 3 * ["list item"]
    assert all(f" sur {len(page.outline)}" in n.name.replace(NO_BREAK, " ") for n in children(nodes, "list"))
    (picture,) = [n for n in nodes if n.role in {"graphic", "image"}]
    assert (picture.name, picture.description.replace(NO_BREAK, " ")) == ("Clés branchées", "À brancher : nouvelle clé")
    assert [n.name for n in nodes if page.reader_words in f"{n.name} {n.description}"] == [page.reader_words]


def test_a_screen_reader_hears_of_a_drawn_old_key(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](FRENCH))
    at_window.choose("push button", "Ça ne marche pas")
    at_window.choose("push button", "Mes clés")
    at_window.reader.find("heading", "la bleue")
    nodes = at_window.reader.tree(hidden=False)
    drawn = {n.name for n in nodes if n.role in {"graphic", "image"}}
    assert {"ancienne clé", "nouvelle clé"} <= drawn
    assert [n.name for n in nodes if n.name in {"ANCIENNE", "NOUVELLE"}] == []


def children(nodes: list[Node], role: str) -> list[Node]:
    """Return what is right below the only object with this role."""
    (at,) = [number for number, node in enumerate(nodes) if node.role == role]
    below = takewhile(lambda node: node.depth > nodes[at].depth, nodes[at + 1 :])
    return [node for node in below if node.depth == nodes[at].depth + 1]


def test_each_key_has_a_menu_in_which_its_certificates_are_told_apart(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](ENGLISH))
    at_window.choose("push button", "It does not work")
    at_window.choose("push button", "My keys")
    at_window.reader.find("heading", "la bleue")
    menus = [node for node in at_window.reader.tree() if node.name == "Change"]
    keys = {certificate.key for certificate in PAGES["step"](ENGLISH).certificates}
    assert len({node.description for node in menus}) == len(menus) == len(keys)
    at_window.reader.focus(menus[0])
    at_window.press("Return", "Up")
    at_window.follow_to("Forget the certificate (signature)")
    at_window.press("Return")
    at_window.choose("push button", "Forget it")
    assert at_window.child.answer() == Forgotten(fingerprint="b" * 64)


def test_a_new_page_is_announced_the_alert_first(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](ENGLISH))
    page = replace(PAGES["alert"](ENGLISH), number=2)
    at_window.child.show(page)
    assert at_window.reader.announced().startswith("The key in the reader is someone else’s.")
    assert at_window.reader.announced().startswith(page.headline)


def test_the_words_of_a_page_are_read_where_the_keyboard_comes_to(at_window: WindowUser) -> None:
    """Orca 43 hears no announcements."""
    first = replace(PAGES["step"](FRENCH), danger="Trois codes faux bloquent la clé.")
    button = at_window.open(first)
    assert button.description == f"{first.eyebrow}. {first.headline}. {first.danger} {first.body}"
    waiting = replace(PAGES["alert"](FRENCH), number=2)
    at_window.child.show(waiting)
    at_window.follow_to(f"{waiting.eyebrow}. Ce n’est pas encore la bonne clé")
    heading = at_window.reader.find("heading", f"{waiting.eyebrow}. Ce n’est pas encore la bonne clé")
    assert heading.description == f"{waiting.alert} {waiting.awaited}"


def hear_beside(at_window: WindowUser, link: str, *words: str) -> None:
    """Go to a page and wait until these words are read."""
    at_window.choose("push button", link)

    def all_are_read() -> bool:
        read = at_window.reader.available("push button", "Revenir").description.replace(NO_BREAK, " ")
        return all(part in read for part in words)

    wait_until(all_are_read, f"{words} are read")


def test_the_pages_beside_are_read_where_the_keyboard_comes_to(at_window: WindowUser) -> None:
    page = PAGES["settings"](FRENCH)
    refusal = page.known_problems[0]
    at_window.open(replace(page, known_problems=(refusal,), contacts=(*page.contacts, "Le compte : https://a.fr")))
    hear_beside(at_window, "Ça ne marche pas", f"{refusal.title}. {refusal.text}".replace(NO_BREAK, " "))
    hear_beside(
        at_window,
        "Mes clés",
        f"{page.holder}, la bleue, ancienne clé, Connexion : urgent – ",
        "valable jusqu’au 4 décembre 2026 à 9 h 00, Branchée en ce moment.",
        "Dans un tiroir ; vue le 3 mai 2026.",
    )
    hear_beside(at_window, "Imprimer", "La démarche sur papier. Une feuille A4 avec vos clés")
    hear_beside(
        at_window, f"Qui appeler{NO_BREAK}?", "Qui appeler ? Votre clé : appelez CertEurope. Le compte : https://a.fr."
    )


def test_a_refusal_that_is_opened_is_read_at_its_heading(at_window: WindowUser) -> None:
    page = PAGES["step"](FRENCH)
    refusal = page.known_problems[0]
    at_window.open(page)
    at_window.choose("push button", "Ça ne marche pas")
    at_window.choose("push button", refusal.title)
    assert at_window.reader.find("heading", refusal.title).description == refusal.text
    at_window.follow_to(refusal.title)


def test_what_the_diagnosis_found_is_read_at_the_buttons(at_window: WindowUser) -> None:
    page = PAGES["settings"](FRENCH)
    repair = replace(page.settings[0], id=action_id("autostart:on"), label="Réparer", on=None)
    found = Finding(topic="Démarrage", what="Il est désactivé.", remedy="Activez-le.", action=repair)
    silent = Finding(topic="Avis", what="Ils sont désactivés.")
    at_window.open(page)
    at_window.choose("push button", "Ça ne marche pas")
    at_window.choose("push button", "Réglages")
    at_window.reader.focus(at_window.reader.available("push button", "Chercher ce qui ne va pas"))
    at_window.follow_to("Chercher ce qui ne va pas")
    at_window.child.show(replace(page, findings=(found, silent)))
    at_window.reader.find("heading", "Ce que le diagnostic a trouvé")
    at_window.follow_to("Chercher ce qui ne va pas")
    looks = at_window.reader.find("push button", "Chercher ce qui ne va pas")
    assert "focused" in looks.states
    assert looks.description == (
        "Ce que le diagnostic a trouvé. Démarrage. Il est désactivé. Activez-le. Avis. Ils sont désactivés."
    )
    assert at_window.reader.find("push button", "Réparer").description == "Démarrage. Il est désactivé. Activez-le."


def test_a_copy_is_announced_and_sends_nothing(at_window: WindowUser) -> None:
    at_window.open(PAGES["copy"](ENGLISH))
    at_window.reader.focus(at_window.reader.available("push button", "Copy the serial number"))
    at_window.follow_to("Copy the serial number")
    at_window.press("Return")
    assert at_window.reader.announced() == "Copied"
    assert at_window.reader.find("push button", "Copy the serial number").description == "Copied"
    at_window.reader.find("label", "Copied")
    assert not at_window.child.has_answered()


def test_what_is_rare_is_read_and_chosen_by_keyboard(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](ENGLISH))
    at_window.reader.focus(at_window.reader.find("push button", "It does not work"))
    assert at_window.reader.focused().name == "It does not work"
    at_window.press("Return")
    assert at_window.reader.focused().role == "heading"  # and no button that is there for a moment
    at_window.follow_to("Back")
    spoken: list[str] = []
    while "Start again" not in spoken:
        at_window.press("Tab")
        spoken.append(at_window.reader.focused().name)
    assert spoken[-3:] == ["This key already works", "Put off until tomorrow", "Start again"]
    at_window.press("Return")
    assert at_window.child.answer() == Chosen(number=1, action=action_id("restart"))


def test_a_refusal_leads_back_to_its_step(at_window: WindowUser) -> None:
    page = PAGES["step"](ENGLISH)
    (refusal,) = [each for each in page.known_problems if each.id == "link_too_old"]
    at_window.open(replace(page, known_problems=(refusal,)))
    at_window.choose("push button", "It does not work")
    at_window.reader.find("heading", "The link is too old")
    at_window.choose("push button", "Do it again from there")
    assert at_window.child.answer() == Chosen(number=1, action=action_id("help:link_too_old"))


def test_another_language_comes_with_the_page(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](FRENCH))
    at_window.reader.find("button menu", "Autres pages")
    at_window.child.show(PAGES["step"](ENGLISH))
    at_window.reader.find("button menu", "Other pages")
    at_window.reader.find("push button", "It does not work")
    at_window.reader.find("dialog", "vigicle – Log in with the old key")


def test_an_invalid_page_changes_nothing(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](ENGLISH))
    at_window.child.write(b"gibberish\n{}\n\xff\n\n" + b"[" * (5 << 20) + b"\n")
    at_window.child.show(PAGES["question"](ENGLISH))
    at_window.choose("push button", "The older one is lost")
    assert at_window.child.answer() == Chosen(number=1, action=action_id("state:old_lost"))


def test_closing_the_window_ends_the_program(at_window: WindowUser) -> None:
    at_window.open(PAGES["finished"](FRENCH))
    codes: list[int] = []

    def ends() -> bool:
        at_window.press("alt+F4")  # which may get lost while the window manager is busy
        with contextlib.suppress(subprocess.TimeoutExpired):
            codes.append(at_window.child.wait(0.5))
        return bool(codes)

    wait_until(ends, "the program ends")
    assert codes == [0]


def test_the_end_of_the_pages_ends_the_program(at_window: WindowUser) -> None:
    at_window.open(PAGES["step"](FRENCH))
    at_window.child.hang_up()
    assert at_window.child.wait() == 0
    assert at_window.child.complaints() == ""


def test_its_answers_end_before_a_slow_program_has_ended() -> None:
    """Until then the daemon takes it for open, and opens no other."""
    slow = "import atexit, sys, time; atexit.register(time.sleep, 60); from tray.window.__main__ import main; main([])"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(
        [sys.executable, "-c", slow], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        child.stdin.close()
        reader, _, _ = select.select([child.stdout], [], [], PATIENCE_S)
        assert reader, "the answers end"
        assert (child.stdout.read(), child.poll()) == (b"", None)
    child.kill()
    child.wait()


@pytest.mark.parametrize("environment", [{}, {"DISPLAY": ":4711"}], ids=["no display", "a display that is gone"])
def test_without_a_display_it_says_so_in_one_line(environment: dict[str, str]) -> None:
    with GuideChild({"LANG": "en_GB.UTF-8", "LC_ALL": "", "LANGUAGE": ""} | environment) as child:
        assert child.wait() == NO_DISPLAY
        (line,) = child.complaints().splitlines()
    assert line.startswith("vigicle: The guide’s window needs a desktop.")


def test_nothing_wakes_while_the_window_rests(at_window: WindowUser) -> None:
    def rests() -> bool:
        """Return whether it wakes thrice at most while nothing happens."""
        before = work_of(at_window.child.pid).wakeups
        with pytest.raises(SupportTimeoutError):
            at_window.child.answer(timeout_s=3)
        return work_of(at_window.child.pid).wakeups - before <= 3  # a picture that moves switches 12 times a second

    at_window.open(PAGES["reader-old"](ENGLISH))
    wait_until(rests, "all is drawn, and the window rests")
