// @stellar/stellar-sdk, asked one JSON case a line: transactions of every operation, fee bumps, strkeys, what it reads.
import { createInterface } from "node:readline";
import {
  Asset,
  Claimant,
  FeeBumpTransaction,
  Keypair,
  LiquidityPoolAsset,
  LiquidityPoolId,
  Memo,
  Operation,
  SignerKey,
  StrKey,
  Transaction,
  TransactionBuilder,
  decodeAddressToMuxedAccount,
  xdr,
} from "@stellar/stellar-sdk";

const bytes = (text) => Buffer.from(text, "hex");
const int64 = (text) => xdr.Int64.fromString(String(text));
const uint64 = (text) => xdr.Uint64.fromString(String(text));
const asset = (text) => (text === "native" ? Asset.native() : new Asset(...text.split(":")));
const balance = (text) => `00000000${text}`;

function amount(text) {
  const digits = String(text).padStart(8, "0");
  return `${digits.slice(0, -7)}.${digits.slice(-7)}`;
}

function price(text) {
  const [n, d] = text.split("/").map(Number);
  return { n, d };
}

function predicate(given = {}) {
  const [[name, value]] = Object.entries(given).length ? Object.entries(given) : [["always"]];
  if (name === "and") return Claimant.predicateAnd(...value.map(predicate));
  if (name === "or") return Claimant.predicateOr(...value.map(predicate));
  if (name === "not") return Claimant.predicateNot(predicate(value));
  if (name === "before") return Claimant.predicateBeforeAbsoluteTime(String(value));
  if (name === "within") return Claimant.predicateBeforeRelativeTime(String(value));
  return Claimant.predicateUnconditional();
}

function signer(text) {
  const names = { G: "ed25519PublicKey", P: "ed25519SignedPayload" };
  if (names[text[0]]) return { [names[text[0]]]: text };
  return text[0] === "T"
    ? { preAuthTx: StrKey.decodePreAuthTx(text) }
    : { sha256Hash: StrKey.decodeSha256Hash(text) };
}

function revoked(given, source) {
  const account = given.account;
  if (given.balance) return Operation.revokeClaimableBalanceSponsorship({ balanceId: balance(given.balance), source });
  if (given.pool) return Operation.revokeLiquidityPoolSponsorship({ liquidityPoolId: given.pool, source });
  if (given.trust_line)
    return Operation.revokeTrustlineSponsorship({ account, asset: asset(given.trust_line), source });
  if (given.trust_line_pool)
    return Operation.revokeTrustlineSponsorship({ account, asset: new LiquidityPoolId(given.trust_line_pool), source });
  if (given.offer) return Operation.revokeOfferSponsorship({ seller: account, offerId: given.offer, source });
  if (given.data !== undefined) return Operation.revokeDataSponsorship({ account, name: given.data, source });
  if (!given.signer) return Operation.revokeAccountSponsorship({ account, source });
  return Operation.revokeSignerSponsorship({ account, signer: signer(given.signer), source });
}

function raw(body, source) {
  return new xdr.Operation({ sourceAccount: source ? decodeAddressToMuxedAccount(source) : null, body });
}

function options(given, source) {
  return Operation.setOptions({
    source,
    inflationDest: given.inflation_destination,
    clearFlags: given.clear_flags,
    setFlags: given.set_flags,
    masterWeight: given.master_weight,
    lowThreshold: given.low_threshold,
    medThreshold: given.medium_threshold,
    highThreshold: given.high_threshold,
    homeDomain: given.home_domain,
    signer: given.signer && { ...signer(given.signer.key), weight: given.signer.weight },
  });
}

function line(given, source) {
  const held = given.pool ? new LiquidityPoolAsset(...given.pool.map(asset), 30) : asset(given.line);
  return Operation.changeTrust({ asset: held, limit: amount(given.limit), source });
}

function flags(given, source) {
  const op = new xdr.SetTrustLineFlagsOp({
    trustor: Keypair.fromPublicKey(given.trustor).xdrAccountId(),
    asset: asset(given.asset).toXDRObject(),
    clearFlags: given.clear_flags,
    setFlags: given.set_flags,
  }); // the SDK does not set and clear the same flag
  return raw(xdr.OperationBody.setTrustLineFlags(op), source);
}

const path = (g) => ({
  sendAsset: asset(g.send_asset),
  destination: g.destination,
  destAsset: asset(g.dest_asset),
  path: g.path.map(asset),
});
const pair = (g) => ({ selling: asset(g.selling), buying: asset(g.buying), price: price(g.price) });

