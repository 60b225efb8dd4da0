"""What the web door refuses, and what every answer carries."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from fastapi import APIRouter
from sqlalchemy import select
from stored import count
from web.conftest import Open
from web.test_walk import begin
from web.visitor import Visitor

from bot.web import visitors
from bot.web.shield import POLICY
from bot.wiring import Core
from rallynov.delivery.tables import InboxRow

HOSTILE = [
    "<script>document.title='x'</script>",
    "</textarea></p><img src=x onerror=alert(1)>",
    "\" onfocus='alert(1)' autofocus x=\"",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "&lt;b&gt; & <!-- -->",
    "javascript:alert(1) [a](javascript:alert(1))",
]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://rallye.test"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://ailleurs.test"},
        {"Origin": "null"},
        {"Origin": "http://rallye.test.ailleurs.test"},
        {"Origin": "http://[::bad"},
        {"Referer": "http://ailleurs.test/rallye.test"},
        {},
    ],
)
@pytest.mark.parametrize("known", [True, False])
async def test_a_form_from_elsewhere_is_refused(
    visitor: Visitor, core: Core, headers: dict[str, str], *, known: bool
) -> None:
    if known:
        await begin(visitor)
    before = count(core.store, InboxRow)
    page = visitor.page if known else await visitor.open()
    answer = await visitor.post(headers, **page.hidden, text="bonjour")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert count(core.store, InboxRow) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://rallye.test"},
        {"Origin": "http://RALLYE.test:80"},
        {"Referer": "http://rallye.test/?suite=1"},
    ],
)
async def test_a_form_of_ours_passes(visitor: Visitor, headers: dict[str, str]) -> None:
    page = await visitor.open()
    assert (await visitor.post(headers, **page.hidden, text="bonjour")).status_code == 303


async def test_a_wrong_form_token_is_refused_and_the_text_kept(visitor: Visitor, core: Core) -> None:
    await begin(visitor)
    before = count(core.store, InboxRow)
    answer = await visitor.post(id="x", token="f" * 64, text="Une phrase à ne pas perdre")
    assert answer.status_code == 403
    assert "Une phrase à ne pas perdre</textarea>" in answer.text
    assert count(core.store, InboxRow) == before


async def test_news_are_not_for_other_sites(visitor: Visitor) -> None:
    await begin(visitor)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert (await visitor.client.get("/fragment", headers=elsewhere)).status_code == 403
    assert (await visitor.client.get("/events", headers=elsewhere)).status_code == 204


async def test_news_are_not_for_strangers(visitor: Visitor) -> None:
    assert (await visitor.client.get("/fragment?after=0")).status_code == 403
    assert (await visitor.client.get("/events")).status_code == 204


@pytest.mark.parametrize("secure", [True, False])
async def test_the_cookie(open_door: Open, core: Core, *, secure: bool) -> None:
    visitor = open_door(secure=secure)
    page = await visitor.open()
    answer = await visitor.post(**page.hidden, text="bonjour")
    cookie = answer.headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax", "max-age=7776000"} <= parts
    assert ("secure" in parts, cookie.startswith("__Host-rallynov=")) == (secure, secure)
    assert not any(part.startswith("domain") for part in parts)
    value = cookie.partition("=")[2].partition(";")[0]
    with core.store.read() as tx:
        row = tx.execute(select(InboxRow.address, InboxRow.external_id)).one()
    assert row[0] == visitors.address_of(value)
    assert value not in f"{row}"


@pytest.mark.parametrize("value", ["court", "x" * 65, "pas un jeton à nous ; /../"])
async def test_a_strange_cookie_is_nobody(visitor: Visitor, value: str) -> None:
    answer = await visitor.client.get("/", headers={"Cookie": f"rallynov={quote(value)}"})
    assert answer.status_code == 200
    assert "sse-connect" not in answer.text


PATHS = {
    "/": 200,
    "/confidentialite": 200,
    "/accessibilite": 200,
    "/mentions-legales": 200,
    "/healthz": 200,
    "/readyz": 200,
    "/metrics": 200,
    "/autre": 200,
    "/casse": 500,
    "/fiches": 200,
    "/fiches/cooperer": 200,
    "/fiches/rien": 404,
    "/c/abcdefgh": 200,
    "/c/a+b": 404,
    "/papiers/sheet/F1": 200,
    "/papiers/report/1": 404,
    "/fragment": 403,
    "/events": 204,
    "/say": 405,
    "/nulle-part": 404,
    "/docs": 404,
    "/redoc": 404,
    "/openapi.json": 404,
    "/static/rallynov.css": 200,
    "/static/chat.js?v=1": 200,
    "/static/vendor/htmx.min.js": 200,
    "/static/../app.py": 404,
    "/static/nulle-part.css": 404,
}
"""Every path that is answered, and how."""


async def test_every_answer_is_shielded(open_door: Open) -> None:
    router = APIRouter()

    @router.get("/casse")
    def broken() -> None:
        raise RuntimeError("a sentence that someone typed")

    @router.get("/autre")
    def other() -> dict[str, str]:
        return {"ok": "oui"}

    visitor = open_door(routers=[router], secure=True)
    for path, status in PATHS.items():
        answer = await visitor.client.get(path)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "max-age" in answer.headers["strict-transport-security"]
        kept = answer.headers["cache-control"]
        assert ("no-store" in kept) == (not path.startswith("/static") or status == 404), path
        assert "someone typed" not in answer.text
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert not any(
                f"<{tag}>" in answer.text or "style=" in answer.text for tag in ("script", "style")
            )


def test_the_policy_trusts_our_own_files_alone() -> None:
    told = dict(part.strip().partition(" ")[::2] for part in POLICY.split(";"))
    assert told["default-src"] == "'none'"
    assert told["script-src"] == told["style-src"] == "'self'"
    assert told["frame-ancestors"] == told["base-uri"] == "'none'"
    assert told["form-action"] == "'self'"
    assert not any("unsafe" in value or "*" in value or "http" in value for value in told.values())


async def test_htmx_runs_nothing_that_a_page_says(visitor: Visitor) -> None:
    page = await visitor.open()
    [config] = [values["content"] for _, values in page.tags if values.get("name") == "htmx-config"]
    said = json.loads(config)
    assert (said["allowEval"], said["allowScriptTags"], said["includeIndicatorStyles"]) == (
        False,
        False,
        False,
    )
    logs = [values for _, values in page.tags if values.get("role") == "log"]
    assert [("hx-disable" in values) for values in logs] == [True], "no attribute acts among the messages"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/confidentialite",
        "/accessibilite",
        "/mentions-legales",
        "/rien",
        "/fiches",
        "/fiches/cooperer",
        "/c/abcdefgh",
    ],
)
async def test_every_page_leads_to_its_duties(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)
    links = {values.get("href") for tag, values in page.tags if tag == "a"}
    assert {"/confidentialite", "/accessibilite", "/mentions-legales", "/fiches", "#contenu"} <= links
    assert ("html", {"lang": "fr"}) in page.tags
    assert len(page.texts["h1"]) == 1
    assert visitor.answer is not None
    assert "Accessibilité" in visitor.answer.text


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_text(visitor: Visitor, text: str) -> None:
    await begin(visitor)
    tags = [tag for tag, _ in (await visitor.say("bonjour")).tags]
    page = await visitor.say(text)
    assert any(text in shown for shown in page.texts["p"])
    fresh = [tag for tag, _ in page.tags][len(tags) :]
    assert not {"script", "img", "b", "iframe"} & set(fresh)
    assert not any(name.startswith("on") for _, values in page.tags for name in values)


async def test_hostile_text_stays_text_in_the_field(visitor: Visitor) -> None:
    await begin(visitor)
    text = "\n".join(HOSTILE)
    answer = await visitor.post(id="x", text=text)
    assert "</textarea></p>" not in answer.text
    assert "&lt;/textarea&gt;" in answer.text


@pytest.mark.parametrize("text", ["é" * 16_000, "😀" * 16_000, "<" * 16_000, "a\r\n" * 5_000])
async def test_the_longest_text_passes(visitor: Visitor, text: str) -> None:
    await begin(visitor)
    page = await visitor.say(text)
    assert visitor.answer is not None
    assert visitor.answer.status_code == 200
    assert page.buttons


async def test_a_body_that_is_too_long_is_refused(visitor: Visitor, core: Core) -> None:
    await begin(visitor)
    before = count(core.store, InboxRow)
    answer = await visitor.post(**visitor.page.hidden, text="a" * 70_000)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")

    async def endless() -> object:
        for _ in range(100):
            yield b"text=" + b"a" * 1_000

    form = {"Origin": visitor.home, "Content-Type": "application/x-www-form-urlencoded"}
    answer = await visitor.client.post("/say", content=endless(), headers=form)  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert count(core.store, InboxRow) == before


async def test_a_malformed_form_is_refused(visitor: Visitor) -> None:
    form = {"Origin": visitor.home, "Content-Type": "multipart/form-data; boundary=x"}
    assert (await visitor.client.post("/say", content=b"--y\r\n", headers=form)).status_code in {303, 400}
    sent = {"text": ("virus.exe", b"MZ")}
    answer = await visitor.client.post("/say", files=sent, headers={"Origin": visitor.home})
    assert answer.status_code == 400


async def test_too_fast_is_said_and_the_text_kept(visitor: Visitor) -> None:
    await begin(visitor)
    hidden = visitor.page.hidden
    passed = 0  # the clock of the tests moves a millisecond a look: a few more than 118 may pass
    while (answer := await visitor.post(**hidden, text="une de trop")).status_code == 303:
        passed += 1
    assert 118 <= passed <= 125
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "5"
    assert "une de trop</textarea>" in answer.text
