"""The configuration: what is read, and each of the things that are refused, by the path of its place."""

import hashlib
import os
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from house.source import child
from support.certificates import make_certificates
from support.evm import transfer
from support.guarded import case_of
from support.memory_store import MemoryStore
from support.server import FRIEND, GUARDED, HOT, TOKEN, configuration, token_client
from support.signing_service import KEYS
from walletcore.effects import Approve, Effect, Fee, Statement
from walletcore.errors import ConfigError, GuardRefused, SignerError
from walletcore.keys import Curve
from walletcore.server.config import Config, Limits, check_installed, load, read
from walletcore.server.keys import open_keys
from walletcore.server.memory import open_memory
from walletcore.server.policies import RULES
from walletcore.server.sources import Source, secrets_of
from walletcore.server.toml import MAX_CONFIG, parse
from walletcore.signers.store import open_store


def config(text: str) -> Config:
    return read(text.encode())


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    tls = make_certificates(tmp_path)
    found = config(
        configuration(tmp_path, tls=tls, clients=token_client(), limits="threads = 3", listen="0.0.0.0:8443")
    )
    (client,), (key,) = found.clients, found.keys
    assert (found.host, found.port, found.is_loopback, found.missing()) == ("0.0.0.0", 8443, False, ())
    assert found.tls
    assert found.tls.clients == tls.authority
    assert (client.name, client.token_sha256) == ("shop", hashlib.sha256(TOKEN).digest())
    assert client.keys == {"hot"}
    assert (key.name, key.public_key, key.chain) == ("hot", HOT, "eip155:1")
    assert [rule.name for rule in key.rules] == ["only_to", "limit", "audit"]
    assert found.limits == Limits(threads=3)
    assert found.limits.connections == 256


def test_a_server_that_others_reach_names_each_thing_that_it_lacks(tmp_path: Path) -> None:
    bare = configuration(tmp_path, guard="", listen="192.0.2.7:443")
    with pytest.raises(ConfigError) as caught:
        config(bare)
    told = str(caught.value)
    assert caught.value.reason == "policy"
    for lack in ("tls", "client:", "key.hot.guard"):
        assert lack in told
    idle = '[client.idle]\ntoken_sha256 = "' + "01" * 32 + '"\n'
    with pytest.raises(ConfigError, match=r"client\.idle\.keys"):
        config(configuration(tmp_path, clients=token_client() + idle, listen="[2001:db8::1]:443"))
    for here in ("127.0.0.1:0", "[::1]:0"):
        assert config(configuration(tmp_path, guard="", listen=here)).missing()


