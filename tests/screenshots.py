"""The pictures of the README, taken from the running product: ``uv run python tests/screenshots.py``.

The web chat is a browser on ``rallynov run``; the Telegram chat is what the same process sent to the loopback Bot API
server, drawn as a plain chat: no application of Telegram takes part, and the picture says so.
"""

from __future__ import annotations

import base64
import html
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from botapi import BotApi
from playwright.sync_api import Browser, Page, sync_playwright

TOKEN = "123456789:AAF-screenshots-only"  # noqa: S105
FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
LEVELS = [*"4434334245477334326432"]
CHAT = 7
WITHIN = 20_000
STYLE = """
body { margin: 0; padding: 18px 14px; background: #dfe8e4;
       font: 15px/1.42 system-ui, sans-serif; color: #16211d; width: 460px }
p.note { margin: 0 0 14px; text-align: center; font-size: 12px; color: #4d5f58 }
.bot { border-radius: 14px; padding: 9px 12px; margin: 8px 0 2px; white-space: pre-wrap; box-shadow: 0 1px 1px #0002 }
.bot { background: #fff; margin-right: 30px }
.bot img { width: 100%; border-radius: 10px; display: block; margin-bottom: 8px }
.keys { display: grid; grid-template-columns: repeat(6, 1fr); gap: 4px; margin: 0 30px 12px 0 }
.keys span { background: #8aa79b; color: #fff; border-radius: 8px; padding: 7px 6px; text-align: center; font-size: 13.5px }
blockquote { margin: 4px 0; padding-left: 8px; border-left: 3px solid #8aa79b }
"""


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def run(port: int, api: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start the product as an operator does."""
    settings = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API": api,
        "WEB_PORT": str(port),
        "WEB_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(folder),
        "LOG_FORMAT": "json",
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("RALLYNOV_")}
    own |= {f"RALLYNOV_{name}": value for name, value in settings.items()}
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "bot", "run"], env=own, stdout=quiet, stderr=quiet)


def on_the_web(browser: Browser, url: str) -> None:
    """Walk to the result; a phone and a desk, by day and by night."""
    places = {"telephone": (375, 780, "light"), "bureau-nuit": (1280, 860, "dark")}
    for name, (width, height, scheme) in places.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2,
            locale="fr-FR",
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(WITHIN)
        page.goto(url)
        if width < 600:
            page.screenshot(path=FOLDER / f"web-accueil-{name}.png")
        press(page, "Commencer le diagnostic")
        press(page, "J’ai lu et j’accepte")
        for level in LEVELS:
            choose(page, int(level))
            if level is LEVELS[5]:
                page.screenshot(path=FOLDER / f"web-question-{name}.png")
        choose(page, 2)
        page.get_by_text("Votre résultat", exact=True).last.wait_for()
        page.screenshot(path=FOLDER / f"web-resultat-{name}.png")
        context.close()


def dossier_on_the_web(browser: Browser, url: str) -> None:
    """Begin a dossier; its page on a phone by day, and beside the conversation on a desk by night."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 860},
        device_scale_factor=2,
        locale="fr-FR",
        color_scheme="dark",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(WITHIN)
    page.goto(url)
    for said in ("/dossier", "oui", "1", "Atelier des Exemples", "732 829 320 00074", "10", "aucune"):
        before = page.locator("#journal > li").count()
        page.fill("#text", said)
        page.keyboard.press("Enter")
        page.wait_for_function("n => document.querySelectorAll('#journal > li').length > n", arg=before)
    page.locator("#beside").get_by_text("Association déclarée").wait_for()
    page.screenshot(path=FOLDER / "web-dossier-bureau-nuit.png")
    page.set_viewport_size({"width": 375, "height": 780})
    page.emulate_media(color_scheme="light")
    page.click("#mine a")
    page.screenshot(path=FOLDER / "web-dossier-telephone.png")
    context.close()


def press(page: Page, words: str) -> None:
    page.locator("#answers").get_by_role("button", name=words).click()
    page.wait_for_function("() => !document.querySelector('main[aria-busy=true]')")


def choose(page: Page, number: int) -> None:
    """Press the choice of a number, and wait for the next card."""
    before = page.locator("#journal > li").count()
    page.locator("#answers .choices button").nth(number - 1).click()
    page.wait_for_function("n => document.querySelectorAll('#journal > li').length > n", arg=before)
    page.wait_for_function("() => !document.querySelector('main[aria-busy=true]')")


def on_telegram(browser: Browser, api: BotApi) -> None:
    """Walk to the result, and draw the last messages."""
    says(api, "/start")
    for label in ("Commencer le diagnostic", "J’ai lu et j’accepte"):
        presses(api, label)
    for level in LEVELS[:4]:
        says(api, level)
    time.sleep(5)  # people take their time; the cards of who hurries are not touched again
    edited = len(api.made("editMessageText"))
    presses(api, "En place")
    api.wait(lambda api: len(api.made("editMessageText")) > edited, 20)
    draw(browser, api, "telegram-question", 2)
    for level in (*LEVELS[5:], "2"):
        says(api, level)
    api.wait(lambda api: any("photo" in one for one in api.messages(CHAT)), 20)
    api.wait(lambda api: "Votre résultat" in str(api.messages(CHAT)[-1].get("text")), 20)
    draw(browser, api, "telegram-resultat", 2)


def says(api: BotApi, text: str) -> None:
    before = len(api.messages(CHAT))
    api.text(CHAT, text)
    api.wait(lambda api: len(api.messages(CHAT)) > before, 20)


def presses(api: BotApi, label: str) -> None:
    before = len(api.messages(CHAT))
    api.press(CHAT, label)
    api.wait(lambda api: len(api.messages(CHAT)) > before, 20)


def draw(browser: Browser, api: BotApi, name: str, last: int) -> None:
    shown = api.messages(CHAT)[-last:]
    pictures = [call.params["photo"]["content"] for call in api.made("sendPhoto")]
    sent = [call.params["text"] for call in (*api.made("sendMessage"), *api.made("editMessageText"))]
    note = "Les messages tels que Telegram les reçoit, dessinés par le serveur Bot API de bouclage"
    parts = [f"<p class=note>{note}</p>", *(bubble(message, sent, pictures) for message in shown)]
    page = browser.new_page(viewport={"width": 488, "height": 400}, device_scale_factor=2)
    page.set_content(f"<!doctype html><style>{STYLE}</style>{''.join(parts)}")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    page.close()


def bubble(message: dict[str, Any], sent: list[str], pictures: list[bytes]) -> str:
    """Draw one message with its keyboard; its text is the HTML that was sent."""
    if "photo" in message:
        data = base64.b64encode(pictures[-1]).decode()
        return (
            f"<div class=bot><img src='data:image/png;base64,{data}'>{html.escape(message['caption'])}</div>"
        )
    text = next(
        (one for one in reversed(sent) if plain(one) == message["text"]), html.escape(message["text"])
    )
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    keys = "".join(
        f"<span style='grid-column: span {6 // len(row)}'>{html.escape(key['text'])}</span>"
        for row in rows
        for key in row
    )
    return f"<div class=bot>{text}</div><div class=keys>{keys}</div>"


def plain(marked: str) -> str:
    import telegram_html  # noqa: PLC0415  # beside this file

    return telegram_html.parse(marked)


def take() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, BotApi() as api, sync_playwright() as playwright:
        process = run(port, api.url, Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            api.wait(lambda api: api.polling, 30)
            on_telegram(browser, api)
            on_the_web(browser, f"http://127.0.0.1:{port}/")
            dossier_on_the_web(browser, f"http://127.0.0.1:{port}/")
        finally:
            browser.close()
            process.terminate()
            process.wait(15)
    for path in sorted(FOLDER.glob("*.png")):
        print(path.relative_to(FOLDER.parents[1]), path.stat().st_size // 1024, "ko")  # noqa: T201


if __name__ == "__main__":
    take()
