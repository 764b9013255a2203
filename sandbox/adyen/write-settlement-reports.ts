// A world as Adyen's settlement reports: one CSV a business day, in Adyen's columns, with everything that Adyen writes and nobody may
// store. Streams nothing: a day of the demo is small.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { businessDateAt } from '../../domain/business-date.ts';
import { formatMinor } from '../../domain/money.ts';
import { ADYEN_TYPES } from '../world/processor-habits.ts';
import type { LedgerEntry, World } from '../world/world.ts';

type Line = Readonly<Record<string, string>>;

const COLUMNS = [
  ...['Company Account', 'Merchant Account', 'Psp Reference', 'Merchant Reference', 'Payment Method', 'Creation Date'],
  ...['TimeZone', 'Type', 'Modification Reference', 'Gross Currency', 'Gross Debit (GC)', 'Gross Credit (GC)'],
  ...['Exchange Rate', 'Net Currency', 'Net Debit (NC)', 'Net Credit (NC)', 'Commission (NC)', 'Markup (NC)'],
  ...[
    'Scheme Fees (NC)',
    'Interchange (NC)',
    'Payment Method Variant',
    'Modification Merchant Reference',
    'Batch Number',
  ],
  'Shopper Name',
];

/** What a company with one report a day writes on top of the ready mapping. */
export const SETTLEMENT_MAPPING = {
  extends: 'ready:adyen-settlement-details',
  time: { column: 'Creation Date', format: 'yyyy-MM-dd HH:mm:ss', zone: 'UTC' },
  id: { columns: ['Type', 'Modification Reference'] },
  references: {
    merchant_reference: 'Merchant Reference',
    processor_id: { columns: ['Psp Reference', 'Modification Reference'] },
    parent: { columns: ['Psp Reference'], kinds: ['refund', 'dispute'] },
  },
};

/** Returns file and line of each row that nobody can read, by the row's id. */
export async function writeSettlementReports(world: World, folder: string): Promise<ReadonlyMap<string, string>> {
  await mkdir(folder, { recursive: true });
  const dateOf = ({ createdS }: LedgerEntry) => businessDateAt(createdS * 1000, world.zone);
  const days = Map.groupBy(world.entries, dateOf);
  const odd = Map.groupBy(
    world.odd.entries.map(({ entry }) => entry),
    dateOf,
  );
  const unreadable = new Map<string, string>();
  for (const [date, entries] of days) {
    // What happens after the world's last midnight stands in a report that nobody has written yet.
    if (date > world.lastDate) continue;
    const file = `settlement_detail_report_${date}.csv`;
    const batch = date.replaceAll('-', '');
    const lines = entries.map((entry) => lineOf(entry, world, batch));
    for (const entry of odd.get(date) ?? []) {
      lines.push(unreadableLine(entry, world, batch));
      // Below the header.
      unreadable.set(entry.id, `${file} ${lines.length + 1}`);
    }
    const text = stringify(lines, { header: true, columns: COLUMNS });
    await writeFile(join(folder, file), text);
  }
  return unreadable;
}

/** Somebody opened the report in a spreadsheet of another country and saved it. */
function unreadableLine(entry: LedgerEntry, world: World, batch: string): Line {
  return { ...lineOf(entry, world, batch), 'Net Credit (NC)': '1.234,50' };
}

function lineOf(entry: LedgerEntry, world: World, batch: string): Line {
  const { currency, grossMinor, feeMinor } = entry;
  const netMinor = grossMinor - feeMinor;
  const amount = (minor: bigint) => formatMinor(minor < 0n ? -minor : minor, currency);
  const gross: Line =
    entry.movement === 'payout'
      ? {}
      : {
          'Gross Currency': currency,
          [grossMinor < 0n ? 'Gross Debit (GC)' : 'Gross Credit (GC)']: amount(grossMinor),
        };
  return {
    'Company Account': 'ExampleCompany',
    'Merchant Account': world.accountId,
    ...keysOf(entry),
    'Payment Method': 'visa',
    'Creation Date': new Date(entry.createdS * 1000).toISOString().slice(0, 19).replace('T', ' '),
    TimeZone: 'UTC',
    Type: ADYEN_TYPES[entry.movement],
    ...gross,
    'Exchange Rate': '1',
    'Net Currency': currency,
    [netMinor < 0n ? 'Net Debit (NC)' : 'Net Credit (NC)']: amount(netMinor),
    'Commission (NC)': feeMinor === 0n ? '' : formatMinor(feeMinor, currency),
    'Batch Number': batch,
    'Shopper Name': 'Jane Example',
  };
}

function keysOf({ id, source }: LedgerEntry): Line {
  const modification = id.slice(id.indexOf(':') + 1);
  switch (source?.object) {
    case 'charge':
      return {
        'Psp Reference': source.id,
        'Merchant Reference': source.orderId,
        'Modification Reference': modification,
      };
    case 'refund':
    case 'dispute': {
      const order = source.object === 'refund' ? { 'Merchant Reference': source.charge.orderId } : {};
      return { 'Psp Reference': source.charge.id, ...order, 'Modification Reference': modification };
    }
    default:
      return { 'Modification Reference': modification };
  }
}