WRONG = [
    ("[server]", "[sever]", "server.listen"),
    ("listen =", "listem =", "server.listen"),
    ('"127.0.0.1:0"', '"127.0.0.1"', "server.listen"),
    ('"127.0.0.1:0"', '"localhost:1"', "server.listen"),
    ('"127.0.0.1:0"', '"127.0.0.1:70000"', "server.listen"),
    ('"127.0.0.1:0"', "8443", "server.listen"),
    ("chain =", "chian =", "key.hot.chian"),
    ('chain = "ethereum"', 'chain = "bitcoin"', "key.hot"),
    ("secp256k1:", "secp256k2:", "key.hot.public_key"),
    ("secp256k1:0", "secp256k1:1", "key.hot.public_key"),
    ('uri = "local:"', 'uri = "remotely:"', "key.hot"),
    ('form = "hex"', 'from = "hex"', "key.hot.secrets.private key.from"),
    ('form = "hex"', 'form = "base64"', "key.hot.secrets.private key.form"),
    ('form = "hex"', 'environment = "X"', "key.hot.secrets.private key"),
    ('rule = "only_to"', 'rule = "only_too"', "key.hot.guard[0].rule"),
    ("accounts = [", "account = [", "key.hot.guard[0].accounts"),
    ('per = "24h"', 'per = "1 day"', "key.hot.guard[1].per"),
    ('per = "24h"', 'pre = "24h"', "key.hot.guard[1]"),
    ("per_transaction = 1_0", "per_transaction = -1_0", "key.hot.guard[1].per_transaction"),
    ("per_transaction = 1_000_000_000_000_000_000", "per_transaction = 1e18", "key.hot.guard[1].per_transaction"),
    ('rule = "audit"', 'rule = "audit"\nsink = "x"', "key.hot.guard[2].sink"),
    ('rule = "audit"', 'rule = "no_statements"\nmemos = 1', "key.hot.guard[2].memos"),
    ('rule = "audit"', 'rule = "no_statements"\nmemo = true', "key.hot.guard[2].memo"),
    ('rule = "audit"', 'rule = "no_unlimited_approval"\nmost = true', "key.hot.guard[2].most"),
    ('per = "24h"', 'per = "0s"', "key.hot.guard[1].per"),
    ('per = "24h"', 'per = "99999999d"', "key.hot.guard[1].per"),
    ('per = "24h"', "per = 86400", "key.hot.guard[1].per"),
    ('per = "24h"', f'per = "24h"\nname = "{"x" * 500}"', "key.hot.guard[1]"),
    ('"hot"', '"cold"', "client.shop.keys"),
    ("token_sha256", "token", "client.shop.token"),
    ('token_sha256 = "', 'token_sha256 = "0', "client.shop.token_sha256"),
    ("[client.shop]", "[client.'a b']", "client.a b"),
    ("[client.shop]", '[client.shop]\ncertificate_subject = "CN=x"', "tls.clients"),
    ("threads = 3", "threads = 0", "limits.threads"),
    ("threads = 3", "thread = 3", "limits.thread"),
    ("threads = 3", "threads = true", "limits.threads"),
    ("sqlite:/", "sqlite:", "server.store"),
    ("sqlite:/", "mysql:/", "server.store"),
]


def test_a_key_of_sr25519_is_read_where_its_library_is_and_refused_with_the_words_to_type_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = KEYS[Curve.SR25519].public_key
    text = configuration(tmp_path).replace(f"secp256k1:{HOT.data.hex()}", f"sr25519:{public.data.hex()}", 1)
    assert config(text).keys[0].public_key == public
    monkeypatch.setitem(sys.modules, "sr25519", None)
    with pytest.raises(ConfigError, match=r"key\.hot\.public_key: .*walletcore\[substrate\]") as caught:
        config(text)
    assert caught.value.reason == "missing"


NO_AMOUNT = [
    "-1",
    f"{2**256}",
    f'"{2**256}"',
    f'"{"9" * 300}"',
    "1.5",
    "1e18",
    "inf",
    "true",
    '"1.5"',
    '"-1"',
    '""',
    '"0x10"',
]
NO_AMOUNT += ['"1__0"', '"_1"', '"1_"', '" 1"', '"1\u0661"', "[1]", "{ a = 1 }", "2026-01-01", f"0x1{'0' * 64}"]


@pytest.mark.parametrize("place", ["per_transaction", "total", "most", "at_most"])
@pytest.mark.parametrize("amount", NO_AMOUNT, ids=lambda value: value[:20])
def test_X16_X17_what_is_no_amount_below_2_to_the_256_is_refused_before_anything_is_opened(
    tmp_path: Path, place: str, amount: str
) -> None:
    """By the path of its place."""
    rule = {
        "most": f'rule = "no_unlimited_approval"\nmost = {amount}',
        "at_most": f'rule = "max_fee"\nat_most = {{ "eip155:1/slip44:60" = {amount} }}',
        "total": f'rule = "limit"\nasset = "eip155:1/slip44:60"\nper = "24h"\ntotal = {amount}',
        "per_transaction": f'rule = "limit"\nasset = "eip155:1/slip44:60"\nper_transaction = {amount}',
    }[place]
    with pytest.raises(ConfigError) as caught:
        config(configuration(tmp_path, guard=f"[[key.hot.guard]]\n{rule}\n"))
    assert caught.value.reason in ("type", "range")
    assert str(caught.value).startswith(f"key.hot.guard[0].{place}"), str(caught.value)


