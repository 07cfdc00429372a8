"""Random descriptors of ERC-7730, with calls and messages for them, and what is known of tokens, names and chains."""

from random import Random
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from support.oracles import JSON, data, number

__all__ = ["CONTRACT", "OTHER", "Draft", "account", "call", "known", "typed"]

CONTRACT, OTHER = "0x" + "c0" * 20, "0x" + "d1" * 20
SENTINEL = "0x" + "0e" * 20  # not the ee that micro-eth-signer takes for ETH on every chain
SENDER = "0x" + "5e" * 20
CHAINS = {1: ("Ethereum Mainnet", "ETH"), 137: ("Polygon", "POL"), 43114: ("Avalanche C-Chain", "AVAX")}
ACCOUNTS = [f"0x{place:02x}{'a7' * 18}{place:02x}" for place in range(6)]
TICKERS = ["USDT", "DAI", "wstETH", "9SUSDC", "amDAI"]
NAMES = ["vitalik.eth", "Uniswap V3: WBTC-USDC", "cold wallet"]
WORDS = ["Amount", "Receiver", "Deadline", "Fee", "Order", "Minimum to receive", "Beneficiary", "Spender", "Operator"]
INTEGERS = ["uint256", "uint256", "uint160", "uint64", "uint48", "uint8", "int256", "int64"]
LAST_DATE = 253_402_300_799


def account(random: Random) -> str:
    """One of a few addresses, of which some are known."""
    return random.choice([*ACCOUNTS, *ACCOUNTS, CONTRACT, SENTINEL, "0x" + data(random, 20)])


def known(random: Random) -> JSON:
    """What a caller knows, keyed as the oracle asks for it: addresses in lower case."""
    some = [f"eip155:{chain}:{each}" for chain in CHAINS for each in (*ACCOUNTS, CONTRACT) if random.random() < 0.7]
    return {
        "tokens": {each: {"symbol": random.choice(TICKERS), "decimals": random.randrange(37)} for each in some},
        "names": {each: name(random) for each in some if random.random() < 0.4},
        "collections": {each: "Bored Apes" for each in some if random.random() < 0.5},
        "chains": {str(key): {"name": title, "ticker": ticker} for key, (title, ticker) in CHAINS.items()},
        "blocks": {str(block): 1_700_000_000 + 12 * block for block in range(0, 1000, 2)},
    }


def name(random: Random) -> JSON:
    """The name of an account, at times of a source or a type that a descriptor does not ask for."""
    found: JSON = {"name": random.choice(NAMES), "source": random.choice(["local", "ens", "registry"])}
    return found


class Draft:
    """A descriptor's format for one function or type, as it grows: parameters, fields, values."""

    def __init__(self, random: Random, is_call: bool) -> None:
        self.random, self.is_call = random, is_call
        self.types: list[str] = []
        self.values: list[Any] = []
        self.fields: list[JSON] = []
        self.always: list[str] = []
        self.labels: list[str] = [f"{word} {letter}" for word in WORDS for letter in "abcdefgh"]
        self.kinds: set[str] = set()
        random.shuffle(self.labels)

    def add(self, kind: str, value: Any) -> str:
        """Another parameter, and its name."""
        self.types.append(kind)
        self.values.append(value)
        return f"p{len(self.types) - 1}"

    @property
    def names(self) -> list[str]:
        return [f"p{place}" for place in range(len(self.types))]

    def field(self) -> None:
        """Another field, of any format."""
        made = self.random.choice(FORMATS)
        path, form, params = made(self)
        field = {"path": path, "label": self.labels.pop(), "format": form, **({"params": params} if params else {})}
        self.kinds.add(form)
        self._finish(field)

    def _finish(self, field: JSON) -> None:
        random = self.random
        if random.random() < 0.25:
            self._rule(field)
        elif random.random() < 0.5 and not field["path"].endswith("[1:]"):  # of these they put the first one only
            self.always.append(field["path"].removesuffix(".[]"))
        if random.random() < 0.05:
            field["encryption"] = {"scheme": "fhevm", "plaintextType": "uint64", "fallbackLabel": "[Encrypted]"}
            self.kinds.add("encrypted")
        if field["path"].endswith(".[]") and random.random() < 0.3:
            field["separator"] = "Item {index}"
            self.kinds.add("separator")
        self.fields.append(field)

    def _rule(self, field: JSON) -> None:
        random, place = (
            self.random,
            int(field["path"].lstrip("#.p").partition(".")[0] or 0) if "p" in field["path"] else -1,
        )
        value = self.values[place] if place >= 0 and "." not in field["path"].lstrip("#.") else None
        plain = type(value) is int and abs(value) < 2**53
        wanted = [0, value] if plain and random.random() < 0.6 else [0, 7, 2**40]
        rules: list[Any] = ["never", "optional", "always"]
        if type(value) is int:
            rules += [{"ifNotIn": wanted}, {"ifNotIn": wanted}]
            if random.random() < 0.5:
                rules += [{"mustMatch": wanted}]
        field["visible"] = random.choice(rules)
        self.kinds.add(field["visible"] if type(field["visible"]) is str else next(iter(field["visible"])))

    def integer(self, low_bits: int = 256) -> tuple[str, int]:
        """A type of integers, and a value of it."""
        kind = self.random.choice(INTEGERS)
        bits = int(kind.lstrip("uint"))
        value = number(self.random, 1 << min(low_bits, bits - kind.startswith("int")))
        return kind, value

    def address_path(self) -> str:
        """A path to an address: of a parameter, of the transaction, or a slice of bytes."""
        random, chosen = self.random, account(self.random)
        if random.random() < 0.2:
            return "@.to"
        if self.is_call and random.random() < 0.2:
            self.kinds.add("slice")
            if random.random() < 0.5:
                return self.add("bytes", chosen + data(random, 0, 3, 43)) + random.choice([".[0:20]", ".[:20]"])
            return self.add("uint256", int(data(random, 12) + chosen[2:], 16)) + ".[-20:]"
        return self.add("address", chosen)

    def template(self) -> str:
        """A sentence with paths of fields, at times of one that has no field."""
        random = self.random
        places = random.sample(self.always, min(len(self.always), 3))
        parts = ["Do {{this}}"] if random.random() < 0.2 else ["Do"]
        parts += [f"with {{{path}}}" for path in places]
        if random.random() < 0.1:
            parts.append("{nowhere}")
            self.kinds.add("no sentence")
        return " ".join(parts)


