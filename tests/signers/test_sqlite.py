"""The store in a file: what the file must be, and whatever happens to it is one error in bounded time."""

import fcntl
import gc
import os
import resource
import signal
import sqlite3
import stat
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.stores import name
from walletcore.errors import SignerError, SignerUnavailable
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import Charge, open_store, verify_log

CHARGE = Charge(window="coins", amount=1, at_most=100, seconds=3600)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


def in_a_child(work: Callable[[], object]) -> str:
    """What it returns, or which error it raises, in a process of its own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            said = str(work())
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return text


def test_all_its_files_are_private_whatever_the_mask_is(path: Path) -> None:
    mask = os.umask(0)
    try:
        with SqliteStore(path) as store:
            store.append("one")
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(mask)
    assert modes == dict.fromkeys(["store", "store-lock", "store-wal", "store-shm"], 0o600)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o610])
def test_a_file_that_others_may_access_is_refused(path: Path, mode: int) -> None:
    SqliteStore(path).close()
    path.chmod(mode)
    with pytest.raises(SignerError, match="nobody but its owner") as caught:
        SqliteStore(path)
    assert caught.value.reason == "policy"
    with SqliteStore(path, permissions="any") as store:
        store.append("one")


def test_access_that_is_given_later_is_refused_too(path: Path) -> None:
    store = SqliteStore(path)
    path.chmod(0o644)
    with pytest.raises(SignerError, match="nobody but its owner"):
        store.append("one")
    path.chmod(0o600)
    store.append("one")


def test_what_is_committed_is_flushed(path: Path) -> None:
    with SqliteStore(path) as store, store.reading() as open_:
        settings = [open_.run(f"PRAGMA {setting}") for setting in ("journal_mode", "synchronous", "fullfsync")]
    assert settings == [[("wal",)], [(2,)], [(1,)]]


def a_text(path: Path) -> None:
    path.write_text("no database at all, though it is long enough to have the header of one" * 20)


def another_database(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE other (x)")


def a_store_of_the_future(path: Path) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE walletcore_schema SET version = 3")


def a_store_without_a_version(path: Path) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM walletcore_schema")


def a_link(path: Path) -> None:
    SqliteStore(path.with_name("other")).close()
    path.symlink_to(path.with_name("other"))


WRONG = {
    a_text: ("SQLITE_NOTADB", "version"),
    another_database: ("another database", "missing"),
    a_store_of_the_future: ("version 2, got 3", "version"),
    a_store_without_a_version: ("version 2, got none", "version"),
    a_link: ("regular file", "type"),
    Path.mkdir: ("regular file", "type"),
    os.mkfifo: ("regular file", "type"),
}


@pytest.mark.parametrize(("make", "message", "reason"), [(k, *v) for k, v in WRONG.items()])
def test_what_is_no_store_is_refused(path: Path, make: Callable[[Path], Any], message: str, reason: str) -> None:
    make(path)
    if path.is_file():
        path.chmod(0o600)
    before = len(os.listdir("/proc/self/fd"))
    with within(3), pytest.raises(SignerError, match=message) as caught:
        SqliteStore(path)
    assert caught.value.reason == reason
    assert not isinstance(caught.value, SignerUnavailable)
    assert len(os.listdir("/proc/self/fd")) <= before  # of what others left behind, some may end now


def test_a_store_that_is_dropped_leaves_no_file_open(path: Path) -> None:
    SqliteStore(path).close()
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        SqliteStore(path).append("one")
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before  # of what others left behind, some may end now


def test_a_store_that_must_exist_is_not_made(path: Path) -> None:
    with pytest.raises(SignerError, match="cannot be found"):
        SqliteStore(path, create=False)
    assert list(path.parent.iterdir()) == []
    path.touch(mode=0o600)
    with pytest.raises(SignerError, match="an empty file"):
        open_store(f"sqlite:{path}", create=False)
    SqliteStore(path).close()
    open_store(f"sqlite://{path}", create=False).append("one")


def test_a_folder_that_is_missing_is_an_error_of_ours(path: Path) -> None:
    with pytest.raises(SignerUnavailable, match="No such file"):
        SqliteStore(path / "store")


@pytest.mark.parametrize(
    "uri", ["sqlite:", "sqlite:store", "sqlite:/a?mode=memory", "sqlite://host", "sqlite::memory:"]
)
def test_a_uri_is_an_absolute_path_and_no_more(uri: str) -> None:
    with pytest.raises(SignerError) as caught:
        open_store(uri)
    assert caught.value.reason == "prefix"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"timeout": 0}, "range"),
        ({"timeout": True}, "range"),
        ({"timeout": 1e9}, "range"),
        ({"permissions": "all"}, "unknown"),
    ],
)
def test_options_that_nobody_means_are_refused(path: Path, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(SignerError) as caught:
        SqliteStore(path, **options)
    assert caught.value.reason == reason


@pytest.mark.parametrize("bad", [None, b"store", 7, "", "a\0b"])
def test_a_path_is_a_text(bad: Any) -> None:
    with pytest.raises(SignerError) as caught:
        SqliteStore(bad)
    assert caught.value.reason == "type"


def test_names_that_mean_something_in_a_uri_are_names(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%41 d"
    SqliteStore(path).close()
    assert path.exists()


def test_a_store_that_is_replaced_under_way_is_refused(path: Path) -> None:
    store = SqliteStore(path)
    path.rename(path.with_name("moved"))
    with pytest.raises(SignerError, match="cannot be found"):
        store.append("one")
    SqliteStore(path).close()
    with pytest.raises(SignerError, match="another file stands in the place") as caught:
        store.append("one")
    assert caught.value.reason == "mismatch"


def test_a_store_that_another_program_keeps_locked_is_unavailable(path: Path) -> None:
    store = SqliteStore(path, timeout=0.3)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with within(3), pytest.raises(SignerUnavailable, match="SQLITE_BUSY"):
        store.append("one")
    assert store.kept(name(1)) is None  # reading does not wait
    other.execute("COMMIT")
    other.close()
    store.append("one")


def test_a_store_whose_process_hangs_in_the_middle_is_unavailable(path: Path) -> None:
    store = SqliteStore(path, timeout=0.3)
    with open(f"{path}-lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with within(3), pytest.raises(SignerUnavailable, match="another process keeps the store locked"):
            store.append("one")
        with within(3), pytest.raises(SignerUnavailable):
            SqliteStore(path, timeout=0.3)
    store.append("one")


def test_a_thread_that_hangs_in_the_middle_keeps_no_other_waiting(path: Path) -> None:
    store, hangs, go_on = SqliteStore(path, timeout=0.3), threading.Event(), threading.Event()

    def hang() -> None:
        with store.transaction():
            hangs.set()
            go_on.wait()

    thread = threading.Thread(target=hang)
    thread.start()
    hangs.wait()
    with within(3), pytest.raises(SignerUnavailable, match="other threads"):
        store.append("one")
    go_on.set()
    thread.join()
    store.append("one")


def test_threads_that_wait_for_another_process_wait_no_longer_than_a_call_may(path: Path) -> None:
    """Each of them takes its turn at the door late, and has little time left behind it."""
    store, took, refused = SqliteStore(path, timeout=1.5), list[float](), list[str]()

    def append() -> None:
        begin = time.monotonic()
        try:
            store.append("one")
        except SignerUnavailable as error:
            refused.append(str(error))
        took.append(time.monotonic() - begin)

    with open(f"{path}-lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        threads = [threading.Thread(target=append) for _ in range(8)]
        for thread in threads:
            thread.start()
            time.sleep(0.2)
        for thread in threads:
            thread.join()
    assert len(refused) == 8
    assert "another process keeps the store locked" in refused
    assert max(took) < 2.1
    store.append("one")


def test_a_call_that_waited_for_one_waits_less_for_the_next(path: Path) -> None:
    """First another process of ours is in its way, then another program."""
    store, other = SqliteStore(path, timeout=1.5), sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with open(f"{path}-lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1, fcntl.flock, (lock, fcntl.LOCK_UN))
        timer.start()
        with within(2.1), pytest.raises(SignerUnavailable, match="SQLITE_BUSY"):
            store.append("one")
        timer.join()
    timer = threading.Timer(0.5, other.execute, ("COMMIT",))
    timer.start()
    with within(1.4):
        store.append("one")
    timer.join()
    other.close()


def test_X02_a_fork_waits_for_all_stores_together(tmp_path: Path) -> None:
    stores, go_on, inside = [SqliteStore(tmp_path / f"{n}", timeout=0.3) for n in range(6)], threading.Event(), []

    def hang(store: SqliteStore) -> None:
        with store.transaction():
            inside.append(store)
            go_on.wait()

    threads = [threading.Thread(target=hang, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    while len(inside) < 6:
        time.sleep(0.001)
    try:
        with within(2.5):
            assert "in the middle of a transaction" in in_a_child(lambda: SqliteStore(tmp_path / "0").append("child"))
    finally:
        go_on.set()
        for thread in threads:
            thread.join()
    for store in stores:
        store.append("one")


class Growing(weakref.WeakSet[SqliteStore]):
    """Stores, to which another thread adds one while they are looked through."""

    made: list[SqliteStore]

    def __iter__(self) -> Iterator[SqliteStore]:
        for each in super().__iter__():
            if self.made:
                self.add(self.made.pop())
            yield each


def test_X02_a_fork_in_the_moment_that_another_thread_makes_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hook of a fork that fails is printed, and the fork goes on: the child would share the connections."""
    stores = [SqliteStore(tmp_path / f"{number}") for number in range(3)]
    growing = Growing(stores[:2])
    growing.made = [stores[2]]
    monkeypatch.setattr(SqliteStore, "_all", growing)
    SqliteStore._before_fork()
    try:
        assert [store._connection for store in stores] == [None] * 3
        assert not any(store._door.acquire(blocking=False) for store in stores)
    finally:
        SqliteStore._after_fork()
    for store in stores:
        store.append("goes on")