@pytest.mark.parametrize(
    ("amount", "number"),
    [
        ("0", 0),
        ('"0"', 0),
        ("0xff", 255),
        ('"1_000"', 1000),
        ('"007"', 7),
        (f"{2**256 - 1}", 2**256 - 1),
        (f'"{2**256 - 1:_}"', 2**256 - 1),
    ],
)
def test_an_amount_is_a_number_or_its_digits(amount: str, number: int) -> None:
    assert parse(f"a = {amount}".encode()).amount("a") == number


@pytest.mark.parametrize(("old", "new", "place"), WRONG, ids=lambda value: value[:40])
def test_what_is_wrong_is_refused_by_its_path(tmp_path: Path, old: str, new: str, place: str) -> None:
    text = configuration(tmp_path, clients=token_client(), limits="threads = 3")
    assert old in text

    def started() -> None:
        made = config(text.replace(old, new, 1))
        open_keys(made.keys, open_memory(made.store, 1).store)

    with pytest.raises(ConfigError) as caught:
        started()
    assert str(caught.value).startswith(place), str(caught.value)
    assert caught.value.reason or place == "server.listen"


def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = configuration(tmp_path)
    start = text.index("{ file")
    canary = "c0ffee" * 10
    for written in (f'"{canary}"', f'{{ value = "{canary}" }}', f'{{ file = "{canary}" }}'):
        with pytest.raises(ConfigError) as caught:
            config(text[:start] + written + text[text.index("}", start) + 1 :])
        assert "key.hot.secrets.private key" in str(caught.value)
        assert canary not in str(caught.value)


def test_two_keys_or_clients_of_one_kind_are_refused(tmp_path: Path) -> None:
    twin = f'[key.twin]\nuri = "local:"\npublic_key = "secp256k1:{HOT.data.hex()}"\n'
    with pytest.raises(ConfigError, match="two keys"):
        config(configuration(tmp_path, more=twin))
    with pytest.raises(ConfigError, match="two clients"):
        config(configuration(tmp_path, clients=token_client("a") + token_client("b")))
    with pytest.raises(ConfigError, match="named twice"):
        config(configuration(tmp_path, clients=token_client(keys='"hot", "hot"')))
    with pytest.raises(ConfigError, match="1 to 1000 keys"):
        config('[server]\nlisten = "127.0.0.1:0"\nstore = "sqlite:/x"\n')


@pytest.mark.parametrize("nothing", ["00" * 32, hashlib.sha256(b"").hexdigest()], ids=["a blank", "no token"])
def test_a_hash_that_anybody_can_meet_is_refused(tmp_path: Path, nothing: str) -> None:
    client = token_client().replace(hashlib.sha256(TOKEN).hexdigest(), nothing)
    with pytest.raises(ConfigError, match=r"client\.shop\.token_sha256") as caught:
        config(configuration(tmp_path, clients=client))
    assert caught.value.reason == "policy"


BROKEN = [
    b"a = 1" + b"0" * 5000,
    b"\xff",
    b"[server",
    b"a = 1\na = 2",
    b"[" * 5000,
    b"x" * (MAX_CONFIG + 1),
    b"= 'a secret'",
]


@pytest.mark.parametrize("data", BROKEN, ids=lambda data: str(data[:10]))
def test_X13_what_is_no_toml_is_refused_and_not_repeated(data: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(data)
    assert caught.value.reason
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "nothing.toml")