# -- one function a format: the path, the name of the format, its parameters


def raw(draft: Draft) -> tuple[str, str, JSON]:
    random = draft.random
    value: Any
    kind, value = random.choice(
        [
            draft.integer(),
            ("bool", random.random() < 0.5),
            ("string", random.choice(["", "Ledger", "Zürich", "two words", "{0}"])),
            ("bytes32", "0x" + data(random, 32)),
            ("bytes4", "0x" + data(random, 4)),
            ("bytes", "0x" + data(random, 0, 1, 32, 100)),
            ("address", account(random)),
        ]
    )
    return draft.add(kind, value), "raw", {}


def token_amount(draft: Draft) -> tuple[str, str, JSON]:
    random = draft.random
    kind, value = draft.integer()
    params: JSON = {}
    place = random.random()
    if place < 0.6:
        params["tokenPath"] = draft.address_path()
    elif place < 0.8:
        params["token"] = account(random)
    else:
        params["token"] = "$.metadata.constants.token"
    if random.random() < 0.3:
        params["nativeCurrencyAddress"] = random.choice([SENTINEL, [SENTINEL, ACCOUNTS[0]]])
    elif random.random() < 0.4:
        params["threshold"] = random.choice(["0x8000", hex(value), str(max(value - 1, 0)), str(1 << 255)])
        if random.random() < 0.5:
            params["message"] = "Max"
        draft.kinds.add("threshold")
    if random.random() < 0.2:
        params["chainId"] = random.choice(list(CHAINS))
    return draft.add(kind, value), "tokenAmount", params


def token_map(draft: Draft) -> tuple[str, str, JSON]:
    kind, value = draft.integer()
    draft.kinds.add("map")
    reference = {"map": "$.metadata.maps.tokens", "keyPath": "@.chainId"}
    return draft.add(kind, value), "tokenAmount", {"token": reference}


def amount(draft: Draft) -> tuple[str, str, JSON]:
    if draft.is_call and draft.random.random() < 0.4:
        return "@.value", "amount", {}
    return draft.add(*draft.integer()), "amount", {}


def address_name(draft: Draft) -> tuple[str, str, JSON]:
    random = draft.random
    params: JSON = {"types": ["eoa", "contract"]} if random.random() < 0.5 else {}
    if random.random() < 0.4:
        params["sources"] = random.choice([["local"], ["local", "ens"], ["local", "ens", "registry"]])
    if random.random() < 0.2:
        params["senderAddress"] = ACCOUNTS[0]
    return draft.address_path(), "addressName", params


def ticker(draft: Draft) -> tuple[str, str, JSON]:
    return draft.add("address", account(draft.random)), "tokenTicker", {}