const OPERATIONS = {
  create_account: (g, source) =>
    Operation.createAccount({ destination: g.destination, startingBalance: amount(g.starting_balance), source }),
  payment: (g, source) =>
    Operation.payment({ destination: g.destination, asset: asset(g.asset), amount: amount(g.amount), source }),
  path_payment_strict_receive: (g, source) =>
    Operation.pathPaymentStrictReceive({ ...path(g), sendMax: amount(g.send_max), destAmount: amount(g.dest_amount), source }),
  path_payment_strict_send: (g, source) =>
    Operation.pathPaymentStrictSend({ ...path(g), sendAmount: amount(g.send_amount), destMin: amount(g.dest_min), source }),
  manage_sell_offer: (g, source) =>
    Operation.manageSellOffer({ ...pair(g), amount: amount(g.amount), offerId: g.offer_id, source }),
  manage_buy_offer: (g, source) =>
    Operation.manageBuyOffer({ ...pair(g), buyAmount: amount(g.buy_amount), offerId: g.offer_id, source }),
  create_passive_sell_offer: (g, source) =>
    Operation.createPassiveSellOffer({ ...pair(g), amount: amount(g.amount), source }),
  set_options: options,
  change_trust: line,
  allow_trust: (g, source) =>
    Operation.allowTrust({ trustor: g.trustor, assetCode: g.asset_code, authorize: g.authorize, source }),
  account_merge: (g, source) => Operation.accountMerge({ destination: g.destination, source }),
  inflation: (g, source) => Operation.inflation({ source }),
  manage_data: (g, source) =>
    Operation.manageData({ name: g.name, value: g.value === undefined ? null : bytes(g.value), source }),
  bump_sequence: (g, source) => Operation.bumpSequence({ bumpTo: g.bump_to, source }),
  create_claimable_balance: (g, source) =>
    Operation.createClaimableBalance({
      asset: asset(g.asset),
      amount: amount(g.amount),
      claimants: g.claimants.map((each) => new Claimant(each.destination, predicate(each.predicate))),
      source,
    }),
  claim_claimable_balance: (g, source) =>
    Operation.claimClaimableBalance({ balanceId: balance(g.balance_id), source }),
  begin_sponsoring_future_reserves: (g, source) =>
    Operation.beginSponsoringFutureReserves({ sponsoredId: g.sponsored, source }),
  end_sponsoring_future_reserves: (g, source) => Operation.endSponsoringFutureReserves({ source }),
  revoke_sponsorship: (g, source) => revoked(g.entry, source),
  clawback: (g, source) =>
    Operation.clawback({ asset: asset(g.asset), from: g.holder, amount: amount(g.amount), source }),
  clawback_claimable_balance: (g, source) =>
    Operation.clawbackClaimableBalance({ balanceId: balance(g.balance_id), source }),
  set_trust_line_flags: flags,
  liquidity_pool_deposit: (g, source) =>
    Operation.liquidityPoolDeposit({
      liquidityPoolId: g.pool_id,
      maxAmountA: amount(g.max_amount_a),
      maxAmountB: amount(g.max_amount_b),
      minPrice: price(g.min_price),
      maxPrice: price(g.max_price),
      source,
    }),
  liquidity_pool_withdraw: (g, source) =>
    Operation.liquidityPoolWithdraw({
      liquidityPoolId: g.pool_id,
      amount: amount(g.amount),
      minAmountA: amount(g.min_amount_a),
      minAmountB: amount(g.min_amount_b),
      source,
    }),
};

function memo(given) {
  if (!given) return Memo.none();
  const [[name, value]] = Object.entries(given);
  if (name === "data") return Memo.text(bytes(value));
  return name === "return" ? Memo.return(value) : Memo[name](value);
}

function times(given) {
  return given && new xdr.TimeBounds({ minTime: uint64(given.min), maxTime: uint64(given.max) });
}

function conditions(asked) {
  const bounds = times(asked.time_bounds);
  const more = asked.preconditions;
  if (!more) return bounds ? xdr.Preconditions.precondTime(bounds) : xdr.Preconditions.precondNone();
  const ledgers = more.ledger_bounds;
  return xdr.Preconditions.precondV2(
    new xdr.PreconditionsV2({
      timeBounds: bounds ?? null,
      ledgerBounds: ledgers ? new xdr.LedgerBounds({ minLedger: ledgers.min, maxLedger: ledgers.max }) : null,
      minSeqNum: more.min_sequence === undefined ? null : int64(more.min_sequence),
      minSeqAge: uint64(more.min_sequence_age),
      minSeqLedgerGap: more.min_sequence_ledger_gap,
      extraSigners: more.extra_signers.map((each) => SignerKey.decodeAddress(each)),
    }),
  );
}

