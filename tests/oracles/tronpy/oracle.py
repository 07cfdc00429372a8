"""tronpy, and Google's protobuf with the messages of java-tron (protocol.json): the bytes and ids of transactions."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from tronpy.proto.transaction import calculate_txid_from_raw_data
from tronpy.tron import Trx

KIND = descriptor_pb2.FieldDescriptorProto
PROTOCOL = json.loads((Path(__file__).parent / "protocol.json").read_text())


def described() -> Any:
    """The messages as a file of descriptors; a name with points is that of a message within."""
    file = descriptor_pb2.FileDescriptorProto(name="tron.proto", package="protocol", syntax="proto3")
    file.dependency.append("google/protobuf/any.proto")
    made: dict[str, Any] = {}
    for name, values in PROTOCOL["enums"].items():
        enum = file.enum_type.add(name=name.replace(".", "_"))
        for value, number in values.items():
            enum.value.add(name=f"{enum.name}_{value}", number=number)
    for name in sorted(PROTOCOL["messages"]):
        made[name] = file.message_type.add(name=name.replace(".", "_"))
    for name, fields in PROTOCOL["messages"].items():
        for field in fields:
            describe(made[name], *field)
    return file


def describe(message: Any, name: str, number: int, kind: str, label: str) -> None:
    field = message.field.add(name=name, number=number)
    field.label = KIND.LABEL_REPEATED if label or kind.startswith("map") else KIND.LABEL_OPTIONAL
    if kind.startswith("map"):
        entry = message.nested_type.add(name="".join(part.title() for part in name.split("_")) + "Entry")
        entry.options.map_entry = True
        for place, each in enumerate(kind.split()[1:], 1):
            describe(entry, ("key", "value")[place - 1], place, each, "")
        field.type, field.type_name = KIND.TYPE_MESSAGE, f".protocol.{message.name}.{entry.name}"
    elif kind == "google.protobuf.Any":
        field.type, field.type_name = KIND.TYPE_MESSAGE, ".google.protobuf.Any"
    elif kind.startswith("."):
        field.type = KIND.TYPE_ENUM if kind[1:] in PROTOCOL["enums"] else KIND.TYPE_MESSAGE
        field.type_name = f".protocol.{kind[1:].replace('.', '_')}"
    else:
        field.type = KIND.Type.Value(f"TYPE_{kind.upper()}")


POOL = descriptor_pool.DescriptorPool()
POOL.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
POOL.Add(described())
TYPES = PROTOCOL["enums"]["Transaction.Contract.ContractType"]


def message(name: str) -> Any:
    return message_factory.GetMessageClass(POOL.FindMessageTypeByName(f"protocol.{name.replace('.', '_')}"))()


def fill(made: Any, values: dict[str, Any]) -> Any:
    """Set what the JSON of nodes has."""
    for name, value in values.items():
        field = made.DESCRIPTOR.fields_by_name[name]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            for each in value:
                getattr(made, name)[each["key"]] = each["value"]
        elif field.message_type is not None and field.is_repeated:
            for each in value:
                fill(getattr(made, name).add(), each)
        elif field.message_type is not None:
            getattr(made, name).SetInParent()
            fill(getattr(made, name), value)
        elif field.is_repeated:
            getattr(made, name).extend([given(field, each) for each in value])
        else:
            setattr(made, name, given(field, value))
    return made


def given(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values_by_name[f"{field.enum_type.name}_{value}"].number
    return bytes.fromhex(value) if field.type == field.TYPE_BYTES else value


def transaction(case: dict[str, Any]) -> dict[str, Any]:
    """The bytes of raw_data, the id, and the bytes with a signature that the case has."""
    raw, (call,) = message("Transaction.raw"), case["raw_data"]["contract"]
    for name in ("ref_block_bytes", "ref_block_hash", "data"):
        setattr(raw, name, bytes.fromhex(case["raw_data"].get(name, "")))
    for name in ("expiration", "timestamp", "fee_limit"):
        setattr(raw, name, case["raw_data"].get(name, 0))
    contract = raw.contract.add(type=TYPES[call["type"]], Permission_id=call.get("Permission_id", 0))
    contract.parameter.type_url = f"type.googleapis.com/protocol.{call['type']}"
    contract.parameter.value = fill(message(call["type"]), call["parameter"]["value"]).SerializeToString(
        deterministic=True
    )
    data = raw.SerializeToString(deterministic=True)
    signed = message("Transaction")
    signed.raw_data.CopyFrom(raw)
    signed.signature.append(bytes.fromhex(case["signature"]))
    return {
        "raw_data_hex": data.hex(),
        "txID": sha256(data).hexdigest(),
        "signed": signed.SerializeToString(deterministic=True).hex(),
    }


class Client:
    """What tronpy's builder asks of its client."""

    conf = {"fee_limit": 0}  # noqa: RUF012  # it is never changed


def built(case: dict[str, Any]) -> dict[str, Any]:
    """The id that tronpy's own builder gives a transfer offline."""
    builder = Trx(Client()).transfer(case["from"], case["to"], case["amount"])
    builder._raw_data |= {"timestamp": case["timestamp"], "expiration": case["expiration"]}
    return {"txID": builder.build(offline=True, ref_block_id=case["block_id"]).txid}


def called(case: dict[str, Any]) -> dict[str, Any]:
    """The id that tronpy gives ``raw_data`` by its own messages (transfers and calls of contracts)."""
    return {"txID": calculate_txid_from_raw_data(case["raw_data"])}


TASKS = {"transaction": transaction, "built": built, "called": called}


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    """Do what the case asks for; what they refuse is told by its error."""
    try:
        return TASKS[case["task"]](case)
    except Exception as error:  # its refusals have many classes
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
