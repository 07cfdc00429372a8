// User operations (ERC-4337): their hash, their packed form, and what a bundler is sent.
import { encodeFunctionData, hashTypedData } from "viem";
import {
  entryPoint06Abi,
  entryPoint07Abi,
  entryPoint08Abi,
  entryPoint09Abi,
  formatUserOperationRequest,
  getUserOperationHash,
  getUserOperationTypedData,
  toPackedUserOperation,
} from "viem/account-abstraction";

const ABIS = { 0.6: entryPoint06Abi, 0.7: entryPoint07Abi, 0.8: entryPoint08Abi, 0.9: entryPoint09Abi };
const NUMBERS = [
  "nonce",
  "callGasLimit",
  "verificationGasLimit",
  "preVerificationGas",
  "maxFeePerGas",
  "maxPriorityFeePerGas",
  "paymasterVerificationGasLimit",
  "paymasterPostOpGasLimit",
];
const BENEFICIARY = "0x4242424242424242424242424242424242424242";

function operationOf(asked) {
  const operation = { ...asked.operation };
  for (const name of NUMBERS) if (name in operation) operation[name] = BigInt(operation[name]);
  if (asked.delegate) operation.authorization = { address: asked.delegate, chainId: asked.chainId, nonce: 0 };
  return operation;
}

function hash(asked) {
  const operation = operationOf(asked);
  const where = { chainId: asked.chainId, entryPointAddress: asked.entryPoint };
  const verdict = { hash: getUserOperationHash({ ...where, entryPointVersion: asked.version, userOperation: operation }) };
  if (asked.version === "0.8" || asked.version === "0.9")
    verdict.typed = hashTypedData(getUserOperationTypedData({ ...where, userOperation: operation }));
  return verdict;
}

function sent(asked) {
  const { authorization, ...operation } = operationOf(asked);
  const packed = asked.version === "0.6" ? operation : toPackedUserOperation(operation);
  const data = encodeFunctionData({
    abi: ABIS[asked.version],
    functionName: "handleOps",
    args: [[packed], BENEFICIARY],
  });
  return { rpc: formatUserOperationRequest(operation), calldata: data };
}

export const TASKS = { "user operation": hash, "sent user operation": sent };
