"""The databases that PostgreSQL's tests are lent: each is as if it were new."""

from __future__ import annotations

import postgres
import psycopg
import pytest

pytestmark = pytest.mark.postgres
EVENT = "INSERT INTO audit (at, actor, action, subject) VALUES (now(), 'x', 'x', 'x') RETURNING id"


def written(url: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE tombstone_key SET key = 'x'")
        found = connection.execute(EVENT).fetchone()
        assert found
        return found


def held(url: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        counted = "SELECT (SELECT count(*) FROM audit), (SELECT max(key) FROM tombstone_key)"
        found = connection.execute(counted).fetchone()
        assert found
        return found


def test_a_database_comes_back_as_it_was(cluster: postgres.Cluster) -> None:
    with cluster.lent() as first:
        born = held(first)
        number = written(first)
        assert held(first) != born
    with cluster.lent() as second:
        assert second == first
        assert held(second) == born
        assert written(second) == number


def test_one_that_was_changed_or_is_still_used_is_lent_no_more(cluster: postgres.Cluster) -> None:
    with cluster.lent() as first, psycopg.connect(first, autocommit=True) as connection:
        connection.execute("CREATE TABLE more (id int)")
    with cluster.lent() as second:
        assert second != first
        kept = psycopg.connect(second)
    with cluster.lent() as third:
        assert third not in (first, second)
    kept.close()
