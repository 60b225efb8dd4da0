"""Pages that were hidden, left by their code, met on a bad moment, or behind what was just said: each finds its way back."""

from __future__ import annotations

import pytest
from browser.conftest import Browse
from browser.site import Site, begin
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.browser


def test_a_page_that_was_hidden_listens_again(browse: Browse) -> None:
    one = browse()
    begin(one)
    one.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { get: () => window.away, configurable: true });
            window.away = true;
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    two = one.context.new_page()
    two.goto(one.url)
    two.locator("#answers .choices button").nth(2).click()
    expect(two.locator("#fin article")).to_contain_text("Question 2 sur 23")
    with one.expect_request("**/events*"):
        one.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(one.locator("#fin article")).to_contain_text("Question 2 sur 23")
    two.locator("#answers .choices button").nth(2).click()
    expect(one.locator("#fin article")).to_contain_text("Question 3 sur 23")


def test_the_site_goes_on_elsewhere_by_its_code(browse: Browse) -> None:
    one, two = browse(), browse()
    begin(one)
    one.locator("#answers .choices button").nth(2).click()
    expect(one.locator("#fin article")).to_contain_text("Question 2 sur 23")
    one.click('footer button[value="/continuer"]')
    link = one.locator('#fin a[href*="/c/"]')
    expect(one.locator("#fin [role=img] svg")).to_be_visible()
    two.goto(link.get_attribute("href") or "")
    two.click(".retry button")
    expect(two.locator("#fin article")).to_contain_text("Question 2 sur 23")
    two.locator("#answers .choices button").nth(2).click()
    expect(two.locator("#fin article")).to_contain_text("Question 3 sur 23")
    one.click('#nav button[value="/recap"]')
    expect(one.locator("#fin li")).to_have_count(2)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_bad_moment_is_left_by_the_same_form(
    browse: Browse, site: Site, monkeypatch: pytest.MonkeyPatch, *, javascript: bool
) -> None:
    page = browse(javascript=javascript, quiet=False)
    begin(page)

    def away() -> None:
        raise OSError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(site.core.store, "read", away)
        page.reload()
        expect(page.locator("#status")).not_to_be_empty()
        expect(page.locator("#journal")).to_have_count(0)
        page.fill("#text", "en place")
    page.click("#composer button")
    expect(page.locator("#fin article")).to_contain_text("Question 2 sur 23")
    assert site.heard("en place") == 1


def test_news_that_come_after_an_answer_are_not_shown_twice(browse: Browse) -> None:
    one = browse()
    begin(one)
    two = one.context.new_page()
    two.goto(one.url)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    two.route("**/fragment*", hold)
    with two.expect_request("**/fragment*"):
        one.locator("#answers .choices button").nth(2).click()
    two.fill("#text", "en place")
    two.keyboard.press("Enter")
    expect(two.locator("#fin article")).to_contain_text("Question 3 sur 23")
    shown = two.locator("#journal > li").count()
    with two.expect_response("**/fragment*"), two.expect_request_finished():
        held[0].continue_()
    expect(two.locator("#journal > li")).to_have_count(shown)
    two.reload()
    expect(two.locator("#journal > li")).to_have_count(shown)
