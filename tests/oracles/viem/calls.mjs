// viem, asked which function calldata are of, and for the arguments.
import { decodeFunctionData, parseAbi } from "viem";

// Structs come as objects whose members are in order; numbers of 48 bits and less as numbers, others as bigints.
const plain = (value) => {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object") return Object.values(value).map(plain);
  return value;
};

const read = ({ abi, data }) => {
  try {
    const { functionName, args } = decodeFunctionData({ abi: parseAbi(abi), data });
    return { name: functionName, arguments: (args ?? []).map(plain) };
  } catch (error) {
    return { error: error.name };
  }
};

export const TASKS = { "calldata of a table": read };
