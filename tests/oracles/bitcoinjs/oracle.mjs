// Small libraries of bitcoinjs: URIs of BIP-21, the order of BIP-69, coins chosen.
import { createRequire } from "node:module";
import { decode, encode } from "bip21";

const require = createRequire(import.meta.url);

const bip69 = require("bip69");
const accumulative = require("coinselect/accumulative");
const coinSelect = require("coinselect");
const lines = require("readline").createInterface({ input: process.stdin });

// Coins of P2PKH as values in descending order, and what is paid: what is spent, paid back and given as a fee.
function chosen(select, asked) {
  const coins = asked.coins.map((value) => ({ value }));
  const found = select(coins, asked.payments.map((value) => ({ value })), asked.rate);
  if (!found.inputs) return { fee: found.fee };
  const values = found.outputs.map((output) => output.value);
  return { inputs: found.inputs.map((coin) => coin.value), outputs: values, fee: found.fee };
}

const TASKS = {
  uri: (asked) => ({ read: decode(asked.uri), written: encode(asked.address, asked.options) }),
  order: (asked) => ({
    inputs: bip69.sortInputs(asked.inputs),
    outputs: bip69.sortOutputs(asked.outputs.map(([value, hex]) => ({ value, script: Buffer.from(hex, "hex") }))).map(
      (output) => [output.value, output.script.toString("hex")],
    ),
  }),
  coins: (asked) => ({ largest: chosen(accumulative, asked), best: chosen(coinSelect, asked) }),
};

lines.on("line", (line) => {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(TASKS[asked.task](asked)));
});