def nft(draft: Draft) -> tuple[str, str, JSON]:
    return draft.add(*draft.integer()), "nftName", {"collectionPath": draft.address_path()}


def date(draft: Draft) -> tuple[str, str, JSON]:
    random = draft.random
    if random.random() < 0.3:
        return draft.add("uint256", random.randrange(1000)), "date", {"encoding": "blockheight"}
    value = random.choice([0, LAST_DATE, random.randrange(LAST_DATE), random.randrange(1 << 32)])
    return draft.add("uint256", value), "date", {"encoding": "timestamp"}


def duration(draft: Draft) -> tuple[str, str, JSON]:
    return draft.add("uint256", number(draft.random, 1 << 45)), "duration", {}


def unit(draft: Draft) -> tuple[str, str, JSON]:
    random = draft.random
    kind, value = draft.integer(60)
    params: JSON = {"base": random.choice(["%", "bps", "h", "s", "W"])}
    if random.random() < 0.7:
        params["decimals"] = random.randrange(12)
    if random.random() < 0.3:
        params["prefix"] = True
        value = random.randrange(1, 1000) * 10 ** (params.get("decimals", 0) + random.randrange(12))
        kind = "uint256"
        draft.kinds.add("prefix")
    return draft.add(kind, value), "unit", params


def enum(draft: Draft) -> tuple[str, str, JSON]:
    random = draft.random
    kind, value = random.choice([("uint8", random.randrange(5)), ("bool", random.random() < 0.5)])
    return draft.add(kind, value), "enum", {"$ref": "$.metadata.enums.mode"}


def chain_id(draft: Draft) -> tuple[str, str, JSON]:
    return draft.add("uint256", draft.random.choice([*CHAINS, 5, 10**6])), "chainId", {}


def array(draft: Draft) -> tuple[str, str, JSON]:
    random = draft.random
    draft.kinds.add("array")
    size = random.randrange(4)
    picked = random.choice([".[]", ".[]", ".[]", ".[0]", ".[-1]", ".[1:]"])
    if random.random() < 0.5:
        return draft.add("address[]", [account(random) for _ in range(size)]) + picked, "addressName", {}
    name = draft.add("uint256[]", [number(random, 1 << 256) for _ in range(size)])
    if random.random() < 0.5 and picked == ".[]":
        other = size if random.random() < 0.9 or size == 0 else size - 1
        if other == size:
            tokens = draft.add("address[]", [account(random) for _ in range(size)])
            draft.kinds.add("array parameter")
            return name + picked, "tokenAmount", {"tokenPath": f"{tokens}.[]"}
    return name + picked, "raw", {}


FORMATS = [
    raw,
    raw,
    token_amount,
    token_amount,
    token_map,
    amount,
    address_name,
    ticker,
    nft,
    date,
    duration,
    unit,
    enum,
    chain_id,
    array,
]
METADATA = {
    "owner": "Example",
    "constants": {"token": ACCOUNTS[1]},
    "enums": {"mode": {"0": "none", "1": "stable", "2": "variable", "true": "yes", "false": "no"}},
    "maps": {"tokens": {"values": {"1": ACCOUNTS[2], "137": ACCOUNTS[3], "43114": ACCOUNTS[1]}}},
}


def grouped(draft: Draft) -> None:
    """Put some fields into a group; at times two arrays side by side, bundled."""
    random = draft.random
    if random.random() < 0.3 and len(draft.fields) > 2:
        draft.fields[:2] = [{"fields": draft.fields[:2], **({"label": "Group"} if random.random() < 0.5 else {})}]
        draft.kinds.add("group")
    if random.random() < 0.15:
        sizes = [random.randrange(1, 4)] * 2 if random.random() < 0.8 else [2, 3]
        accounts = draft.add("address[]", [account(random) for _ in range(sizes[0])])
        shares = draft.add("uint256[]", [number(random, 10_000) for _ in range(sizes[1])])
        members = [
            {"path": f"{accounts}.[]", "label": draft.labels.pop(), "format": "addressName"},
            {
                "path": f"{shares}.[]",
                "label": draft.labels.pop(),
                "format": "unit",
                "params": {"base": "%", "decimals": 2},
            },
        ]
        draft.fields.append({"iteration": "bundled", "fields": members})
        draft.kinds.add("bundled")


def drafted(random: Random, is_call: bool) -> Draft:
    draft = Draft(random, is_call)
    for _ in range(random.randrange(1, 6)):
        draft.field()
    grouped(draft)
    return draft


