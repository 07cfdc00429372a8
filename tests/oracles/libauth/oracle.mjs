// @bitauth/libauth, the virtual machines of Bitcoin Cash and eCash: whether a transaction spends the outputs that it says.
import { createInterface } from "node:readline";

import * as libauth from "@bitauth/libauth";

const { decodeTransaction, decodeTransactionOutputs, hexToBin } = libauth;
const machines = { bch: libauth.createVirtualMachineBCH(true), xec: libauth.createVirtualMachineXEC(true) };

function told(asked) {
  const transaction = decodeTransaction(hexToBin(asked.tx));
  if (typeof transaction === "string") {
    return { accepted: false, why: transaction };
  }
  const sourceOutputs = decodeTransactionOutputs(hexToBin(asked.spent));
  if (typeof sourceOutputs === "string") {
    return { accepted: false, why: sourceOutputs };
  }
  const verdict = machines[asked.chain].verify({ sourceOutputs, transaction });
  return { accepted: verdict === true, why: verdict === true ? "" : String(verdict) };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(told(JSON.parse(line))));
}
