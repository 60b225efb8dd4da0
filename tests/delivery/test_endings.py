"""What tells that a process did not end well: its own row, which no neighbour takes away."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from conversation import START, Clock, core
from delivery.test_service import said
from postgres import Cluster
from stored import values

from rallynov.delivery import endings
from rallynov.delivery.tables import LeaderRow
from rallynov.storage.store import Store


def died(store: Store) -> bool:
    with store.read() as tx:
        return endings.died(tx)


async def test_who_ended_well_leaves_no_fear(store: Store, clock: Clock) -> None:
    store.own()
    for _ in range(2):
        delivery = core(store, clock).delivery
        assert not died(store)
        delivery.start()
        await delivery.take([said(f"{clock()}", "bonjour")])
        assert delivery._cycles._wary_until == 0.0
        assert died(store)
        clock.pass_(seconds=9)
        await delivery.close()
    assert values(store, LeaderRow.role) == []


async def test_who_works_beside_the_owner_of_a_file_neither_fears_nor_ends_for_it(
    sqlite: Store, clock: Clock
) -> None:
    with sqlite.write() as tx:
        endings.begin(tx, START)
    beside = core(sqlite, clock).delivery
    beside.start()
    await beside.take([said("1", "bonjour")])
    assert beside._cycles._wary_until == 0.0
    await beside.close()
    assert died(sqlite)


@pytest.mark.postgres
def test_a_neighbour_that_ends_well_does_not_hide_a_death(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster.lent() as url:
        shared = Store(url)
        living = [
            subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1)
            for _ in range(2)
        ]
        numbers = [process.pid for process in living]

        def told(number: int, *, runs: bool) -> None:
            with monkeypatch.context() as there, shared.write() as tx:
                there.setattr(os, "getpid", lambda: number)
                if runs:
                    endings.begin(tx, START)
                else:
                    endings.end(tx)

        told(numbers[0], runs=True)
        told(numbers[1], runs=True)
        assert not died(shared)
        told(numbers[0], runs=False)
        living[1].kill()
        for process in living:
            process.communicate()
        assert died(shared)
        told(os.getpid(), runs=True)  # it is told once
        assert values(shared, LeaderRow.owner) == [str(os.getpid())]
        monkeypatch.setattr("socket.gethostname", lambda: "another-container")
        assert not died(shared)
        with shared.write() as tx:
            endings.begin(tx, START + timedelta(days=91))
        assert values(shared, LeaderRow.role) == [f"running another-container {os.getpid()}"]
        shared.close()
