import { expect, test } from '@jest/globals';
import { mappingHash, parseMapping, readMapping } from './mapping.ts';
import { mappingOf, SMALL } from './mapping-for-tests.ts';
import { MappingInvalid } from './mapping-invalid.ts';
import { readyMappingNames } from './ready-mappings.ts';

async function problemsOf(words: object): Promise<readonly string[]> {
  try {
    await mappingOf(words);
    return [];
  } catch (error) {
    if (error instanceof MappingInvalid) return error.problems;
    throw error;
  }
}

test('the shape of the design is a mapping', async () => {
  const mapping = await parseMapping(
    `
format: { delimiter: ",", encoding: utf-8, decimal: ".", thousands: "", header: 1 }
time: { column: "Creation Date", format: "yyyy-MM-dd HH:mm:ss", zoneColumn: "TimeZone" }
id: { columns: ["Psp Reference", "Type", "Modification Reference"] }
kind: { column: "Type", values: { Settled: payment, Refunded: refund, Chargeback: dispute, Fee: fee, MerchantPayout: payout } }
currency: { column: "Net Currency" }
gross: { credit: "Gross Credit (GC)", debit: "Gross Debit (GC)" }
net: { credit: "Net Credit (NC)", debit: "Net Debit (NC)" }
fee: { sum: ["Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)"] }
presentment: { amount: "Gross Credit (GC)", currency: "Gross Currency" }
references: { merchant_reference: "Merchant Reference", processor_id: "Psp Reference", payout: "Batch Number" }
`,
    'mapping.yaml',
  );
  expect(mapping.side).toBe('processor');
  expect(mapping.format.quote).toBe('"');
});

test('everything that is wrong is said at once, each with what to write instead', async () => {
  const problems = await problemsOf({
    format: { delimiter: 'comma', decimal: 'point', headers: 2 },
    time: { column: 'When' },
    kind: { column: 'Type', values: { Sale: 'sale' } },
    currency: { constant: 'EURO' },
    gross: { column: 'Amount', sign: 'positive' },
    refrences: {},
  });
  expect(problems.join('\n')).toBe(
    [
      'format.delimiter: write one of "," ";" "|" or a tab as "\\t"',
      'format.decimal: write "." or ","',
      'format: Unrecognized key: "headers"',
      "time.format: write how times are written, in Luxon's tokens such as yyyy-MM-dd HH:mm:ss",
      'kind.values.Sale: write one of payment, refund, dispute, fee, payout, transfer, adjustment, reserve, conversion, other, or { kind, debit: KIND, reverses: true | credit | debit }',
      'currency.constant: is not an ISO 4217 currency',
      'gross.sign: write signed, by_kind or { column, debit, credit }',
      'Unrecognized key: "refrences"',
    ].join('\n'),
  );
});

test.each<[string, object, RegExp]>([
  ['one mark for two things', { format: { decimal: ',', thousands: ',' } }, /^format.thousands: is "," like decimal/],
  [
    'no zone anywhere',
    { time: { column: 'When', format: 'yyyy-MM-dd HH:mm' } },
    /^time: "yyyy-MM-dd HH:mm" holds no offset: name zone/,
  ],
  ['two zones', { time: { ...SMALL.time, zoneColumn: 'Zone' } }, /^time: has zone and zoneColumn/],
  [
    'an unknown zone',
    { time: { ...SMALL.time, zone: 'Mars/Olympus' } },
    /^time.zone: "Mars\/Olympus" is not an IANA time zone/,
  ],
  ['an unknown zone in the table', { time: { ...SMALL.time, zones: { X: 'Y' } } }, /^time.zones.X: "Y" is not/],
  [
    'two-digit years without a century',
    { time: { ...SMALL.time, format: 'dd.MM.yy HH:mm' } },
    /^time.pivot: .* two-digit years/,
  ],
  [
    'a format of another library',
    { time: { ...SMALL.time, format: 'YYYY-MM-DD HH:mm' } },
    /is not a format in Luxon's tokens/,
  ],
  [
    'formats that read one text in two ways',
    { time: { ...SMALL.time, format: ['dd/MM/yyyy HH:mm', 'MM/dd/yyyy HH:mm'] } },
    /^time.format: has formats that differ only in the order of day and month/,
  ],
  [
    'a date without its time',
    { time: { date: 'D', format: 'yyyy-MM-dd HH:mm', zone: 'UTC' } },
    /^time: date and time go together/,
  ],
  ['no column of time', { time: { format: 'yyyy-MM-dd HH:mm', zone: 'UTC' } }, /^time: names no column/],
  ['no amount', { gross: undefined }, /^gross: name gross, or net and fee/],
  ['an amount from nothing', { gross: { amount: 'Amount', otherwise: 'net_plus_fee' } }, /^net: gross says otherwise/],
  [
    'a word for both sides',
    { gross: { column: 'Amount', sign: { column: 'S/H', debit: 'S', credit: ['H', 'S'] } } },
    /^gross.sign: "S" is debit and credit/,
  ],
  ['decimals that nothing counts', { format: { decimals: 2 } }, /^format.decimals: counts minor units/],
  ['an optional column that nobody reads', { optional: ['Colour'] }, /^optional: "Colour" is not read/],
])('%s is a problem', async (_what, words, says) => {
  const problems = await problemsOf({ ...SMALL, ...words });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(says);
});

test('its hash is that of what it says, not of how it is written', async () => {
  const written = await mappingOf(SMALL);
  const otherwise = await mappingOf({ ...SMALL, about: 'words', gross: 'Amount', format: { quote: '"' } });
  expect(mappingHash(otherwise)).toBe(mappingHash(written));
  expect(mappingHash(await mappingOf({ ...SMALL, format: { decimal: ',' } }))).not.toBe(mappingHash(written));
});

test('a mapping that extends a ready one replaces what it names', async () => {
  const ready = await readMapping('ready:adyen-settlement-details');
  const mine = await mappingOf({
    extends: 'ready:adyen-settlement-details',
    account: { column: 'Merchant Account', value: 'ExampleShopEU' },
  });
  expect(mine).toEqual({ ...ready, account: { column: 'Merchant Account', value: ['ExampleShopEU'] } });
});

test('a name that is no ready mapping is answered with those that are', async () => {
  const names = await readyMappingNames();
  for (const name of ['nobody', '../mapping', '']) {
    await expect(readMapping(`ready:${name}`)).rejects.toThrow(`is not one of ready:${names[0]}`);
  }
  await expect(readMapping('/nowhere/mapping.yaml')).rejects.toThrow('cannot be read: correct the path');
  await expect(mappingOf({ extends: './other.yaml' })).rejects.toThrow('extends: write ready:NAME');
  await expect(parseMapping('a: [', 'x.yaml')).rejects.toThrow('is not YAML');
});
