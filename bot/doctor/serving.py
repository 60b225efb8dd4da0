"""The ``run`` of this machine: whether it answers, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from bot.doctor.finding import Finding, bad, good, look
from bot.settings import Settings

PATIENCE = 6.0
TROUBLES = {
    "database": "la base ne s'écrit plus",
    "events": "des messages reçus attendent depuis plus d'une minute",
    "replies": "des réponses attendent d'être envoyées depuis plus d'une minute",
    "telegram": "Telegram ne se lit plus",
    "worker": "ce qui traite les messages est arrêté",
}
"""What ``/readyz`` calls what fails, in words."""


def ready(settings: Settings) -> Iterator[Finding]:
    """Ask the page that tells whether it can serve."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.web_host, settings.web_host)  # noqa: S104
    place = f"{host}:{settings.web_port}"
    try:
        answer = httpx.get(f"http://{place}/readyz", timeout=PATIENCE, trust_env=False)
        said = answer.json()
        if not isinstance(said, dict) or "ready" not in said:
            raise ValueError  # noqa: TRY301  # another program speaks JSON too
    except (httpx.ProtocolError, ValueError):
        yield bad(
            "run",
            f"Un autre programme répond sur {place} : « run » ne peut pas y écouter.",
            "Arrêtez-le (ss -ltnp dit lequel), ou choisissez un autre port : RALLYNOV_WEB_PORT.",
        )
        return
    except httpx.HTTPError:
        yield look(
            "run", f"Aucun « run » ne répond sur {place}.", "Démarrez-le : rallynov run, ou le service."
        )
        return
    if said.get("ready") is True:
        yield good("run", f"« run » répond sur {place} et fait son travail.")
        return
    failing = said.get("failing") or {}
    told = ", ".join(TROUBLES.get(name, name) for name in failing)
    mend = "Voyez « Que faire quand… » (docs/operations.md), et le journal."
    yield bad("run", f"« run » répond sur {place}, mais ne va pas : {told}.", mend)
