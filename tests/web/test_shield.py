"""A page that fails is logged by its route: the address may hold a code."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi import FastAPI
from structlog.testing import capture_logs

from bot.web.shield import Shield


async def test_a_failure_names_the_route_and_not_the_code() -> None:
    app = FastAPI()
    app.add_middleware(Shield, secure=False, trouble=lambda _: "panne")

    @app.get("/c/{code}")
    async def _fails(code: str) -> Any:
        raise ArithmeticError(code)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        with capture_logs() as logs:
            assert (await client.get("/c/abcd-efgh")).status_code == 500
    assert [one["path"] for one in logs if one["event"] == "page_failed"] == ["/c/{code}"]
    assert "abcd-efgh" not in str(logs)