def test_every_rule_of_the_table_is_made(tmp_path: Path) -> None:
    """And asks for what it needs, by its path."""
    arguments = {
        "all_of": f'rules = [{{ rule = "audit" }}, {{ rule = "only_to", accounts = ["{FRIEND.account_id}"] }}]',
        "any_of": 'rules = [{ rule = "refuse_opaque" }, { rule = "only_chains", chains = ["eip155:1"] }]',
        "limit": 'asset = "eip155:1/slip44:60"\nper_transaction = "1_000_000_000_000_000_000_000"',
        "max_fee": 'at_most = { "eip155:1/slip44:60" = 10_000_000_000_000_000 }',
        "max_fee_rate": 'at_most = "100_000"',
        "only_assets": 'assets = ["eip155:1/slip44:60"]',
        "only_chains": 'chains = ["eip155:1"]',
        "only_to": f'accounts = ["{FRIEND.account_id}"]',
        "quorum": f'needed = 1\nof = [{{ uri = "local:", public_key = "secp256k1:{HOT.data.hex()}", secrets = '
        f'{{ "private key" = {{ file = "{tmp_path}/hot.key", form = "hex" }} }} }}]',
    }
    store = open_store(f"sqlite:{tmp_path}/store.db")
    for name in RULES:
        guard = f'[[key.hot.guard]]\nrule = "{name}"\n{arguments.get(name, "")}\n'
        keys = config(configuration(tmp_path, guard=guard)).keys
        for _ in range(2):  # making a rule takes nothing away
            (held,) = open_keys(keys, store)._held
            assert type(held.signer).__name__ == "Guard", name
        if name in arguments:
            bare = f'[[key.hot.guard]]\nrule = "{name}"\n'
            with pytest.raises(ConfigError, match=r"key\.hot\.guard\[0\]"):
                config(configuration(tmp_path, guard=bare))
    store.close()


def test_the_rule_that_the_server_is_itself_is_refused_and_the_text_says_why(tmp_path: Path) -> None:
    for guard in ('rule = "once"', 'rule = "all_of"\nrules = [{ rule = "once" }]'):
        with pytest.raises(ConfigError, match="the server keeps one signature of a request itself") as caught:
            config(configuration(tmp_path, guard=f"[[key.hot.guard]]\n{guard}\n"))
        assert str(caught.value).startswith("key.hot.guard[0]."), str(caught.value)
        assert caught.value.reason == "policy"


UNKNOWN = [
    ('chain = "ethereum"', 'chain = "etherium"', "key.hot.chain", "unknown"),
    ('chain = "ethereum"', 'chain = "solana"', "key.hot.chain", "mismatch"),
    ('chain = "ethereum"', f'chain = "{"e" * 81}"', "key.hot.chain", "type"),
    ("sqlite:", "mysql:", "server.store", "unknown"),
    ("sqlite:", "", "server.store", "unknown"),
    ('uri = "local:"', 'uri = "vault:hot"', "key.hot.uri", "unknown"),
    ('uri = "local:"', 'uri = "local"', "key.hot.uri", "prefix"),
    ('uri = "remote:', 'uri = "far:', "key.hot.guard[0].of[0].uri", "unknown"),
]


@pytest.mark.parametrize(("old", "new", "place", "reason"), UNKNOWN, ids=lambda value: value[:30])
def test_what_no_server_could_open_is_refused_before_anything_is_opened(
    tmp_path: Path, old: str, new: str, place: str, reason: str
) -> None:
    approver = f'{{ uri = "remote:https://approver.internal", public_key = "secp256k1:{HOT.data.hex()}" }}'
    text = configuration(
        tmp_path,
        guard=f'[[key.hot.guard]]\nrule = "quorum"\nneeded = 1\nof = [{approver}]\n',
        store="sqlite:/no/store.db",
    )
    assert config(text).keys[0].uri == "local:"
    assert old in text
    with pytest.raises(ConfigError) as caught:
        config(text.replace(old, new, 1))
    assert str(caught.value).startswith(f"{place}: "), str(caught.value)
    assert caught.value.reason == reason