def test_X02_a_fork_in_the_middle_of_a_transaction_leaves_a_child_that_refuses(path: Path) -> None:
    store, hangs, go_on = SqliteStore(path, timeout=0.2), threading.Event(), threading.Event()

    def hang() -> None:
        with store.transaction() as open_:
            open_.run("INSERT INTO walletcore_gaps VALUES ('a', 1, 2)")
            hangs.set()
            go_on.wait()

    thread = threading.Thread(target=hang)
    thread.start()
    hangs.wait()
    with within(5):
        refused = in_a_child(lambda: SqliteStore(path, permissions="any").append("child"))
    assert refused == "SignerError: the process was forked in the middle of a transaction"
    go_on.set()
    thread.join()
    with store.reading() as open_:
        assert open_.run("SELECT * FROM walletcore_gaps") == [("a", 1, 2)]
    assert in_a_child(lambda: store.append("child") and "done") == "done"


def test_X02_a_child_that_drops_a_store_in_the_middle_of_a_transaction_leaves_it_alone(path: Path) -> None:
    """Files close themselves, but not those that the parent is at."""
    stores = [SqliteStore(path, timeout=0.2)]
    transactions = [stores[0].transaction()]
    transactions[0].__enter__().run("INSERT INTO walletcore_gaps VALUES ('a', 1, 2)")

    def opened() -> list[str]:
        links = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
        return sorted(link for link in links if link.startswith(str(path)))

    def drop() -> list[str]:
        transactions.clear()
        stores.clear()
        gc.collect()
        return opened()

    assert [Path(each).name for each in opened()] == ["store", "store-lock", "store-shm", "store-wal"]
    assert in_a_child(drop) == str(opened())
    with open(f"{path}-lock", "rb") as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    transactions[0].__exit__(None, None, None)
    with SqliteStore(path) as other, other.reading() as open_:
        assert open_.run("SELECT * FROM walletcore_gaps") == [("a", 1, 2)]


