// Turns a world's ledger into what PayPal shows of it and when: pending payments that clear, sales that a refund touches, and
// authorisations that move nothing. Deterministic: the same world gives the same rows.
import { Random } from '../world/random.ts';
import type { LedgerEntry, World } from '../world/world.ts';
import type { PayPalRow, PayPalStatus, RowVersion } from './paypal-row.ts';

const ID_LENGTH = 17;
const PENDING_PERCENT = 2;
const CLEARING_S_MIN = 300;
const CLEARING_S_MAX = 3_300;
const ORDER_PERCENT = 50;
const AUTHORISED_PERCENT = 20;
const AUTHORISED_BEFORE_S_MAX = 300;
const AUTHORISATION = 'T1300';

interface Step {
  readonly status: PayPalStatus;
  readonly atS: number;
}

/** An entry with what chance and its own story make of it. */
interface Story {
  readonly entry: LedgerEntry;
  readonly orderId: string | null;
  readonly steps: readonly [Step, ...Step[]];
}

export function rowVersions(world: World): RowVersion[] {
  const random = new Random(`${world.seed}|${world.account}|paypal rows`);
  const stories = world.entries.map((entry) => storyOf(entry, random));
  const balances = balancesAfter(stories);
  const odd = world.odd.entries.map(({ entry }) => oddVersion(entry, random));
  return [...ledgerVersions(stories, balances, random), ...odd];
}

function ledgerVersions(
  stories: readonly Story[],
  balances: ReadonlyMap<LedgerEntry, bigint>,
  random: Random,
): RowVersion[] {
  return stories.flatMap((story) => {
    const [transactionId = '', eventCode = ''] = story.entry.id.split(':');
    const { entry, steps } = story;
    const row: PayPalRow = {
      entry,
      transactionId,
      eventCode,
      currency: entry.currency,
      initiatedS: entry.createdS,
      reference: referenceOf(story),
      balanceAffecting: true,
      unreadable: false,
      rank: random.uint32(),
      balanceAfterMinor: balances.get(entry) ?? 0n,
    };
    const { grossMinor, feeMinor } = entry;
    const versions = steps.map(({ status, atS }) => ({ row, status, grossMinor, feeMinor, updatedS: atS }));
    return [...authorisation(row, random), ...versions];
  });
}

/** A row that no balance knows, and that nobody can read: how it is written is up to the one who renders it. */
function oddVersion(entry: LedgerEntry, random: Random): RowVersion {
  const { createdS, currency, grossMinor } = entry;
  const [transactionId = '', eventCode = ''] = entry.id.split(':');
  const row: PayPalRow = {
    entry,
    transactionId,
    eventCode,
    currency,
    initiatedS: createdS,
    reference: null,
    balanceAffecting: true,
    unreadable: true,
    rank: random.uint32(),
    balanceAfterMinor: null,
  };
  return { row, status: 'S', grossMinor, feeMinor: 0n, updatedS: createdS };
}

function storyOf(entry: LedgerEntry, random: Random): Story {
  const { source, createdS, pendingUntilS } = entry;
  const created: Step = { status: 'S', atS: createdS };
  if (pendingUntilS !== null) {
    return {
      entry,
      orderId: null,
      steps: [
        { ...created, status: 'P' },
        { status: 'S', atS: pendingUntilS },
      ],
    };
  }
  if (source?.object !== 'charge') return { entry, orderId: null, steps: [created] };
  const orderId = random.chance(ORDER_PERCENT) ? random.code(ID_LENGTH) : null;
  const pending = random.chance(PENDING_PERCENT);
  const clearedS = createdS + random.between(CLEARING_S_MIN, CLEARING_S_MAX);
  if (source.refunds.length > 0) return { entry, orderId, steps: [created, ...refundSteps(source)] };
  if (pending)
    return {
      entry,
      orderId,
      steps: [
        { ...created, status: 'P' },
        { status: 'S', atS: clearedS },
      ],
    };
  return { entry, orderId, steps: [created] };
}

/** A refund changes the sale it refunds: partly (F) or wholly (V). The row's update moves with it. */
function refundSteps({ amountMinor, refunds }: Extract<LedgerEntry['source'], { object: 'charge' }>): Step[] {
  const inOrder = refunds.toSorted((a, b) => a.createdS - b.createdS);
  let refundedMinor = 0n;
  const steps: Step[] = [];
  for (const refund of inOrder) {
    refundedMinor += refund.amountMinor;
    const step: Step = { status: refundedMinor >= amountMinor ? 'V' : 'F', atS: refund.createdS };
    if (steps.at(-1)?.atS === step.atS) steps.pop();
    steps.push(step);
  }
  return steps;
}

function referenceOf({ entry, orderId }: Story): PayPalRow['reference'] {
  switch (entry.source?.object) {
    case 'charge':
      return orderId === null ? null : { id: orderId, type: 'ODR' };
    case 'refund':
    case 'dispute':
      return { id: entry.source.charge.id, type: 'TXN' };
    case 'conversion':
      return { id: entry.source.id, type: 'TXN' };
    default:
      return null;
  }
}

/** Some sales were authorised first. Half of these rows carry the very id of the sale: PayPal's ids are not unique. */
function authorisation(sale: PayPalRow, random: Random): RowVersion[] {
  if (sale.entry.source?.object !== 'charge' || !random.chance(AUTHORISED_PERCENT)) return [];
  const initiatedS = sale.initiatedS - random.between(1, AUTHORISED_BEFORE_S_MAX);
  const ownId = random.code(ID_LENGTH);
  const row: PayPalRow = {
    ...sale,
    transactionId: random.chance(50) ? sale.transactionId : ownId,
    eventCode: AUTHORISATION,
    initiatedS,
    balanceAffecting: false,
    rank: random.uint32(),
    balanceAfterMinor: null,
  };
  return [{ row, status: 'S', grossMinor: sale.entry.grossMinor, feeMinor: 0n, updatedS: initiatedS }];
}

/** Pending money counts from the second in which it clears. */
function balancesAfter(stories: readonly Story[]): ReadonlyMap<LedgerEntry, bigint> {
  const settledS = ({ steps }: Story) => steps.find(({ status }) => status !== 'P')?.atS ?? steps[0].atS;
  const heldMinor = new Map<string, bigint>();
  const after = new Map<LedgerEntry, bigint>();
  for (const { entry } of stories.toSorted((a, b) => settledS(a) - settledS(b))) {
    const minor = (heldMinor.get(entry.currency) ?? 0n) + entry.grossMinor - entry.feeMinor;
    heldMinor.set(entry.currency, minor);
    after.set(entry, minor);
  }
  return after;
}