def test_nothing_is_imported_or_opened_for_the_uris_of_a_configuration(tmp_path: Path) -> None:
    """So that it may be read where a back end is not installed."""
    told = configuration(tmp_path, store="postgresql://nobody@127.0.0.1:1/none").replace("local:", "awskms:alias/hot")
    printed = child(
        f"""
from walletcore.server.config import read
read({told!r}.encode())
print(*sorted({{"boto3", "botocore", "psycopg", "sqlalchemy"}} & set(sys.modules)))
"""
    )
    assert printed.strip() == ""


@pytest.mark.parametrize(
    ("library", "told", "place"),
    [
        ("psycopg", {"store": "postgresql://nobody@127.0.0.1:1/none"}, "server.store"),
        ("boto3", {"uri": "awskms:alias/hot"}, "key.hot"),
        ("pkcs11", {"uri": "pkcs11:token=hot?module-name=softhsm2"}, "key.hot"),
        ("httpx", {"approver": "remote:https://approver.internal"}, "key.hot.guard[0]"),
    ],
)
def test_an_extra_that_is_not_installed_is_told_before_anything_is_opened(
    tmp_path: Path, library: str, told: dict[str, str], place: str
) -> None:
    approver = told.get("approver", "local:")
    of = f'[{{ uri = "{approver}", public_key = "secp256k1:{HOT.data.hex()}" }}]'
    within = f'[[key.hot.guard]]\nrule = "all_of"\nrules = [{{ rule = "quorum", needed = 1, of = {of} }}]\n'
    text = configuration(tmp_path, guard=within, store=told.get("store", "")).replace(
        'uri = "local:"', f'uri = "{told.get("uri", "local:")}"', 1
    )
    printed = child(
        f"""
from walletcore.errors import ConfigError
from walletcore.server.config import check_installed, read
check_installed(read({text!r}.encode()))  # all of them are here
for name in [*sys.modules]:
    if name.startswith("walletcore.signers.") or name.partition(".")[0] == {library!r}:
        del sys.modules[name]
sys.modules[{library!r}] = None  # as where it is not installed
try:
    check_installed(read({text!r}.encode()))
except ConfigError as error:
    print(error.reason, str(error).replace("this needs the extra", "needs"))
"""
    )
    assert printed.startswith(f"missing {place}: needs")
    assert not (tmp_path / "store.db").exists()


@pytest.mark.parametrize("uri", ["sqlite:store.db", "postgresql://anna:secret@db.internal/guards"])
def test_a_store_that_cannot_be_opened_by_its_uri_is_told_before_that(tmp_path: Path, uri: str) -> None:
    with pytest.raises(ConfigError, match=r"^server\.store: expected") as caught:
        check_installed(config(configuration(tmp_path, store=uri)))
    assert "secret" not in str(caught.value)


def test_rules_are_read_before_anything_is_opened(tmp_path: Path) -> None:
    """Those within others, and the number of approvers, too; the approvers themselves are opened later."""
    approver = (
        f'{{ uri = "local:", public_key = "secp256k1:{HOT.data.hex()}", secrets = {{ PIN = {{ file = "/no" }} }} }}'
    )
    for rule, place in (
        ('rule = "any_of"\nrules = [{ rule = "audit" }, { rule = "only_chains", chains = [] }]', "rules[1]"),
        ('rule = "all_of"\nrules = [{ rule = "no_statement" }]', "rules[0].rule"),
        ('rule = "all_of"', "rules"),
        ('rule = "quorum"\nneeded = 1', "needed"),
        (f'rule = "quorum"\nneeded = 0\nof = [{approver}]', "needed"),
        (f'rule = "quorum"\nneeded = 2\nof = [{approver}]', "needed"),
        (f'rule = "quorum"\nneeded = true\nof = [{approver}]', "needed"),
    ):
        with pytest.raises(ConfigError) as caught:
            config(configuration(tmp_path, guard=f"[[key.hot.guard]]\n{rule}\n"))
        assert str(caught.value).startswith(f"key.hot.guard[0].{place}:"), str(caught.value)
    made = config(configuration(tmp_path, guard=f'[[key.hot.guard]]\nrule = "quorum"\nneeded = 1\nof = [{approver}]\n'))
    with closing(open_store(made.store)) as store, pytest.raises(ConfigError, match=r"^key\.hot\.guard\[0\]: "):
        open_keys(made.keys, store)