def test_a_full_disk_is_one_error_and_loses_nothing(path: Path) -> None:
    store = SqliteStore(path)
    store.append("before")

    def fill() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        written, errors = 0, [""]
        while len(errors) < 6:  # once it is full, room may be found: what was written goes from the log to the file
            try:
                store.append("x" * 10_000)
                written, errors = written + 1, errors[:1]
            except SignerUnavailable as error:
                errors.append(str(error))
        return f"{written} {errors[1:]}"

    with within(30):
        written, _, error = in_a_child(fill).partition(" ")
    assert "SQLITE_IOERR_WRITE" in error or "SQLITE_FULL" in error
    entries = list(store.log())
    assert [len(entry.text) for entry in entries] == [6, *[10_000] * int(written)]
    assert int(written) > 5
    verify_log(store.log(), store.append("after"))
    assert store.reserve("a", name(2)) == 0


def test_a_database_that_may_not_grow_is_one_error(path: Path) -> None:
    store = SqliteStore(path)
    with store.reading() as open_:
        open_.run("PRAGMA max_page_count = 40")
    with within(30), pytest.raises(SignerUnavailable, match="SQLITE_FULL"):
        store.append(*["x" * 10_000] * 100)
    verify_log(store.log(), store.append("it is opened anew, without the bound"))


