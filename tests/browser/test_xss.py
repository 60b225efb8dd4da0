"""What people type, on every page of the site, is text: nothing of it runs, loads, or becomes an element.

The suite walks every route; a campaign plants all payloads in each field in turn, and is shown to see what runs:
``uv run pytest -n0 -m campaign tests/browser/test_xss.py`` (``RALLYNOV_ROTATIONS=0:20`` for its first turns).
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx
import pytest
import uvicorn
from browser.covered import FILES, PAGES, uncovered
from browser.payloads import payloads
from browser.planting import COOKIES, MARK, Planted, planted, rotations
from playwright.sync_api import Browser, BrowserContext, Dialog, Page
from sqlalchemy import func, select

from bot.run import _application
from bot.settings import Settings
from bot.wiring import build
from rallynov.delivery.tables import InboxRow
from rallynov.storage import schema
from rallynov.storage.store import Store

pytestmark = pytest.mark.browser
TEXTS = payloads()
FEW = [90, 31, 79, 108, 118, 147, 160, 172, 190, 0]
"""One of each family; the first breaks out of an attribute, and is what forms and addresses hold too."""
NEVER = {"d1 name of a refused file", "d1 name of a waiting file", "way learned", "rival"}
"""What no page shows: files that were not submitted, what only the index reads, what is asked in conversation alone."""
WATCH = """
for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => pwned(name);
document.addEventListener('securitypolicyviolation',
  one => violated(`${one.violatedDirective} ${one.blockedURI} ${one.sample} ${location.pathname}`), true);
