"""The store in a database: what the server must be, and whatever happens to it is one error in bounded time."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from traceback import TracebackException
from typing import Any

import pytest

from support.postgres import Cluster
from support.stores import Clock, name
from walletcore.errors import SignerError, SignerUnavailable
from walletcore.secret import Secret
from walletcore.signers.postgres import PostgresStore
from walletcore.signers.store import Charge, open_store

COINS = Charge(window="coins", amount=1, at_most=100, seconds=3600)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


def database(url: str) -> str:
    return url.split("/")[3].partition("?")[0]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://user:word@host/db", "policy"),
        ("postgresql://host/db?password=word", "policy"),
        ("postgresql://host/db?options=-csynchronous_commit%3Doff", "policy"),
        ("postgresql+psycopg2://host/db", "prefix"),
        ("mysql://host/db", "prefix"),
        ("sqlite://", "prefix"),
        ("", "prefix"),
        (None, "prefix"),
        ("postgresql://host:port/db", "prefix"),
    ],
)
def test_a_url_that_nobody_means_is_refused(url: Any, reason: str) -> None:
    with pytest.raises(SignerError) as caught:
        PostgresStore(url)
    assert caught.value.reason == reason
    assert "word" not in str(caught.value).replace("without a password", "")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"timeout": 0}, "range"),
        ({"timeout": True}, "range"),
        ({"password": "word"}, "type"),
        ({"password": b"w"}, "type"),
    ],
)
def test_options_that_nobody_means_are_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(SignerError) as caught:
        PostgresStore("postgresql://host/db", **options)
    assert caught.value.reason == reason


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with within(10), pytest.raises(SignerUnavailable) as caught:
        PostgresStore(
            "postgresql://user@127.0.0.1:1/db", password=Secret("-".join(["canary", "word"]).encode()), timeout=1
        )
    shown = "".join(TracebackException.from_exception(caught.value, capture_locals=True).format())
    is_told = "canary-word" in shown  # before pytest's own variables have it
    assert not is_told


@pytest.mark.engine
class TestServer:
    def test_a_server_that_stops_is_unavailable_and_then_found_again(self, postgres: Cluster) -> None:
        store = open_store(postgres.new())
        store.append("one")
        postgres.stop()
        try:
            with within(10), pytest.raises(SignerUnavailable):
                store.append("two")
        finally:
            postgres.start()
        store.append("three")
        assert [entry.text for entry in store.log()] == ["one", "three"]
        store.close()

    def test_a_window_that_another_keeps_locked_is_unavailable_and_others_do_not_wait(self, postgres: Cluster) -> None:
        url = postgres.new()
        holder, store = PostgresStore(url), PostgresStore(url, timeout=0.5)
        with holder.transaction() as open_:
            open_.lock(1, "coins")
            open_.lock(2, "a")
            for call in (lambda: store.admit(name(1), [COINS]), lambda: store.reserve("a", name(1))):
                with within(5), pytest.raises(SignerUnavailable, match="55P03"):
                    call()
            with within(0.5):
                store.admit(name(1), [Charge(window="others", amount=1, at_most=1, seconds=1)])
                assert store.reserve("b", name(1)) == 0
        assert store.reserve("a", name(1)) == 0
        store.close()
        holder.close()

    def test_X20_a_time_that_is_not_committed_is_waited_for_by_nobody_and_then_holds(self, postgres: Cluster) -> None:
        """Who charges meanwhile, in another window, stands before it."""
        url, late = postgres.new(), Clock(1_800_003_600)
        holder, ahead, store = PostgresStore(url), PostgresStore(url, clock=late), PostgresStore(url, clock=Clock())
        charge = Charge(window="others", amount=1, at_most=9, seconds=1)
        with ThreadPoolExecutor(1) as pool, holder.transaction() as open_:
            open_.lock(3, "")
            waits = pool.submit(ahead.admit, name(1), [COINS], ["a line"])
            while not postgres.run("SELECT 1 FROM pg_locks WHERE NOT granted", database(url)):
                assert not waits.done()
            with within(0.5):
                store.admit(name(2), [charge])
            open_.run("SELECT 1")
        waits.result()
        store.admit(name(3), [charge])
        with store.reading() as open_:
            times = open_.run("SELECT name, time FROM walletcore_charges ORDER BY name, time")
        assert times == [("coins", late.now), ("others", 1_800_000_000), ("others", late.now)]
        for each in (holder, ahead, store):
            each.close()

    def test_a_server_that_does_not_flush_is_refused(self, postgres: Cluster) -> None:
        url = postgres.new()
        postgres.run("ALTER SYSTEM SET fsync = off")
        postgres.run("SELECT pg_reload_conf()")
        try:
            time.sleep(0.5)
            with pytest.raises(SignerError, match="expected a server with fsync on, got off") as caught:
                PostgresStore(url)
            assert caught.value.reason == "policy"
        finally:
            postgres.run("ALTER SYSTEM RESET fsync")
            postgres.run("SELECT pg_reload_conf()")
            time.sleep(0.5)

    def test_a_commit_is_flushed_whatever_the_database_says(self, postgres: Cluster) -> None:
        url = postgres.new()
        postgres.run(f"ALTER DATABASE {database(url)} SET synchronous_commit = off")
        postgres.run(f"ALTER DATABASE {database(url)} SET default_transaction_isolation = 'serializable'")
        with PostgresStore(url) as store, store.transaction() as open_:
            assert open_.run("SHOW synchronous_commit") == [("on",)]
            assert open_.run("SHOW transaction_isolation") == [("read committed",)]

    def test_a_database_of_another_encoding_is_refused(self, postgres: Cluster) -> None:
        url = postgres.new("ENCODING 'LATIN1' TEMPLATE template0")
        with pytest.raises(SignerError, match="expected a server with server_encoding UTF8, got LATIN1"):
            PostgresStore(url)

    def test_a_database_without_a_store_is_left_as_it_is(self, postgres: Cluster) -> None:
        url = postgres.new()
        with pytest.raises(SignerError, match="a database without one") as caught:
            open_store(url, create=False)
        assert caught.value.reason == "missing"
        assert postgres.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database(url)) == "0"

    def test_a_database_that_may_only_be_read_is_one_error(self, postgres: Cluster) -> None:
        url = postgres.new()
        PostgresStore(url).close()
        postgres.run(f"ALTER DATABASE {database(url)} SET default_transaction_read_only = on")
        store = PostgresStore(url)
        with pytest.raises(SignerError, match="25006") as caught:
            store.append("one")
        assert (caught.value.reason, isinstance(caught.value, SignerUnavailable)) == ("policy", False)
        assert list(store.log()) == []

    def test_a_user_who_may_only_add_to_the_log_keeps_one(self, postgres: Cluster) -> None:
        """As the documentation says: the log's lines are inserted and read, never changed."""
        url = postgres.new()
        PostgresStore(url).close()
        postgres.run("CREATE ROLE signer LOGIN")
        postgres.run(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO signer;"
            "REVOKE UPDATE, DELETE ON walletcore_log, walletcore_signatures FROM signer;"
            "REVOKE INSERT, UPDATE, DELETE ON walletcore_schema FROM signer",
            database(url),
        )
        with PostgresStore(postgres.url(database(url), "signer"), create=False) as store:
            receipt = store.admit(name(1), [COINS], ["one"])
            store.refund(receipt, ["two"])
            store.keep(name(1), b"x", ["three"])
            store.release("a", name(store.reserve("a", name(0))))
            assert [entry.text for entry in store.log()] == ["one", "two", "three"]
            with pytest.raises(SignerError, match="42501"), store.transaction() as open_:
                open_.run("DELETE FROM walletcore_log")

    def test_a_user_without_rights_is_one_error(self, postgres: Cluster) -> None:
        url = postgres.new()
        PostgresStore(url).close()
        postgres.run("CREATE ROLE stranger LOGIN")
        with pytest.raises(SignerError, match="42501") as caught:
            PostgresStore(postgres.url(database(url), "stranger"), create=False)
        assert caught.value.reason == "policy"

    def test_a_connection_that_is_killed_in_a_transaction_changes_nothing(self, postgres: Cluster) -> None:
        url = postgres.new()
        store = PostgresStore(url)

        def die() -> None:
            with store.transaction() as open_:
                open_.run("INSERT INTO walletcore_gaps VALUES ('a', 1, 2)")
                ((pid,),) = open_.run("SELECT pg_backend_pid()")
                postgres.run(f"SELECT pg_terminate_backend({pid}, 5000)")
                open_.run("SELECT 1")

        with pytest.raises(SignerUnavailable):
            die()
        with store.reading() as open_:
            assert open_.run("SELECT * FROM walletcore_gaps") == []

    def test_more_threads_than_connections_wait_for_their_turn(self, postgres: Cluster) -> None:
        store = PostgresStore(postgres.new(), timeout=1)
        go_on, inside = threading.Event(), threading.Semaphore(0)

        def hold() -> None:
            with store.transaction():
                inside.release()
                go_on.wait(3)

        threads = [threading.Thread(target=hold) for _ in range(15)]
        for thread in threads:
            thread.start()
        for _ in threads:
            inside.acquire()
        with within(3), pytest.raises(SignerUnavailable, match="other threads"):
            store.append("one")
        go_on.set()
        for thread in threads:
            thread.join()
        store.append("one")
