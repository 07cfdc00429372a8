"""Random typed data, messages, sign-ins and signatures of contracts, beside viem and ethers.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from eth_tester import EthereumTester, PyEVMBackend

from support.contracts import TESTER, caller, factory_code, made, wallet_code
from support.evm import ETHEREUM, LAST, signer
from support.oracles import JSON, compared, data, locked, number
from support.typed_documents import FEATURES, MAX_ID, features, in_text, is_cyclic, random_document
from walletcore.chains.evm import (
    CHAINS,
    CounterfactualSignature,
    Evm,
    Message,
    SiweMessage,
    TypedData,
    create2_address,
    verify_signature,
)
from walletcore.errors import InvalidSignature
from walletcore.signing import sign

IDS = [row.chain_id for row in CHAINS]


def secret(random: Random) -> str:
    return (1 + number(random, LAST)).to_bytes(32).hex()


# -- typed data


def document(random: Random) -> JSON:
    found, _ = random_document(random, IDS)
    return {"task": "typed_data", "secret": secret(random), "document": in_text(found)}


def same_document(case: JSON, verdict: JSON) -> list[str]:
    found = case["document"]
    mine = TypedData.parse(found)
    hashes = {"separator": mine.domain_separator, "struct_hash": mine.struct_hash, "digest": mine.digest}
    assert {name: verdict.get(name) for name in hashes} == {name: each.hex() for name, each in hashes.items()}, verdict
    named = mine.domain.chain_id
    if named is None or 0 < named <= MAX_ID:
        holder, chain = signer(bytes.fromhex(case["secret"])), Evm(name="other", chain_id=named or 1)
        message = Message(chain=chain, signer=holder.public_key, data=mine)
        assert sign(message, holder).raw.hex() == verdict["signature"]
        message.verify(bytes.fromhex(verdict["signature"]), holder.public_key)
        if "signer" in verdict:
            assert verdict["signer"] == chain.address(holder.public_key).text
    return ["of no chain" if named is not None and not 0 < named <= MAX_ID else "signed", *features(found)]


SHAPES = FEATURES - {"of a chain", "of any chain"} | {"signed"}


@locked
def test_random_typed_data_have_the_hashes_and_signatures_of_viem(environment: str) -> None:
    compared("viem", "typed data", environment, document, same_document, kinds=SHAPES)


def ethers_document(case: JSON, verdict: JSON) -> list[str]:
    """The same, but for types that refer to themselves, which ethers does not have."""
    found = case["document"]
    types = {name: listed for name, listed in found["types"].items() if name != "EIP712Domain"}
    if is_cyclic(types):
        assert "circular type reference" in verdict["refused"]
        TypedData.parse(found)
        return ["recursion"]
    assert verdict.get("primary") == found["primaryType"], verdict
    return same_document(case, verdict)


@locked
def test_random_typed_data_have_the_hashes_and_signatures_of_ethers(environment: str) -> None:
    compared("ethers", "typed data", environment, document, ethers_document, kinds=SHAPES)


# -- messages


def message(random: Random) -> JSON:
    return {"task": "message", "secret": secret(random), "data": data(random, 0, 1, 9, 10, 32, 99, 100, 1000)}


def same_message(case: JSON, verdict: JSON) -> list[str]:
    holder = signer(bytes.fromhex(case["secret"]))
    mine = Message(chain=ETHEREUM, signer=holder.public_key, data=bytes.fromhex(case["data"]))
    address = ETHEREUM.address(holder.public_key)
    assert verdict == {"digest": mine.digest.hex(), "signature": sign(mine, holder).raw.hex(), "signer": address.text}
    mine.verify(bytes.fromhex(verdict["signature"]), address)
    return ["personal"]


@locked
@pytest.mark.parametrize("oracle", ["viem", "ethers"])
def test_random_messages_have_the_signatures_of_viem_and_ethers(oracle: str, environment: str) -> None:
    compared(oracle, "messages", environment, message, same_message, kinds={"personal"})


# -- sign-in messages, of those that viem writes: its domains are names with a dot, its times have milliseconds

LETTERS = "abcXYZ0189"
STATED = LETTERS + " -._~:/?#[]@!$&'()*+,;="
OPTIONAL = ("scheme", "statement", "expirationTime", "notBefore", "requestId", "resources")
NAMES = {
    "chainId": "chain_id",
    "issuedAt": "issued_at",
    "expirationTime": "expiration_time",
    "notBefore": "not_before",
    "requestId": "request_id",
}


def letters(random: Random, least: int, most: int, alphabet: str = LETTERS) -> str:
    return "".join(random.choices(alphabet, k=random.randint(least, most)))


def moment(random: Random) -> str:
    found = datetime.fromtimestamp(random.randrange(253_402_300_800), UTC)
    return f"{found:%Y-%m-%dT%H:%M:%S}.{random.randrange(1000):03}Z"


def link(random: Random) -> str:
    path = letters(random, 0, 8, LETTERS + "-._~!$&'()*+,;=:@/").lstrip("/")
    return f"https://{letters(random, 1, 5)}.org/{path}?{letters(random, 1, 4)}#{letters(random, 1, 4)}"


def sign_in(random: Random) -> JSON:
    port = f":{random.randrange(65536)}" if random.random() < 0.3 else ""
    domain = random.choice((f"{letters(random, 1, 9)}.example.com", "127.0.0.1", "localhost"))
    full: JSON = {
        "scheme": random.choice(("https", "http", "a1+-.")),
        "statement": letters(random, 1, 40, STATED),
        "expirationTime": moment(random),
        "notBefore": moment(random),
        "requestId": letters(random, 1, 10, LETTERS + "-._~!$&'()*+,;=:@"),
        "resources": [link(random) for _ in range(random.randrange(3))],
    }
    fields: JSON = {
        "domain": domain + port,
        "address": ETHEREUM.account(bytes.fromhex(data(random, 20))).text,
        "uri": link(random),
        "version": "1",
        "chainId": random.choice((random.choice(IDS), 1 + number(random, 2**53 - 1))),
        "nonce": letters(random, 8, 20),
        "issuedAt": moment(random),
        **{name: full[name] for name in OPTIONAL if random.random() < 0.5},
    }
    return {"task": "sign_in", "fields": fields}


def same_sign_in(case: JSON, verdict: JSON) -> list[str]:
    fields = case["fields"]
    values: dict[str, Any] = {NAMES.get(name, name): value for name, value in fields.items()}
    values |= {"resources": tuple(values["resources"])} if "resources" in values else {}
    mine = SiweMessage(**values)
    assert str(mine) == verdict.get("text"), verdict
    assert SiweMessage.parse(verdict["text"]) == mine
    assert verdict["parsed"] == {name: value for name, value in fields.items() if value != []} | (
        {"resources": []} if fields.get("resources") == [] else {}
    )
    return ["sign-in", *(name for name in OPTIONAL if name in fields)]


@locked
def test_random_sign_ins_have_the_texts_of_viem(environment: str) -> None:
    compared("viem", "sign-ins", environment, sign_in, same_sign_in, kinds={"sign-in", *OPTIONAL})


# -- signatures of contracts


def wrapped(random: Random) -> JSON:
    inner = data(random, 0, 1, 32, 64, 65, 66, 200)
    return {"task": "wrapped", "to": data(random, 20), "data": data(random, 0, 4, 31, 32, 33, 300), "inner": inner}


def same_wrapped(case: JSON, verdict: JSON) -> list[str]:
    to, calldata, inner = (bytes.fromhex(case[name]) for name in ("to", "data", "inner"))
    mine = CounterfactualSignature(to=to, data=calldata, signature=inner)
    assert verdict.get("signature") == mine.encode().hex(), verdict
    assert verdict["read"] == [ETHEREUM.account(to).text, f"0x{case['data']}", f"0x{case['inner']}"]
    assert CounterfactualSignature.decode(bytes.fromhex(verdict["signature"])) == mine
    return ["wrapped"]


@locked
def test_random_counterfactual_signatures_are_those_of_viem(environment: str) -> None:
    compared("viem", "wrapped", environment, wrapped, same_wrapped, kinds={"wrapped"})


WAYS = ("by its key", "by a contract", "by a contract that is not yet made")


class Judged:
    """A chain with a factory and a contract that says yes to one question; viem's own contract judges there, too."""

    def __init__(self) -> None:
        self.engine = EthereumTester(PyEVMBackend())
        self.call = caller(self.engine)
        self.factory = made(self.engine, factory_code())
        self.contracts: dict[bytes, Any] = {}

    def case(self, random: Random) -> JSON:
        """A message and a signature, right or wrong, by one of the ways."""
        way, right = random.choice(WAYS), random.random() < 0.5
        holder = signer(bytes.fromhex(secret(random)))
        mine = Message(chain=TESTER, signer=holder.public_key, data=random.randbytes(8))
        good = sign(mine, holder).raw
        given = good if right else bytes((good[0] ^ 1,)) + good[1:]
        account = TESTER.address(holder.public_key)
        if way == WAYS[1]:
            account = made(self.engine, wallet_code(mine.digest, good))
        if way == WAYS[2]:
            code = wallet_code(mine.digest, good)
            account = create2_address(self.factory, bytes(32), init_code=code)
            calldata = bytes(32) + code
            given = CounterfactualSignature(to=self.factory.payload, data=calldata, signature=given).encode()
        asked = {"digest": mine.digest.hex(), "signature": given.hex(), "account": account.text}
        return {"task": "validator", "way": way, "right": right, "data": mine.data.hex(), **asked}  # type: ignore[union-attr]

    def same(self, case: JSON, verdict: JSON) -> list[str]:
        """The same verdict from the contract that viem has a node run as from us."""
        mine = Message(chain=TESTER, data=bytes.fromhex(case["data"]))
        account, signature = TESTER.parse_address(case["account"]), bytes.fromhex(case["signature"])
        theirs = self.call(None, bytes.fromhex(verdict["code"]))
        assert (int.from_bytes(theirs) == 1) is case["right"]
        try:
            verify_signature(mine, account, signature, call=self.call)
            assert case["right"]
        except InvalidSignature:
            assert not case["right"]
        return [case["way"], "right" if case["right"] else "wrong"]


@locked
def test_random_signatures_of_contracts_are_judged_as_by_the_contract_of_viem(environment: str) -> None:
    judged = Judged()
    kinds = {*WAYS, "right", "wrong"}
    compared("viem", "validator", environment, judged.case, judged.same, kinds=kinds, most=300)
