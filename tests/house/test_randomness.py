"""Time and chance: the source reads no clock, and takes randomness only where a new secret is made."""

import ast

from house.source import Module, functions, modules

# Every place that makes a secret out of nothing: module, function.
SOURCES = {
    ("keystore.kdf", "chance"),
    ("mnemonic.electrum", "_start"),
    ("mnemonic.entropy", "drawn"),
    ("mnemonic.monero", "MoneroMnemonic.generate"),
    ("mnemonic.polyseed", "PolyseedMnemonic.generate"),
}
# What needs no secret but must differ from caller to caller: pauses between attempts.
PAUSES = {("signers.remote", "Attempts.after")}
# What hides a wrong PIN in memory, which is remembered so that it is never tried twice; a receipt of a store.
SALTS = {("signers.pkcs11_module", "Module.__init__"), ("signers.sql_store", "_receipt")}
# What tells others nothing, if nobody can foresee it: the order of coins and outputs.
ORDERS = {("chains.bitcoin.building.ordering", "shuffled")}
# What a service must not see twice: the nonce of a challenge.
NONCES = {("chains.stellar.challenge", "drawn")}
CLOCKS = {
    "server.desk: time",
    "server.door: time",
    "server.logs: datetime",  # the date of a line, which Python's logging has read
    "server.memory: time",
    "signers.aside: time",
    "signers.aws_client: time",
    "signers.kms: time",
    "signers.azure_kms: time",  # the dates of a key that a vault shows, once, when it is opened
    "signers.pkcs11: time",
    "signers.remote: time",
    "signers.sqlite: time",  # and the time of day of what a store remembers: the one place that asks for it
    "signers.worker: time",
    "testing.forks: time",
    "testing.stops: time",
}  # the others: deadlines, by the clock that never goes backwards
STEADY = {"monotonic", "perf_counter", "sleep"}
DATES = {"signers.azure_kms", "signers.sqlite"}  # of a key, of what is remembered: never earlier than one before
SPANS = {"server.policies", "signers.rules"}  # what is called a day, and not which day it is
CALENDARS = {
    "coding.timestamps",
    "chains.evm.siwe",
    "chains.cosmos.messages.times",
}  # dates that stand in a text, or are an argument
ASKING = {"now", "today", "utcnow", "time", "localtime", "gmtime"}  # a clock, when no moment is given

FORBIDDEN = {"datetime", "random", "time", "uuid"}
GENERATORS = {
    "getrandom",
    "SystemRandom",
    "token_bytes",
    "token_hex",
    "token_urlsafe",
    "urandom",
    "randbits",
    "randbelow",
}
CHANCE_PARAMETERS = {"rng", "random", "rand", "randbytes", "randomness", "urandom", "prng"}


def uses_of_chance(module: Module) -> set[tuple[str, str]]:
    """The functions (or "" for the module itself) in which a generator of randomness is named."""
    names = GENERATORS | ({"secrets"} if any(found.top == "secrets" for found in module.imports) else set())
    inside = {
        id(node): name  # an inner function comes after its outer one and wins
        for name, function in functions(module)
        for node in ast.walk(function)
    }
    used = [node for node in ast.walk(module.tree) if getattr(node, "attr", getattr(node, "id", "")) in names]
    return {(module.name, inside.get(id(node), "")) for node in used}


def test_M22_X20_no_module_reads_a_clock_or_a_weak_generator() -> None:
    imported = [
        (m.name, found)
        for m in modules()
        for found in m.imports
        if found.top in FORBIDDEN and (m.name not in CALENDARS or found.top != "datetime")
    ]
    spans = {name for name, found in imported if (found.target, found.name) == ("datetime", "timedelta")}
    found = [f"{name}: {found.target}" for name, found in imported if name not in spans or found.name != "timedelta"]
    assert (set(found), spans) == (CLOCKS, SPANS)


def test_X20_where_dates_are_written_and_compared_no_clock_is_asked() -> None:
    dated = [module for module in modules() if module.name in CALENDARS]
    assert {module.name for module in dated} == CALENDARS
    assert not {getattr(node, "attr", "") for module in dated for node in ast.walk(module.tree)} & ASKING


def test_X20_a_clock_that_may_go_backwards_is_read_for_dates_alone() -> None:
    """NTP and people set `time.time`: what counts seconds, a deadline or a pause, asks `time.monotonic`."""
    used = {
        (module.name, node.attr)
        for module in modules()
        if any(found.target == "time" for found in module.imports)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time"
    }
    assert {module for module, name in used if name not in STEADY} == DATES
    assert not [found for m in modules() for found in m.imports if found.target == "time" and found.name]


def test_M22_randomness_enters_only_where_a_secret_is_made() -> None:
    places = {place for module in modules() for place in uses_of_chance(module)}
    assert places <= SOURCES | PAUSES | SALTS | ORDERS | NONCES


def test_M22_secrets_are_made_with_the_system_generator() -> None:
    importers = {m.name for m in modules() for found in m.imports if found.top == "secrets"}
    assert importers == {module for module, _ in SOURCES | PAUSES | ORDERS | NONCES}


def test_M22_no_function_accepts_a_generator() -> None:
    offered = [
        f"{module.name}.{name}({argument.arg})"
        for module in modules()
        for name, function in functions(module)
        for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if argument.arg in CHANCE_PARAMETERS
    ]
    assert not offered