function envelope(asked) {
  const common = {
    fee: asked.fee,
    seqNum: int64(asked.sequence),
    memo: memo(asked.memo).toXDRObject(),
    operations: asked.operations.map((each) => {
      const [[name, given]] = Object.entries(each);
      return OPERATIONS[name](given, given.source);
    }),
  };
  if (asked.is_v0) {
    const tx = new xdr.TransactionV0({
      ...common,
      sourceAccountEd25519: Keypair.fromPublicKey(asked.source).rawPublicKey(),
      timeBounds: times(asked.time_bounds) ?? null,
      ext: new xdr.TransactionV0Ext(0),
    });
    return xdr.TransactionEnvelope.envelopeTypeTxV0(new xdr.TransactionV0Envelope({ tx, signatures: [] }));
  }
  const tx = new xdr.Transaction({
    ...common,
    sourceAccount: decodeAddressToMuxedAccount(asked.source),
    cond: conditions(asked),
    ext: new xdr.TransactionExt(0),
  });
  return xdr.TransactionEnvelope.envelopeTypeTx(new xdr.TransactionV1Envelope({ tx, signatures: [] }));
}

function signPayloads(made, asked) {
  for (const secret of asked.payload_secrets) {
    const pair = Keypair.fromRawEd25519Seed(bytes(secret));
    for (const text of asked.preconditions.extra_signers) {
      if (text[0] !== "P") continue;
      const signed = SignerKey.decodeAddress(text).ed25519SignedPayload();
      if (pair.rawPublicKey().equals(signed.ed25519()))
        made.addDecoratedSignature(pair.signPayloadDecorated(signed.payload()));
    }
  }
}

function transaction(asked) {
  const made = new Transaction(envelope(asked), asked.passphrase);
  const verdict = {
    raw: made.toXDR(),
    hash: made.hash().toString("hex"),
    payload: made.signatureBase().toString("hex"),
  };
  made.sign(...asked.secrets.map((each) => Keypair.fromRawEd25519Seed(bytes(each))));
  asked.preimages.forEach((each) => made.signHashX(bytes(each)));
  signPayloads(made, asked);
  verdict.signed = made.toXDR();
  if (!asked.bump) return verdict;
  const outer = new xdr.FeeBumpTransaction({
    feeSource: decodeAddressToMuxedAccount(asked.bump.fee_source),
    fee: int64(asked.bump.fee),
    innerTx: xdr.FeeBumpTransactionInnerTx.envelopeTypeTx(made.toEnvelope().v1()),
    ext: new xdr.FeeBumpTransactionExt(0),
  });
  const wrapped = new xdr.FeeBumpTransactionEnvelope({ tx: outer, signatures: [] });
  const bump = new FeeBumpTransaction(xdr.TransactionEnvelope.envelopeTypeTxFeeBump(wrapped), asked.passphrase);
  bump.sign(Keypair.fromRawEd25519Seed(bytes(asked.bump.secret)));
  return { ...verdict, bump_hash: bump.hash().toString("hex"), bump: bump.toXDR() };
}

function read(asked) {
  let made;
  try {
    made = TransactionBuilder.fromXDR(bytes(asked.raw).toString("base64"), asked.passphrase);
    return { raw: Buffer.from(made.toXDR(), "base64").toString("hex"), hash: made.hash().toString("hex") };
  } catch (error) {
    return { raw: null, hash: String(error.name) };
  }
}

const KINDS = {
  G: "Ed25519PublicKey",
  M: "Med25519PublicKey",
  T: "PreAuthTx",
  X: "Sha256Hash",
  P: "SignedPayload",
  C: "Contract",
  L: "LiquidityPool",
  B: "ClaimableBalance",
};

function strkey(asked) {
  try {
    return { data: StrKey[`decode${KINDS[asked.text[0]]}`](asked.text).toString("hex") };
  } catch {
    return { data: null };
  }
}

const TASKS = { transaction, read, strkey };

for await (const text of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(text);
  console.log(JSON.stringify(TASKS[asked.task](asked)));
}
