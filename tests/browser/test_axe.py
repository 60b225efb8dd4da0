"""Every page and state under axe-core: no violation of WCAG, levels A and AA, in both schemes and on both screens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import SIZES, Browse
from browser.site import Site
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LAST = "erasure"
"""The state where the whole conversation is looked at, from its first message."""
SEEN_BEFORE = "#journal > :not(:nth-last-child(-n+4))"
PAGES = (
    "confidentialite",
    "accessibilite",
    "mentions-legales",
    "fiches",
    "fiches/F10",
    "faq",
    "faq/date-limite",
    "etapes",
    "c/abcdefgh",
    "rien",
    "?lang=en",
    "fiches/F10?lang=en",
)
"""Pages of text, by their path."""


def press(page: Page, key: str) -> None:
    """Press a live button by its key, and wait for the answer."""
    said = page.locator("#journal .me").count()
    page.click(f'#offers button[value*="|{key}|"]')
    expect(page.locator("#journal .me")).to_have_count(said + 1)


def say(page: Page, text: str) -> None:
    """Type and send."""
    said = page.locator("#journal .me").count()
    page.fill("#text", text)
    page.keyboard.press("Enter")
    expect(page.locator("#journal .me")).to_have_count(said + 1)


def diagnose(page: Page, keys: str) -> None:
    """Answer every question."""
    for n in range(23):
        press(page, keys[n % len(keys)])


def states(page: Page) -> Iterator[str]:
    """Walk through the conversation; at each state worth a look, say its name."""
    yield "welcome"
    press(page, "begin")
    yield "notice"
    press(page, "accept")
    yield "question"
    press(page, "why")
    yield "why"
    say(page, "n'importe quoi ?")
    yield "not understood"
    press(page, "back")
    diagnose(page, "31420")
    yield "result"
    press(page, "details")
    yield "details"
    say(page, "/rapport")
    yield "report"
    say(page, "/recap")
    yield "recap"
    press(page, "recap-R1")
    yield "recap of a checkpoint"
    say(page, "/continuer")
    yield "code"
    say(page, "/collegues")
    yield "colleagues"
    say(page, "/fiches 3")
    yield "sheet in the conversation"
    say(page, "/restart")
    press(page, "again")
    diagnose(page, "24130")
    yield "result compared"
    say(page, "/effacer")
    yield LAST


def violations(page: Page, *, without: str = "") -> list[str]:
    """What axe has against a page, or what is left of it: rule, and where."""
    found = Axe().run(page, context={"exclude": [without]} if without else None, options=RULES)
    return [
        f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


def looked_at(page: Page, *, every: bool = True) -> Iterator[str]:
    """Show a page on both screens, each in one scheme, or in both."""
    for (width, height), own in zip(SIZES.items(), SCHEMES, strict=True):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES if every else (own,):
            page.emulate_media(color_scheme=scheme)
            yield f"{width} {scheme}"


def too_wide(page: Page) -> bool:
    """Tell whether something overflows the narrowest screen."""
    page.set_viewport_size({"width": 320, "height": 640})
    return not page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_state_of_the_conversation(browse: Browse) -> None:
    page = browse()
    found, wide = {}, []
    for nth, state in enumerate(states(page)):
        for at, look in enumerate(looked_at(page, every=state == LAST)):
            # each state on one screen, in turn; the last, which holds them all, on both
            if state == LAST or at == nth % 2:
                found[f"{state}, {look}"] = violations(page, without="" if state == LAST else SEEN_BEFORE)
        wide += [state] if too_wide(page) else []
    assert len(found) == 14 + 4
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
    assert wide == []


def test_every_page_of_text(browse: Browse, site: Site) -> None:
    page = browse(quiet=False)
    found = {}
    for path in PAGES:
        page.goto(site.url + path)
        for look in looked_at(page, every=path == PAGES[0]):
            found[path, look] = violations(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, look)
    assert len(found) == len(PAGES) * 2 + 2
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("scheme", "ink"), [("light", "#b0b0b0"), ("dark", "#4a4a4a")])
def test_axe_sees_colours(browse: Browse, scheme: Literal["light", "dark"], ink: str) -> None:
    page = browse(scheme=scheme)
    page.evaluate("ink => document.documentElement.style.setProperty('--ink', ink)", ink)
    assert any(one.startswith("color-contrast") for one in violations(page))


def test_axe_sees_what_is_wrong(browse: Browse) -> None:
    page = browse()
    page.evaluate("() => document.querySelector('#text').labels[0].remove()")
    assert any(one.startswith("label") for one in violations(page))