"""
SHAPE = """() => [...document.querySelectorAll('*')].map(one => [
  one.tagName + ' ' + one.getAttributeNames().sort().join(' '),
  ['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].filter(name => one.hasAttribute(name))
    .map(name => { try { return new URL(one.getAttribute(name), location).protocol } catch { return 'odd' } }).join(' '),
])"""


FILL = """text => document.querySelectorAll(
  'main input:not([type]), main input[type=text], main textarea').forEach(one => {
    one.value = text; one.classList.add('filled') })"""


class Trial:
    """A planted site under the eyes of a browser; ``found`` is all that is wrong."""

    def __init__(self, folder: Path, chromium: Browser) -> None:
        self.store = Store(f"sqlite:///{folder / 'rallynov.db'}")
        schema.migrate(self.store)
        settings = Settings(_env_file=None, data_dir=folder)
        self.core = build(settings, self.store)
        self.made: Planted = planted(self.core)
        self.app = _application(settings, self.core, None)
        self.found: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(60)
        self.pages = {name: self._opened(chromium, name) for name in (*COOKIES, "")}

    async def _serve(self) -> None:
        self.core.delivery.start()
        config = uvicorn.Config(self.app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._ready.set()
        await self._server.serve(sockets=[self._socket])
        await self.core.delivery.close()

    def _opened(self, chromium: Browser, name: str) -> Page:
        context: BrowserContext = chromium.new_context(locale="fr-FR")
        if name:
            context.add_cookies([{"name": "rallynov", "value": COOKIES[name], "url": self.url}])
        context.expose_binding("pwned", lambda source, what: self._wrong("ran", what, source))
        context.expose_binding(
            "violated", lambda source, what: self._wrong("against the policy", what, source)
        )
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("dialog", self._spoke)
        page.on("request", lambda one: self._asked(one.url))
        return page

    def _wrong(self, how: str, what: object, source: Mapping[str, Any]) -> None:
        text = TEXTS[what] if isinstance(what, int) and what < len(TEXTS) else what
        self.found.append(f"{how}: {text!r} on {source['frame'].url}")

    def _spoke(self, dialog: Dialog) -> None:
        self.found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, "data:image/svg+xml", "about:blank")):
            self.found.append(f"asked for {url}")

    def walk(
        self, payload: str = "exemple", only: Collection[str] = ()
    ) -> dict[str, tuple[set[tuple[str, str]], str]]:
        """Open every page, or ``only`` some; return the kinds of elements of each, and its source."""
        seen = {}
        for route in PAGES.values():
            for name, path in route:
                if only and f"{name} {path}" not in only:
                    continue
                asked = path.replace("{q}", quote(payload, safe="")).replace(
                    "{ticket}", self.made.ids["ticket"]
                )
                page = self.pages[name]
                answer = page.goto(self.url + asked, wait_until="load")
                assert answer
                assert answer.status < 500, asked
                kinds = {(kind, schemes) for kind, schemes in page.evaluate(SHAPE)}
                seen[f"{name} {path}"] = kinds, page.content()
        return seen

    def typed(self, payload: str) -> dict[str, tuple[set[tuple[str, str]], str]]:
        """Send forms whose answer gives back what was typed, because it does not suit."""
        seen, page = {}, self.pages["claude"]
        for path in ("/equipe/exports", "/equipe/saisie/d4/1"):
            page.goto(self.url + path, wait_until="load")
            page.evaluate(FILL, f"{payload}, 33")
            with page.expect_navigation(wait_until="load"):
                page.evaluate(
                    "[...document.querySelectorAll('main form')].find(one => one.querySelector('.filled')).submit()"
                )
            kinds = {(kind, schemes) for kind, schemes in page.evaluate(SHAPE)}
            seen[f"typed {path}"] = kinds, page.content()
        return seen

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()
        self._server.should_exit = True
        self._thread.join()
        self.store.close()


class Elsewhere(BaseHTTPRequestHandler):
    """Another site, whose page sends a form to ours as soon as it is opened."""

    def __init__(self, target: str, *args: object) -> None:
        self._target = target
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Show the form."""
        page = (
            f'<form id="f" method="post" action="{self._target}" enctype="multipart/form-data">'
            '<input name="text" value="volé"></form><script>document.getElementById("f").submit()</script>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Trial]:
    running = Trial(tmp_path_factory.mktemp("xss"), chromium)
    yield running
    running.close()


@pytest.fixture(scope="module")
def plain(trial: Trial) -> dict[str, tuple[set[tuple[str, str]], str]]:
    """Every page with its marks: what it is made of when nobody is hostile."""
    seen = trial.walk() | trial.typed("exemple")
    assert any("exemple, 33" in source for page, (_, source) in seen.items() if page.startswith("typed"))
    assert trial.found == []
    return seen


def foreign(plain: Mapping[str, Any], seen: Mapping[str, Any]) -> list[str]:
    """What a page is made of that no page is made of otherwise, or that leads where no page leads."""
    known = {kind for kinds, _ in plain.values() for kind, _ in kinds}
    leads = {"", "http:", "https:", "mailto:", "tel:", "data:"}
    return [
        f"{page}: {kind} {schemes}"
        for page, (kinds, _) in seen.items()
        for kind, schemes in kinds
        if kind not in known or not set(schemes.split()) <= leads
    ]


def tried(trial: Trial, plain: Mapping[str, Any], texts: list[str], turns: range) -> None:
    """Plant payloads, turn after turn; a page that holds nothing typed has been opened already."""
    typed = {page for page, (_, source) in plain.items() if MARK.search(source) or "{q}" in page}
    for nth, chosen in zip(turns, rotations(trial.made, texts, turns), strict=True):
        trial.made.plant(chosen)
        try:
            seen = trial.walk(texts[nth % len(texts)], typed) | trial.typed(texts[nth % len(texts)])
        finally:
            trial.made.restore()
        assert foreign(plain, seen) == []
        assert trial.found == []


def test_every_route_is_walked(trial: Trial) -> None:
    assert uncovered(trial.app) == set()


@pytest.mark.campaign
def test_every_field_is_seen_somewhere(trial: Trial, plain: Mapping[str, Any]) -> None:
    seen = {name for _, source in plain.values() for name in MARK.findall(source)}
    unseen = {where for name, where in trial.made.names.items() if name not in seen}
    assert unseen <= NEVER, unseen


@pytest.mark.campaign
def test_a_few_payloads_on_every_page(trial: Trial, plain: Mapping[str, Any]) -> None:
    tried(trial, plain, [TEXTS[nth] for nth in FEW], range(1))


def test_what_is_handed_over_is_no_page(trial: Trial) -> None:
    trial.made.plant(next(rotations(trial.made, TEXTS, range(1))))
    try:
        for route in FILES.values():
            for name, path in route:
                cookies = {"rallynov": COOKIES[name]} if name else {}
                answer = httpx.get(trial.url + path, cookies=cookies)
                assert answer.headers["x-content-type-options"] == "nosniff"
                if path.endswith(".atom"):
                    whole = ET.fromstring(answer.content)  # noqa: S314  # ours
                    spaces = {one.tag.partition("}")[0] for one in whole.iter()}
                    assert spaces == {"{http://www.w3.org/2005/Atom"}
                elif answer.status_code == 200:
                    assert answer.headers["content-disposition"].startswith("attachment"), path
                    assert "html" not in answer.headers["content-type"]
                else:
                    assert answer.status_code == 404, path
    finally:
        trial.made.restore()


@pytest.mark.campaign
def test_the_trial_sees_what_runs_what_is_refused_and_what_is_foreign(
    trial: Trial, plain: Mapping[str, Any]
) -> None:
    page = trial.pages[""]
    page.goto(trial.url + "/faq", wait_until="load")
    page.evaluate(
        "() => { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=pwned(0)>'); alert(1) }"
    )
    page.evaluate("() => new Promise(done => setTimeout(done, 50))")
    found, trial.found = trial.found, []
    assert any(one.startswith("ran: 'alert'") for one in found)
    assert any(one.startswith("against the policy: 'script-src") for one in found), found
    kinds = {(kind, schemes) for kind, schemes in page.evaluate(SHAPE)}
    assert foreign(plain, {"x": (kinds, "")}) == ["x: IMG onerror src http:"]


def test_a_form_of_another_site_is_sent_in_vain(trial: Trial) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Elsewhere, f"{trial.url}/say"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = trial.pages["anne"]
    try:
        with trial.store.read() as tx:
            before = tx.execute(select(func.count()).select_from(InboxRow)).scalar()
        with page.expect_response(lambda one: one.url.endswith("/say")) as sent:
            page.goto(f"http://localhost:{server.server_address[1]}/")
        assert sent.value.status == 403
        assert sent.value.request.headers["origin"].startswith("http://localhost:")
        with trial.store.read() as tx:
            assert tx.execute(select(func.count()).select_from(InboxRow)).scalar() == before
    finally:
        server.shutdown()
        server.server_close()
        trial.found.clear()


@pytest.mark.campaign
def test_every_payload_in_every_field_on_every_page(trial: Trial, plain: Mapping[str, Any]) -> None:
    first, _, last = os.environ.get("RALLYNOV_ROTATIONS", f"0:{len(TEXTS)}").partition(":")
    tried(trial, plain, TEXTS, range(int(first), int(last)))
