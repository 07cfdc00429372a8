// The contract ABI: parameters both ways, packed values, signatures, logs.
import { AbiCoder, EventFragment, Fragment, Interface, solidityPacked } from "ethers";

const CODER = AbiCoder.defaultAbiCoder();

// Values of a ParamType: from JSON, and to it.
function given(type, value) {
  if (type.isArray()) return value.map((each) => given(type.arrayChildren, each));
  if (type.isTuple()) return type.components.map((each, place) => given(each, value[place]));
  if (type.type === "bool" || type.type === "string") return value;
  return type.type.includes("int") ? BigInt(value) : `0x${value}`;
}

function told(type, value) {
  if (type.isArray()) return [...value].map((each) => told(type.arrayChildren, each));
  if (type.isTuple()) return type.components.map((each, place) => told(each, value[place]));
  if (type.type === "bool" || type.type === "string") return value;
  return type.type.includes("int") ? value.toString() : value.slice(2).toLowerCase();
}

// "(uint8,(bool))[]" as ethers has tuples in text.
const parameters = (types) => Fragment.from(`function f(${types.map((each) => each.replaceAll("(", "tuple(")).join(",")})`).inputs;

function tried(task) {
  return (asked) => {
    try {
      return task(asked);
    } catch (error) {
      return { refused: `${error.name}: ${error.message}`.slice(0, 300) };
    }
  };
}

function encode({ types, values }) {
  const inputs = parameters(types);
  return { encoded: CODER.encode(inputs, inputs.map((each, place) => given(each, values[place]))).slice(2) };
}

function decode({ types, encoded }) {
  const inputs = parameters(types);
  const values = CODER.decode(inputs, `0x${encoded}`);
  return { values: inputs.map((each, place) => told(each, values[place])) };
}

function packed({ types, values }) {
  const inputs = parameters(types);
  return { encoded: solidityPacked(types, inputs.map((each, place) => given(each, values[place]))).slice(2) };
}

function signature({ text }) {
  const fragment = Fragment.from(text);
  const hash = fragment.type === "event" ? fragment.topicHash : fragment.selector;
  return { signature: fragment.format("sighash"), full: fragment.format("full"), hash: hash.slice(2) };
}

function log({ text, values }) {
  const event = EventFragment.from(text);
  const listed = event.inputs.map((each, place) => given(each, values[place]));
  const { topics, data } = new Interface([event]).encodeEventLog(event, listed);
  return { topics: topics.map((each) => each.slice(2)), data: data.slice(2) };
}

export const TASKS = Object.fromEntries(
  Object.entries({
    abi_encode: encode, abi_decode: decode, abi_packed: packed, abi_signature: signature, abi_log: log,
  }).map(([name, task]) => [name, tried(task)]),
);
