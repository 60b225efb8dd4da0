"""The ``run`` of this machine: whether it answers, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from bot.doctor.finding import Finding, bad, good, look
from bot.settings import Settings

PATIENCE = 6.0


def ready(settings: Settings) -> Iterator[Finding]:
    """Ask the page that tells whether it can serve."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.web_host, settings.web_host)  # noqa: S104
    place = f"{host}:{settings.web_port}"
    try:
        answer = httpx.get(f"http://{place}/readyz", timeout=PATIENCE, trust_env=False)
        said = answer.json()
    except (httpx.HTTPError, ValueError):
        yield look(
            "run", f"Aucun « run » ne répond sur {place}.", "Démarrez-le : rallynov run, ou le service."
        )
        return
    if said.get("ready") is True:
        yield good("run", f"« run » répond sur {place} et fait son travail.")
        return
    failing = said.get("failing") or {}
    told = ", ".join(f"{name} ({why})" for name, why in failing.items())
    yield bad("run", f"« run » répond sur {place}, mais ne va pas : {told}.", "Voyez « Que faire quand… ».")
