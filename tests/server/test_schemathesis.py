"""schemathesis with the server's OpenAPI document: every answer is as it says, nothing is signed unguarded."""

import json
import os
from pathlib import Path
from typing import Any

from support.oracles import locked, started
from support.server import (
    FRIEND,
    HOT,
    STRANGER,
    TOKEN,
    Server,
    ask,
    configuration,
    entries,
    payment,
    signed_ids,
    signing,
    token_client,
)
from walletcore.curves.secp256k1 import account_of, uncompressed

SEED = os.environ.get("WALLETCORE_SEED", "1")
EXAMPLES = {"installed": 5, "locked": 300}


def with_examples(document: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The document with the key that is there, and with payments as examples; the ids of those that may be signed."""
    good, bad = payment(FRIEND), payment(STRANGER)
    bodies = [json.loads(signing(each.requests()[0])) for each in (good, bad)]
    paths = document["paths"]
    paths["/v1/sign"]["post"]["requestBody"]["content"]["application/json"]["examples"] = {
        str(place): {"value": body} for place, body in enumerate(bodies)
    }
    rest = paths["/api/v1/eth1/sign/{identifier}"]["post"]
    rest["parameters"][0]["schema"] = {"enum": ["0x" + uncompressed(HOT.data)[1:].hex()]}
    rest["requestBody"]["content"]["application/json"]["examples"] = {
        str(place): {"value": {"data": "0x" + each.raw.hex()}} for place, each in enumerate((good, bad))
    }
    account = "0x" + account_of(HOT.data).hex()
    calls = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_sign", "params": [account, "0x61"]},
        {"jsonrpc": "2.0", "id": 2, "method": "eth_signTransaction", "params": [{"from": account, "gas": "0x5208"}]},
    ]
    paths["/"]["post"]["requestBody"]["content"]["application/json"]["examples"] = {
        str(place): {"value": call} for place, call in enumerate(calls)
    }
    return document, {good.requests()[0].id.hex()}


@locked
def test_no_answer_is_another_than_the_document_says_and_no_signature_another_than_a_guard_admits(
    tmp_path: Path, environment: str
) -> None:
    guard = f"""
[[key.hot.guard]]
rule = "only_to"
accounts = ["{FRIEND.account_id}"]
[[key.hot.guard]]
rule = "max_fee"
at_most = {{ "eip155:1/slip44:60" = 1_000_000_000_000_000 }}
[[key.hot.guard]]
rule = "audit"
"""
    with Server(configuration(tmp_path, guard=guard, clients=token_client() + "metrics = true\n")) as server:
        document, may_be_signed = with_examples(json.loads(ask(server.port, "/openapi.json", None)[2]))
        (tmp_path / "openapi.json").write_text(json.dumps(document))
        task = {"document": str(tmp_path / "openapi.json"), "url": f"http://127.0.0.1:{server.port}"}
        task |= {"token": TOKEN.decode(), "examples": EXAMPLES[environment], "seed": SEED}  # type: ignore[dict-item]
        with started("schemathesis", environment) as oracle:
            ((_, verdict),) = oracle.verdicts(iter([task]))
    print(verdict["requests"], "requests")
    assert verdict["exit"] == 0, verdict["found"]
    assert verdict["requests"] > 200
    texts = [json.loads(entry.text) for entry in entries(tmp_path)]
    statements = {line["case"] for line in texts if line.get("verdict") == "admitted"}
    assert may_be_signed <= set(signed_ids(tmp_path)), "the good example was not signed: nothing was tried"
    assert len(statements) >= len(signed_ids(tmp_path))
    for line in texts:
        for effect in line.get("effects", []) if line.get("verdict") == "admitted" else []:
            assert STRANGER.account_id not in json.dumps(effect)
