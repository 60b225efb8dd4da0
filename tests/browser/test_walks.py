"""Whole walks in a browser, on a phone and on a computer: with JavaScript, without, and by the keyboard alone."""

from __future__ import annotations

import pytest
from browser.conftest import SIZES, Browse
from browser.site import Site
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
RESULT = '#answers button[value^="1|result|"]'


def choice(page: Page, key: str) -> str:
    """The selector of a live button, by its key."""
    del page
    return f'#answers button[value*="|{key}|"]'


def fits(page: Page) -> bool:
    """Tell whether nothing overflows to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(  # without JavaScript, nothing in the pages or here depends on the width
    ("width", "javascript"), [*((width, True) for width in SIZES), (min(SIZES), False)]
)
def test_from_the_first_page_to_the_result(
    browse: Browse, site: Site, width: int, *, javascript: bool
) -> None:
    page = browse(javascript=javascript, width=width)
    assert site.events() == 0
    page.click(choice(page, "begin"))
    page.click(choice(page, "accept"))
    for n in range(23):
        live = page.locator("#fin article")
        expect(live).to_contain_text(f"Question {n + 1} sur 23")
        if n % 6 == 5:
            page.fill("#text", "en place")
            page.click("#composer button")
        else:
            page.locator("#answers .choices button").nth(n % 5).click()
    expect(page.locator(RESULT).first).to_be_visible()
    assert site.events() == 25
    assert page.locator("#journal .me").count() == 25
    assert page.locator("#journal .bot").count() == 26
    if javascript:
        assert fits(page)
    page.reload()
    assert page.locator("#journal .bot").count() == 26
    expect(page.locator(RESULT).first).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus: never more often than there are things to reach."""
    for _ in range(30):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {selector}")


@pytest.mark.parametrize("width", SIZES)
def test_an_answer_in_several_parts_is_read_from_its_first(browse: Browse, width: int) -> None:
    page = browse(width=width)
    page.click(choice(page, "begin"))
    expect(page.locator("#fin article")).to_be_focused()
    page.locator("#text").fill("/confidentialite")
    page.keyboard.press("Enter")
    begins = page.locator("#debut")
    expect(begins).to_have_count(1)
    expect(begins.locator("h2").first).to_be_in_viewport()
    expect(page.locator("#journal > li:has(#debut) ~ li.bot")).not_to_have_count(0)


@pytest.mark.parametrize("width", SIZES)
def test_by_the_keyboard_alone(browse: Browse, site: Site, width: int) -> None:
    page = browse(width=width)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, choice(page, "begin"))
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus can be seen"
    page.keyboard.press("Enter")
    expect(page.locator("#fin article")).to_be_focused()
    page.keyboard.press("1")
    for n in range(23):
        if n == 4:
            continue  # answered from the field, below
        live = page.locator("#fin article")
        expect(live).to_contain_text(f"Question {n + 1} sur 23")
        expect(live).to_be_focused()
        if n == 3:
            _tab_to(page, "#text")
            page.keyboard.type("3")
            assert page.input_value("#text") == "3", "a figure typed in the field is typed"
            page.keyboard.press("Enter")
            expect(page.locator("#fin article")).to_contain_text("Question 5 sur 23")
            expect(page.locator("#text")).to_be_focused()
            page.keyboard.press("Shift+Tab")
            assert page.evaluate("document.activeElement.closest('#answers') !== null")
            page.keyboard.press("2")
        elif n % 2:
            _tab_to(page, choice(page, "2"))
            page.keyboard.press("Space")
        else:
            page.keyboard.press(str(1 + n % 5))
    expect(page.locator(RESULT).first).to_be_visible()
    _tab_to(page, "footer li:last-child :is(a, button)")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('main')"), "no trap"
    assert site.events() == 25


def focused_message_is_clear(page: Page) -> bool:
    """Tell whether the message that has the focus stands below the bar, not under it."""
    return bool(
        page.evaluate(
            """() => {
                const bar = document.querySelector(".bar").getBoundingClientRect();
                const message = document.activeElement.getBoundingClientRect();
                return message.top >= (bar.width < innerWidth ? 0 : bar.bottom);
            }"""
        )
    )


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("javascript", [True, False])
def test_an_answer_is_changed_from_anywhere_by_the_keyboard(
    browse: Browse, width: int, *, javascript: bool
) -> None:
    page = browse(javascript=javascript, width=width)
    page.click(choice(page, "begin"))
    page.click(choice(page, "accept"))
    for key in ("2", "3", "4"):
        page.click(choice(page, key))
    expect(page.locator("#fin article")).to_contain_text("Question 4 sur 23")
    if javascript:
        page.locator("#fin article").focus()
        for _ in range(3):
            page.keyboard.press("Shift+Tab")
    _tab_to(page, '#nav button[value="/recap"]')
    page.keyboard.press("Enter")
    for key in ("recap-R1", "edit-R1.2", "0"):
        expect(page.locator(choice(page, key))).to_have_count(1)
        if javascript:
            expect(page.locator("#fin article")).to_be_focused()
            assert focused_message_is_clear(page)
        _tab_to(page, choice(page, key))
        page.keyboard.press("Space")
    expect(page.locator("#fin")).to_contain_text("Pas encore")
    page.click('#offers button[value*="|onward|"]')
    expect(page.locator("#fin article")).to_contain_text("Question 4 sur 23")


def test_a_figure_presses_nothing_from_elsewhere(browse: Browse, site: Site) -> None:
    page = browse()
    page.keyboard.press("1")
    page.focus("footer a")
    page.keyboard.press("1")
    page.focus(choice(page, "begin"))
    page.keyboard.press("Control+1")
    page.wait_for_timeout(300)
    assert site.events() == 0
