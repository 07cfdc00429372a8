// Theta's transactions by theta-js, signed by its wallet: one JSON case a line in, one verdict a line out.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const BigNumber = require("bignumber.js");
const theta = require("@thetalabs/theta-js");
const lines = require("readline").createInterface({ input: process.stdin });

BigNumber.config({ EXPONENTIAL_AT: 1e9 });

const { Wallet, transactions } = theta;
const number = (text) => new BigNumber(text);

// Its own method says 10, another type (DepositStakeV2).
class Distribution extends transactions.StakeRewardDistributionTransaction {
  getType() {
    return 11;
  }
}

const MADE = {
  2: ({ from, fee, sequence, outputs }) =>
    new transactions.SendTransaction({
      from,
      gasPrice: number(fee),
      sequence,
      outputs: outputs.map(({ address, theta, tfuel }) => ({ address, thetaWei: number(theta), tfuelWei: number(tfuel) })),
    }),
  7: ({ from, to, sequence, gas, price, theta, tfuel, data }) =>
    new transactions.SmartContractTransaction({
      from,
      to,
      sequence,
      gasLimit: gas,
      gasPrice: number(price),
      value: number(tfuel),
      thetaValue: number(theta),
      data: `0x${data}`,
    }),
  8: ({ from, holder, fee, sequence, purpose, amount }) =>
    new transactions.DepositStakeTransaction({
      source: from,
      holder,
      gasPrice: number(fee),
      sequence,
      purpose,
      amount: number(amount),
    }),
  9: ({ from, holder, fee, sequence, purpose }) =>
    new transactions.WithdrawStakeTransaction({ source: from, holder, gasPrice: number(fee), sequence, purpose }),
  10: ({ from, summary, fee, sequence, purpose, amount }) =>
    new transactions.DepositStakeV2Transaction({
      source: from,
      holderSummary: summary,
      gasPrice: number(fee),
      sequence,
      purpose,
      amount: number(amount),
    }),
  11: ({ from, beneficiary, split, fee, sequence }) =>
    new Distribution({ holder: from, beneficiary, splitBasisPoint: split, gasPrice: number(fee), sequence }),
};

lines.on("line", (line) => {
  const asked = JSON.parse(line);
  const wallet = new Wallet(`0x${asked.secret}`, { getChainId: () => asked.chain_id });
  const transaction = MADE[asked.type](asked);
  const unsigned = transaction.signBytes(asked.chain_id);
  console.log(JSON.stringify({ address: wallet.address, unsigned, signed: wallet.signTransaction(transaction) }));
});
