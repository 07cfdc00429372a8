// The contract ABI: parameters both ways, packed values, signatures.
import {
  decodeAbiParameters, encodeAbiParameters, encodePacked, parseAbiItem, toEventSelector, toEventSignature,
  toFunctionSelector, toFunctionSignature,
} from "viem";

// "(address,uint256[2])[]" as viem has types: the name tuple, with components beside it.
function parameter(text) {
  if (!text.startsWith("(")) return { type: text };
  const end = text.lastIndexOf(")");
  return { type: `tuple${text.slice(end + 1)}`, components: split(text.slice(1, end)).map(parameter) };
}

function split(text) {
  const found = [];
  let depth = 0, start = 0;
  for (let place = 0; place <= text.length; place++) {
    const letter = text[place];
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    if ((letter === "," && depth === 0) || place === text.length) {
      found.push(text.slice(start, place));
      start = place + 1;
    }
  }
  return found;
}

function given(text, value) {
  if (text.endsWith("]")) return value.map((each) => given(text.slice(0, text.lastIndexOf("[")), each));
  if (text.startsWith("(")) return split(text.slice(1, -1)).map((each, place) => given(each, value[place]));
  if (text === "bool" || text === "string") return value;
  return text.includes("int") ? BigInt(value) : `0x${value}`;
}

function told(text, value) {
  if (text.endsWith("]")) return value.map((each) => told(text.slice(0, text.lastIndexOf("[")), each));
  if (text.startsWith("(")) return split(text.slice(1, -1)).map((each, place) => told(each, value[place]));
  if (text === "bool" || text === "string") return value;
  return text.includes("int") ? value.toString() : value.slice(2).toLowerCase();
}

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
  const encoded = encodeAbiParameters(types.map(parameter), values.map((each, place) => given(types[place], each)));
  return { encoded: encoded.slice(2) };
}

function decode({ types, encoded }) {
  const values = decodeAbiParameters(types.map(parameter), `0x${encoded}`);
  return { values: values.map((each, place) => told(types[place], each)) };
}

function packed({ types, values }) {
  return { encoded: encodePacked(types, values.map((each, place) => given(types[place], each))).slice(2) };
}

function signature({ text }) {
  const item = parseAbiItem(text);
  if (item.type === "event") return { signature: toEventSignature(item), hash: toEventSelector(item).slice(2) };
  return { signature: toFunctionSignature(item), hash: toFunctionSelector(item).slice(2) };
}

export const TASKS = Object.fromEntries(
  Object.entries({ abi_encode: encode, abi_decode: decode, abi_packed: packed, abi_signature: signature })
    .map(([name, task]) => [name, tried(task)]),
);
