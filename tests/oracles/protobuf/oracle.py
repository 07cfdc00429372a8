"""Google's protobuf: messages with fields of every kind, written from values, and read and written again."""

import json
import sys
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.unknown_fields import UnknownFieldSet

FILE = descriptor_pb2.FileDescriptorProto
KIND = descriptor_pb2.FieldDescriptorProto
# name, number, type, whether it is repeated ("packed", "apart"), optional (its presence is told), or neither
ALL = (
    ("text", 1, "STRING", ""),
    ("raw", 2, "BYTES", ""),
    ("flag", 3, "BOOL", ""),
    ("u32", 4, "UINT32", ""),
    ("u64", 5, "UINT64", ""),
    ("i32", 6, "INT32", ""),
    ("i64", 7, "INT64", ""),
    ("s32", 8, "SINT32", ""),
    ("s64", 9, "SINT64", ""),
    ("level", 10, "ENUM", ""),
    ("tree", 12, "MESSAGE", ""),
    ("texts", 13, "STRING", "apart"),
    ("raws", 15, "BYTES", "apart"),
    ("trees", 16, "MESSAGE", "apart"),
    ("numbers", 17, "UINT64", "packed"),
    ("levels", 18, "ENUM", "packed"),
    ("signed", 19, "SINT32", "packed"),
    ("apart", 20, "INT32", "apart"),
    ("maybe", 21, "UINT64", "optional"),
    ("maybe_flag", 22, "BOOL", "optional"),
    ("maybe_text", 2047, "STRING", "optional"),
    ("flags", 2048, "BOOL", "packed"),
    ("last", 536870911, "BYTES", ""),
)
TREE = (("name", 1, "STRING", ""), ("size", 2, "INT64", ""), ("under", 3, "MESSAGE", "apart"))


def described() -> Any:
    made = FILE(name="all.proto", package="all", syntax="proto3")
    level = made.enum_type.add(name="Level")
    for name, number in (("NONE", 0), ("LOW", 1), ("HIGH", 300), ("BELOW", -2)):
        level.value.add(name=name, number=number)
    for message, fields in (("All", ALL), ("Tree", TREE)):
        described_message(made.message_type.add(name=message), fields)
    return made


def described_message(message: Any, fields: Any) -> None:
    for name, number, kind, label in fields:
        field = message.field.add(name=name, number=number, type=KIND.Type.Value(f"TYPE_{kind}"))
        repeats = label in ("packed", "apart")
        field.label = KIND.LABEL_REPEATED if repeats else KIND.LABEL_OPTIONAL
        if kind in ("MESSAGE", "ENUM"):
            field.type_name = ".all.Tree" if kind == "MESSAGE" else ".all.Level"
        if repeats and kind not in ("STRING", "BYTES", "MESSAGE"):
            field.options.packed = label == "packed"
        if label == "optional":
            field.proto3_optional = True
            field.oneof_index = len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{name}")


POOL = descriptor_pool.DescriptorPool()
POOL.Add(described())
ALL_CLASS = message_factory.GetMessageClass(POOL.FindMessageTypeByName("all.All"))
LEVELS = POOL.FindEnumTypeByName("all.Level").values_by_number


def fill(message: Any, values: dict[str, Any]) -> Any:
    """Set what JSON has: bytes are hex, messages are objects."""
    for name, value in values.items():
        field = message.DESCRIPTOR.fields_by_name[name]
        if field.message_type is not None and field.is_repeated:
            for each in value:
                fill(getattr(message, name).add(), each)
        elif field.message_type is not None:
            getattr(message, name).SetInParent()
            fill(getattr(message, name), value)
        elif field.type == field.TYPE_BYTES:
            given = [bytes.fromhex(each) for each in value] if field.is_repeated else bytes.fromhex(value)
            put(message, field, given)
        else:
            put(message, field, value)
    return message


def put(message: Any, field: Any, value: Any) -> None:
    if field.is_repeated:
        getattr(message, field.name).extend(value)
    else:
        setattr(message, field.name, value)


def told(message: Any) -> dict[str, Any]:
    """The fields that are there, in the form that `fill` takes."""
    return {field.name: told_value(field, value) for field, value in message.ListFields()}


def told_value(field: Any, value: Any) -> Any:
    def one(each: Any) -> Any:
        return told(each) if field.message_type is not None else each.hex() if isinstance(each, bytes) else each

    return [one(each) for each in value] if field.is_repeated else one(value)


def encoded(case: dict[str, Any]) -> dict[str, Any]:
    return {"encoded": fill(ALL_CLASS(), case["values"]).SerializeToString(deterministic=True).hex()}


def decoded(case: dict[str, Any]) -> dict[str, Any]:
    read = ALL_CLASS.FromString(bytes.fromhex(case["encoded"]))
    unknown = len(UnknownFieldSet(read))
    levels = [read.level, *read.levels]
    values = told(read)
    read.DiscardUnknownFields()
    again = read.SerializeToString(deterministic=True).hex()
    return {"values": values, "again": again, "unknown": unknown, "levels": all(each in LEVELS for each in levels)}


TASKS = {"encode": encoded, "decode": decoded}


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    """Do what the case asks for; what protobuf refuses is told by its error."""
    try:
        return TASKS[case["task"]](case)
    except Exception as error:  # its refusals have several classes
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