def test_what_a_rule_is_told_reaches_it() -> None:
    text, allowance = Statement(text="hello"), Approve(asset="eip155:1/erc20:0x", amount=6, spender="")
    fee = Fee(asset="eip155:1/slip44:60", at_most=1)

    def refused(rule: str, *effects: Effect) -> bool:
        made = RULES[rule.split()[0]](parse("\n".join(rule.split()[1:]).encode()))(MemoryStore())
        try:
            list(made.plans(replace(case_of(transfer()), effects=effects)))
        except GuardRefused:
            return True
        return False

    assert refused("no_statements", text, fee)
    assert refused("no_statements memos=false", text, fee)
    assert not refused("no_statements memos=true", text, fee)
    assert refused("no_statements memos=true", text)
    assert not refused("no_unlimited_approval", allowance)
    assert not refused("no_unlimited_approval most=6", allowance)
    assert refused("no_unlimited_approval most=5", allowance)
    assert refused('no_unlimited_approval most="5"', allowance)


def test_the_rules_of_the_configuration_are_those_of_the_guards() -> None:
    from walletcore.signers import quorum, rules

    made = {name for name in (*rules.__all__, *quorum.__all__) if name in RULES}
    assert made == set(RULES)


# -- secrets


def source(place: str, name: str, form: str = "text") -> bytes:
    return secrets_of((("PIN", Source(place=place, name=name, form=form)),))("PIN").reveal()


def test_secrets_come_from_files_credentials_and_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pin"
    file.touch(0o600)
    file.write_bytes(b"00ff\r\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("A_PIN", "00ff")
    for place, name in (("file", str(file)), ("credential", "pin"), ("environment", "A_PIN")):
        assert source(place, name) == b"00ff"
        assert source(place, name, "hex") == b"\x00\xff"
    assert source("file", str(file), "raw") == b"00ff\r\n"
    file.write_bytes(b"another\n")
    assert source("file", str(file)) == b"another"


def test_a_secret_that_others_may_read_or_that_is_no_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pin"
    file.write_bytes(b"1234")
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(SignerError, match="nobody but its owner"):
            source("file", str(file))
    file.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(file)
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "large").touch(0o600)
    (tmp_path / "large").write_bytes(bytes(1 << 17))
    for name in ("link", "pipe", "large", "nothing", "."):
        with pytest.raises(SignerError):
            source("file", str(tmp_path / name))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("A_PIN", raising=False)
    for place, name in (("credential", "pin"), ("environment", "A_PIN")):
        with pytest.raises(SignerError):
            source(place, name)
    file.write_bytes(b"no hex")
    with pytest.raises(SignerError, match="hexadecimal"):
        source("file", str(file), "hex")
    with pytest.raises(SignerError, match="do not say where"):
        secrets_of(())("PIN")


@pytest.mark.parametrize("name", ["../pin", ".hidden", "", "a/b"])
def test_a_credential_is_a_name_and_no_path(tmp_path: Path, name: str) -> None:
    text = configuration(tmp_path)
    start, end = text.index("{ file"), text.index("}", text.index("{ file")) + 1
    with pytest.raises(ConfigError, match=r"key\.hot\.secrets"):
        config(text[:start] + f'{{ credential = "{name}" }}' + text[end:])


def test_a_span_is_what_it_says(tmp_path: Path) -> None:
    from walletcore.server.policies import _span

    for text, span in (("90s", 90), ("15m", 900), ("24h", 86400), ("7d", 604800)):
        assert _span(parse(f'per = "{text}"'.encode()), "per") == timedelta(seconds=span)
    assert GUARDED.count("[[key.hot.guard]]") == 3
