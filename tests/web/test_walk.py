"""A whole visit by ordinary forms: no JavaScript, one page after another."""

from __future__ import annotations

from sqlalchemy import func, select
from web.visitor import Visitor

from bot.wiring import Core
from rallynov.delivery.tables import ConversationRow, InboxRow


def _count(core: Core, table: type[InboxRow | ConversationRow]) -> int:
    with core.store.read() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar() or 0


async def test_looking_keeps_nothing(visitor: Visitor, core: Core) -> None:
    page = await visitor.open()
    assert visitor.answer is not None
    assert "set-cookie" not in visitor.answer.headers
    assert list(page.buttons.values())[0].split() == ["1", "Commencer", "le", "diagnostic"]
    assert (_count(core, InboxRow), _count(core, ConversationRow)) == (0, 0)
