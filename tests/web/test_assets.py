"""The files of the pages: packed, versioned, and nothing else than they; what is sent over the wire stays light."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from web.test_walk import begin
from web.visitor import Visitor

from bot.web.assets import FOLDER, Assets

PACKED = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}


async def wire(visitor: Visitor, path: str) -> int:
    """How many bytes of body a page sends when it may be packed."""
    async with visitor.client.stream("GET", path, headers=PACKED) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        return sum([len(chunk) async for chunk in answer.aiter_raw()])


async def test_the_first_page_is_light_over_the_wire(visitor: Visitor) -> None:
    page = await visitor.open()
    named = {values.get("src") or values.get("href") for _, values in page.tags}
    files = [*sorted(one for one in named if one and one.startswith("/static/")), "/static/cretes.svg"]
    assert len(files) == 6
    sizes = {path: await wire(visitor, path) for path in ("/", *files)}
    assert sum(sizes.values()) < 40_000, sizes


@pytest.mark.parametrize("name", ["rallynov.css", "chat.js", "vendor/htmx.min.js", "repere.svg"])
async def test_a_file_is_sent_packed_or_plain_and_then_kept(visitor: Visitor, name: str) -> None:
    content = (FOLDER / name).read_bytes()
    path = Assets().url(name)
    answer = await visitor.client.get(path, headers=PACKED)
    assert (answer.headers["content-encoding"], answer.content) == ("gzip", content)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    plain = await visitor.client.get(path, headers=PLAIN)
    assert "content-encoding" not in plain.headers
    assert plain.content == content
    again = await visitor.client.get(path, headers=PACKED | {"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_new_version_has_a_new_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("one")
    before = Assets(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("two")
    assert Assets(tmp_path).url("a.css") != before


@pytest.mark.parametrize("path", ["vendor/README.md", "../app.py", "%2e%2e/app.py", "", "vendor", "rien.css"])
async def test_nothing_else_is_served(visitor: Visitor, path: str) -> None:
    assert (await visitor.client.get(f"/static/{path}")).status_code == 404


def test_the_code_of_others_is_what_its_licence_says() -> None:
    told = dict(
        re.findall(
            r"^\| `(.+?)` .* `([0-9a-f]{64})` \|$", (FOLDER / "vendor/README.md").read_text(), re.MULTILINE
        )
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (FOLDER / "vendor").glob("*.js")
    }
    assert told == found


async def heading(visitor: Visitor, path: str) -> dict[str, str]:
    """The headers of an answer that may never end."""
    told: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
    asked = {"Accept-Encoding": "gzip", "Cookie": f"rallynov={visitor.client.cookies['rallynov']}"}
    headers = [(name.lower().encode(), value.encode()) for name, value in asked.items()]

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and not told.done():
            told.set_result({name.decode().lower(): value.decode() for name, value in message["headers"]})

    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    app = visitor.client._transport.app  # type: ignore[attr-defined]
    answering = asyncio.ensure_future(app(scope, receive, send))
    try:
        return await told
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def test_pages_are_packed_and_the_news_are_not(visitor: Visitor) -> None:
    await begin(visitor)
    async with visitor.client.stream("GET", "/", headers=PACKED) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert "Question 1 sur 23" in gzip.decompress(raw).decode()
    news = await heading(visitor, "/events")
    assert news["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in news
