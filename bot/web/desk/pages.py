"""The pages of the team, together."""

from __future__ import annotations

from fastapi import FastAPI

from bot.web.desk.bulk import BulkPages
from bot.web.desk.entry import EntryPages
from bot.web.desk.file import FilePages
from bot.web.desk.front import Front
from bot.web.desk.home import HomePage
from bot.web.desk.pieces import EntryFiles
from bot.web.desk.table import TablePage
from bot.web.door import Door
from bot.web.reader import Readers
from bot.web.view import View


class DeskPages:
    """The desk of the team, as pages."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._front = Front(door, view, readers)

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where there is no desk, there are none."""
        if self._door.bureau:
            for part in (HomePage, TablePage, BulkPages, EntryPages, EntryFiles, FilePages):
                part(self._front).mount(app)