def formats(draft: Draft, key: str) -> JSON:
    found: JSON = {"intent": "Do it", "fields": draft.fields}
    if draft.random.random() < 0.5:
        found["interpolatedIntent"] = draft.template()
        draft.kinds.add("sentence")
    return {key: found}


def descriptor(context: JSON, display: JSON) -> JSON:
    schema = "https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json"
    return {"$schema": schema, "context": context, "metadata": METADATA, "display": {"formats": display}}


def call(random: Random) -> JSON:
    """A descriptor for a function, and a call of it; rarely of another contract or chain, or with bytes behind it."""
    draft = drafted(random, True)
    inner = nested(draft) if random.random() < 0.2 else None
    chain = random.choice(list(CHAINS))
    bound = {
        "chainId": chain if random.random() < 0.95 else 10,
        "address": CONTRACT if random.random() < 0.95 else OTHER,
    }
    signature = ",".join(f"{kind} {name}" for kind, name in zip(draft.types, draft.names, strict=True))
    files = {"a.json": descriptor({"contract": {"deployments": [bound]}}, formats(draft, f"act({signature})"))}
    if inner is not None:
        files["b.json"] = descriptor(*inner)
        files["b.json"]["context"]["contract"]["deployments"][0]["chainId"] = chain
    case = {"files": files, "chain": chain, "to": CONTRACT, "from": SENDER, "value": str(number(random, 1 << 90))}
    trailing = data(random, 1, 32) if random.random() < 0.03 else ""
    return case | {
        "known": known(random),
        "data": "0x" + encoded(f"act({','.join(draft.types)})", draft.types, draft.values).hex() + trailing,
        "kinds": sorted(draft.kinds),
    }


def encoded(signature: str, types: list[str], values: list[Any]) -> bytes:
    """Calldata, by eth-abi."""
    return keccak(signature.encode())[:4] + encode(types, [_octets(*each) for each in zip(types, values, strict=True)])


def _octets(kind: str, value: Any) -> Any:
    return bytes.fromhex(value[2:]) if kind.startswith("bytes") else value


def nested(draft: Draft) -> tuple[JSON, JSON]:
    """A call inside of the call: its bytes as another parameter, and a descriptor for it."""
    random = draft.random
    within = Draft(random, True)
    for _ in range(random.randrange(1, 3)):
        within.field()
    signature = ",".join(f"{kind} {name}" for kind, name in zip(within.types, within.names, strict=True))
    target = OTHER if random.random() < 0.7 else ACCOUNTS[5]
    inner = encoded(f"inner({','.join(within.types)})", within.types, within.values)
    draft.fields.append(
        {
            "path": draft.add("bytes", "0x" + inner.hex()),
            "label": draft.labels.pop(),
            "format": "calldata",
            "params": {"calleePath": draft.add("address", target), "amountPath": "@.value", "spenderPath": "@.to"},
        }
    )
    draft.kinds.add("calldata")
    within.kinds.clear()
    return {"contract": {"deployments": [{"chainId": 1, "address": OTHER}]}}, formats(within, f"inner({signature})")


def typed(random: Random) -> JSON:
    """A descriptor for a type of EIP-712, and a message of it; rarely of another domain."""
    draft = drafted(random, False)
    chain = random.choice(list(CHAINS))
    bound = {"chainId": chain if random.random() < 0.95 else 10, "address": CONTRACT}
    context: JSON = {"deployments": [bound]}
    if random.random() < 0.7:
        context["domain"] = {"name": "Example" if random.random() < 0.95 else "Another", "version": "1"}
    members = [{"name": name, "type": kind} for kind, name in zip(draft.types, draft.names, strict=True)]
    signature = ",".join(f"{kind} {name}" for kind, name in zip(draft.types, draft.names, strict=True))
    message = {
        "types": {"EIP712Domain": DOMAIN, "Act": members},
        "primaryType": "Act",
        "domain": {"name": "Example", "version": "1", "chainId": chain, "verifyingContract": CONTRACT},
        "message": {name: in_json(value) for name, value in zip(draft.names, draft.values, strict=True)},
    }
    files = {"a.json": descriptor({"eip712": context}, formats(draft, f"Act({signature})"))}
    return {"files": files, "typed": message, "chain": chain, "known": known(random), "kinds": sorted(draft.kinds)}


DOMAIN = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]


def in_json(value: Any) -> Any:
    """Integers as digits in a text: JSON of other languages stops at 2^53."""
    if type(value) is list:
        return [in_json(each) for each in value]
    return str(value) if type(value) is int else value
