"""Impatient fingers, cut lines, several tabs, hostile words: one message each time, and nothing typed is lost."""

from __future__ import annotations

import pytest
from browser.conftest import Browse
from browser.site import Site, begin
from playwright.sync_api import Request, Route, expect

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"document.title='pris'\"><script>document.title='pris'</script>'\"`${1}{{2}}"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_click_is_one_message(browse: Browse, site: Site, *, javascript: bool) -> None:
    page = browse(javascript=javascript)
    page.dblclick("#answers .choices button")
    expect(page.locator("#journal .me")).to_have_count(1)
    page.wait_for_timeout(300)
    assert site.heard("|begin|") == 1
    page.click("#answers .choices button")
    expect(page.locator("#fin article")).to_contain_text("Question 1 sur 23")
    page.locator("#answers .choices button").nth(1).dblclick()
    expect(page.locator("#fin article")).to_contain_text("Question 2 sur 23")
    page.wait_for_timeout(300)
    assert site.events() == 3
    page.fill("#text", "en place")
    page.dblclick("#composer button")
    expect(page.locator("#fin article")).to_contain_text("Question 3 sur 23")
    page.wait_for_timeout(300)
    assert site.events() == 4


@pytest.mark.parametrize("arrived", [True, False])
def test_a_cut_line_is_tried_again(browse: Browse, site: Site, *, arrived: bool) -> None:
    page = browse(quiet=False)
    begin(page)
    cuts = []

    def cut(route: Route) -> None:
        cuts.append(route)
        if len(cuts) > 2:
            route.continue_()
            return
        if arrived:
            route.fetch()
        route.abort("connectionreset")

    page.route("**/say", cut)
    page.fill("#text", "en place")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).not_to_be_empty()
    expect(page.locator("#fin article")).to_contain_text("Question 2 sur 23")
    assert (len(cuts), site.heard("en place")) == (3, 1)
    expect(page.locator("#journal .me")).to_have_count(3)
    expect(page.locator("#status")).to_be_empty()
    assert page.input_value("#text") == ""


def test_a_refusal_keeps_what_was_typed(browse: Browse) -> None:
    page = browse(quiet=False)
    begin(page)
    page.route(
        "**/say", lambda route: route.fulfill(status=429, body="Trop vite.", content_type="text/plain")
    )
    page.fill("#text", "Une phrase à ne pas perdre")
    page.click("#composer button")
    expect(page.locator("#status")).to_have_text("Trop vite.")
    assert page.input_value("#text") == "Une phrase à ne pas perdre"
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#composer button")).to_be_enabled()


def test_another_tab_follows_and_keeps_what_is_being_typed(browse: Browse) -> None:
    one = browse()
    begin(one)
    two = one.context.new_page()
    with two.expect_request("**/events*"):
        two.goto(one.url)
    two.fill("#text", "Une phrase en cours")
    one.bring_to_front()
    one.locator("#answers .choices button").nth(2).click()
    expect(one.locator("#fin article")).to_contain_text("Question 2 sur 23")
    expect(two.locator("#fin article")).to_contain_text("Question 2 sur 23")
    expect(two.locator("#fin")).to_have_count(1)
    assert two.input_value("#text") == "Une phrase en cours"
    expect(two.locator("#text")).to_be_focused()


def test_a_page_opened_before_the_cookie_catches_up(browse: Browse) -> None:
    one = browse(quiet=False)
    two = one.context.new_page()
    two.goto(one.url)
    begin(one)
    two.click("#answers .choices button")
    expect(two.locator("#status")).not_to_be_empty()
    expect(two.locator("#fin article")).to_contain_text("Question 1 sur 23")
    two.locator("#answers .choices button").nth(2).click()
    expect(two.locator("#fin article")).to_contain_text("Question 2 sur 23")
    expect(two.locator("#journal .me")).to_have_count(3)


