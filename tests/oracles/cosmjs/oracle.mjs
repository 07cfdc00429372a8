// Transactions of Cosmos chains by CosmJS, signed by it: one JSON case a line in, one verdict a line out.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const amino = require("@cosmjs/amino");
const { Secp256k1, sha256 } = require("@cosmjs/crypto");
const { fromBase64, toBase64, fromHex, toHex } = require("@cosmjs/encoding");
const signing = require("@cosmjs/proto-signing");
const stargate = require("@cosmjs/stargate");
const { SignMode } = require("cosmjs-types/cosmos/tx/signing/v1beta1/signing");
const { AuthInfo, SignDocDirectAux, TxBody, TxRaw } = require("cosmjs-types/cosmos/tx/v1beta1/tx");
const bank = require("cosmjs-types/cosmos/bank/v1beta1/tx");
const crisis = require("cosmjs-types/cosmos/crisis/v1beta1/tx");
const distribution = require("cosmjs-types/cosmos/distribution/v1beta1/tx");
const slashing = require("cosmjs-types/cosmos/slashing/v1beta1/tx");
const vesting = require("cosmjs-types/cosmos/vesting/v1beta1/tx");
const lines = require("readline").createInterface({ input: process.stdin });

// Its own registry and converters; the types of modules that it has no helpers for are those of cosmjs-types.
const registry = new signing.Registry([
  ...stargate.defaultRegistryTypes,
  ["/cosmos.crisis.v1beta1.MsgVerifyInvariant", crisis.MsgVerifyInvariant],
  ["/cosmos.distribution.v1beta1.MsgCommunityPoolSpend", distribution.MsgCommunityPoolSpend],
  ["/cosmos.distribution.v1beta1.MsgDepositValidatorRewardsPool", distribution.MsgDepositValidatorRewardsPool],
  ["/cosmos.slashing.v1beta1.MsgUnjail", slashing.MsgUnjail],
  ["/cosmos.vesting.v1beta1.MsgCreatePermanentLockedAccount", vesting.MsgCreatePermanentLockedAccount],
  ["/cosmos.vesting.v1beta1.MsgCreatePeriodicVestingAccount", vesting.MsgCreatePeriodicVestingAccount],
]);
const types = new stargate.AminoTypes(stargate.createDefaultAminoConverters());

// A message is {type, value} of amino JSON where CosmJS has a converter, {typeUrl, json} of protobuf JSON elsewhere.
const encodeObject = (message) =>
  message.typeUrl
    ? { typeUrl: message.typeUrl, value: registry.lookupType(message.typeUrl).fromJSON(message.json) }
    : types.fromAmino(message);

const sign = async (secret, bytes) => {
  const signature = await Secp256k1.createSignature(sha256(bytes), secret);
  return new Uint8Array([...signature.r(32), ...signature.s(32)]);
};

const keyOf = async (hex) => {
  const secret = fromHex(hex);
  const pubkey = Secp256k1.compressPubkey((await Secp256k1.makeKeypair(secret)).pubkey);
  return { secret, pubkey };
};

const bodyOf = (asked) =>
  TxBody.encode(
    TxBody.fromPartial({
      messages: asked.messages.map((each) => registry.encodeAsAny(encodeObject(each))),
      memo: asked.memo,
      timeoutHeight: BigInt(asked.timeout_height),
    }),
  ).finish();

const aminoBytes = (asked, signer, fee) =>
  amino.serializeSignDoc(
    amino.makeSignDoc(
      asked.messages.map((each) => types.toAmino(encodeObject(each))),
      fee,
      asked.chain_id,
      asked.memo,
      signer.account_number,
      signer.sequence,
      asked.timeout_height === "0" ? undefined : BigInt(asked.timeout_height),
    ),
  );

const MODES = {
  DIRECT: SignMode.SIGN_MODE_DIRECT,
  DIRECT_AUX: SignMode.SIGN_MODE_DIRECT_AUX,
  LEGACY_AMINO_JSON: SignMode.SIGN_MODE_LEGACY_AMINO_JSON,
};

const feeOf = ({ amount, gas, payer, granter }) => ({ amount, gas, ...(payer && { payer }), ...(granter && { granter }) });

const TASKS = {
  // Several signers, each in its own way.
  async sign(asked) {
    const keys = await Promise.all(asked.signers.map((each) => keyOf(each.secret)));
    const fee = feeOf(asked.fee);
    const infos = keys.map(({ pubkey }, place) => ({
      publicKey: signing.encodePubkey(amino.encodeSecp256k1Pubkey(pubkey)),
      modeInfo: { single: { mode: MODES[asked.signers[place].mode] } },
      sequence: BigInt(asked.signers[place].sequence),
    }));
    const bodyBytes = bodyOf(asked);
    const authInfoBytes = AuthInfo.encode(
      AuthInfo.fromPartial({
        signerInfos: infos,
        fee: { amount: fee.amount, gasLimit: BigInt(fee.gas), payer: fee.payer, granter: fee.granter },
      }),
    ).finish();
    const payloads = asked.signers.map((signer, place) => {
      if (signer.mode === "LEGACY_AMINO_JSON") return aminoBytes(asked, signer, fee);
      const doc = { bodyBytes, authInfoBytes, chainId: asked.chain_id, accountNumber: BigInt(signer.account_number) };
      if (signer.mode === "DIRECT") return signing.makeSignBytes(doc);
      const { publicKey, sequence } = infos[place];
      const { chainId, accountNumber } = doc;
      return SignDocDirectAux.encode(
        SignDocDirectAux.fromPartial({ bodyBytes, publicKey, chainId, accountNumber, sequence }),
      ).finish();
    });
    const signatures = await Promise.all(payloads.map((each, place) => sign(keys[place].secret, each)));
    const raw = TxRaw.encode(TxRaw.fromPartial({ bodyBytes, authInfoBytes, signatures })).finish();
    return { raw: toHex(raw), payloads: payloads.map(toHex) };
  },

  // Cosigners of one multisig account; those that are named sign.
  async multisig(asked) {
    const keys = await Promise.all(asked.secrets.map(keyOf));
    const pubkey = amino.createMultisigThresholdPubkey(
      keys.map((each) => amino.encodeSecp256k1Pubkey(each.pubkey)),
      asked.threshold,
      true,
    );
    const fee = feeOf(asked.fee);
    const payload = aminoBytes(asked, asked, fee);
    const signatures = new Map();
    for (const place of asked.signing) {
      const address = amino.pubkeyToAddress(pubkey.value.pubkeys[place], asked.prefix);
      signatures.set(address, await sign(keys[place].secret, payload));
    }
    const raw = stargate.makeMultisignedTxBytes(pubkey, Number(asked.sequence), fee, bodyOf(asked), signatures);
    return { raw: toHex(raw), payload: toHex(payload), address: amino.pubkeyToAddress(pubkey, asked.prefix) };
  },
};

let asking = Promise.resolve();
lines.on("line", async (line) => {
  const asked = JSON.parse(line);
  asking = asking.then(async () => {
    try {
      console.log(JSON.stringify(await TASKS[asked.task](asked)));
    } catch (error) {
      console.log(JSON.stringify({ refused: String(error).slice(0, 300) }));
    }
  });
});