@pytest.mark.parametrize("damage", ["page", "half", "header"])
def test_a_damaged_file_is_one_error(path: Path, damage: str) -> None:
    with SqliteStore(path) as store:
        for step in range(200):
            store.append(f"{step}" * 100)
            store.reserve("a", name(step))
    data = bytearray(path.read_bytes())
    if damage == "page":
        data[4096:] = os.urandom(len(data) - 4096)
    elif damage == "header":
        data[:100] = os.urandom(100)
    else:
        del data[len(data) // 2 :]
    path.write_bytes(data)
    with within(5), pytest.raises(SignerError) as caught:
        use_all(SqliteStore(path))
    assert caught.value.reason in ("checksum", "version")
    assert not isinstance(caught.value, SignerUnavailable)


def use_all(store: SqliteStore) -> None:
    store.append("x")
    list(store.log())
    for step in range(300):
        store.reserve("a", name(step))


def test_a_file_that_may_only_be_read_is_one_error(path: Path) -> None:
    if os.geteuid() == 0:
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            folder.chmod(0o755)
    SqliteStore(path).close()
    path.chmod(0o444)
    path.with_name("store-lock").chmod(0o666)
    path.parent.chmod(0o777)

    def use() -> bytes:
        if os.geteuid() == 0:
            os.setuid(65534)
        return SqliteStore(path, permissions="any").append("one")

    with within(5):
        assert in_a_child(use) == "SignerError: the store cannot be used: SQLITE_READONLY"


def test_a_write_that_is_interrupted_anywhere_leaves_all_or_nothing(path: Path) -> None:
    """The process dies between any two statements of an admission; what was logged is charged, and nothing else."""
    for step in range(30):

        def die(step: int = step) -> None:
            store, left = SqliteStore(path), [step]

            class Dying(sqlite3.Connection):
                def execute(self, *arguments: Any) -> sqlite3.Cursor:
                    left[0] -= 1
                    if left[0] < 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return super().execute(*arguments)

            store.close()
            real = sqlite3.connect
            sqlite3.connect = lambda *a, **k: real(*a, factory=Dying, **k)  # type: ignore[assignment]
            SqliteStore(path).admit(name(step), [CHARGE], [f"{step}"])

        in_a_child(die)
    store = SqliteStore(path)
    with store.reading() as open_:
        charged = [subject for (subject,) in open_.run("SELECT subject FROM walletcore_charges ORDER BY place")]
    logged = [entry.text for entry in store.log()]
    assert charged == [name(int(text)) for text in logged]
    assert 0 < len(logged) < 30
    verify_log(store.log(), store.append())