def test_each_message_is_announced_once(browse: Browse) -> None:
    page = browse()
    begin(page)
    page.evaluate(
        """() => {
            window.added = 0;
            new MutationObserver((changes) => {
                for (const change of changes) for (const node of change.addedNodes)
                    if (node.nodeType === 1 && (node.matches("article") || node.querySelector("article"))) added += 1;
            }).observe(document.querySelector("[role=log]"), { childList: true, subtree: true });
        }"""
    )
    page.locator("#answers .choices button").nth(2).click()
    expect(page.locator("#fin article")).to_contain_text("Question 2 sur 23")
    page.wait_for_timeout(500)
    assert page.evaluate("added") == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_hostile_words_stay_words(browse: Browse, *, javascript: bool) -> None:
    page = browse(javascript=javascript)
    begin(page)
    title = page.title()
    page.fill("#text", HOSTILE)
    page.click("#composer button")
    expect(page.locator("#journal .me").last).to_contain_text(HOSTILE)
    page.reload()
    expect(page.locator("#journal .me").last).to_contain_text(HOSTILE)
    assert page.title() == title


def test_an_erasure_empties_the_page(browse: Browse) -> None:
    page = browse()
    begin(page)
    page.fill("#text", "/effacer")
    page.keyboard.press("Enter")
    page.click('#answers button[value^="1|erase|erase|"]')
    expect(page.locator("#journal .bot")).to_have_count(1)
    expect(page.locator("#journal .me")).to_have_count(0)


def test_the_first_page_is_light(browse: Browse, site: Site) -> None:
    page = browse()
    requests: list[Request] = []

    def finished(request: Request) -> None:  # a bound method of a list bears no attribute, and one is needed
        requests.append(request)

    page.on("requestfinished", finished)
    page.goto(site.url)
    page.wait_for_load_state("networkidle")
    sizes = {request.url: request.sizes()["responseBodySize"] for request in requests}
    assert len(sizes) >= 5, "the page, its style, its scripts and its pictures"
    assert sum(sizes.values()) < 40_000, sizes


def test_a_change_of_language_keeps_what_was_begun(browse: Browse) -> None:
    page = browse()
    begin(page)
    page.fill("#text", "Une phrase en cours")
    page.click('#nav button[value="/langue en"]')
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#fin article")).to_contain_text("Question 1 of 23")
    expect(page.locator("#fin article")).to_be_focused()
    assert page.input_value("#text") == "Une phrase en cours"
    page.fill("#text", "/langue fr")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.input_value("#text") == "", "what was sent is not kept"


def test_what_was_begun_is_found_again_after_another_page(browse: Browse) -> None:
    page = browse()
    begin(page)
    page.fill("#text", "Une phrase en cours")
    page.click('footer a[href="/confidentialite"]')
    page.click(".back")
    assert page.input_value("#text") == "Une phrase en cours"


def test_what_is_sent_again_is_what_was_sent(browse: Browse, site: Site) -> None:
    page = browse(quiet=False)
    begin(page)
    cuts = []

    def cut(route: Route) -> None:
        cuts.append(route)
        if len(cuts) > 1:
            route.continue_()
        else:
            route.abort("connectionreset")

    page.route("**/say", cut)
    page.fill("#text", "en place")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).not_to_be_empty()
    page.fill("#text", "")
    page.keyboard.press("Enter")
    expect(page.locator("#fin article")).to_contain_text("Question 2 sur 23")
    assert (site.heard("en place"), site.events()) == (1, 3)


def test_the_second_click_is_no_answer_to_the_next_question(browse: Browse, site: Site) -> None:
    page = browse()
    begin(page)
    first = page.locator("#offers .choices button").nth(1)
    first.click()
    expect(page.locator("#fin article")).to_contain_text("Question 2 sur 23")
    page.locator("#offers .choices button").nth(1).dispatch_event("click", {"detail": 2})
    page.locator("#offers .choices button").nth(1).click()
    expect(page.locator("#fin article")).to_contain_text("Question 3 sur 23")
    assert site.events() == 4
