import { describe, expect, test } from '@jest/globals';
import { idsOf } from '../file/files-for-tests.ts';
import { mappedTexts, SMALL, SMALL_HEADER } from './mapping-for-tests.ts';

const texts = mappedTexts();
const SALE = '2026-01-31 10:00:00,A1,Sale,12.30,USD';

async function reasons(words: object, text: string): Promise<string[]> {
  return (await texts.read(words, text)).quarantined.map(({ position, reason }) => `${position} ${reason}`);
}

describe('files as they come', () => {
  test('a byte order mark, lines of Windows, quotes with lines in them', async () => {
    const text = `\ufeff${SMALL_HEADER.trim()},Note\r\n${SALE},"two\r\nlines, ""quoted"""\r\n${SALE.replace('A1', 'A2')},\r\n`;
    const { rows, lines, quarantined } = await texts.read(SMALL, text);
    expect(quarantined).toEqual([]);
    expect(idsOf(rows)).toEqual(['A1', 'A2']);
    expect(lines).toEqual([2, 4]);
    expect(rows[0]).toMatchObject({ kind: 'payment', grossMinor: 1230n, currency: 'USD', homeDate: '2026-01-31' });
  });

  test('semicolons, decimal comma, two-digit years, a preamble, a total line, Windows-1252', async () => {
    const words = {
      format: { delimiter: ';', decimal: ',', thousands: '.', header: 3, encoding: 'windows-1252' },
      time: { column: 'Buchungstag', format: 'dd.MM.yy HH:mm', zone: 'Europe/Berlin', pivot: 70 },
      id: { columns: ['Beleg'] },
      kind: { column: 'Art', values: { Verkauf: 'payment', Rückzahlung: 'refund' } },
      currency: { column: 'Währung', values: { '€': 'EUR' } },
      gross: { column: 'Betrag', sign: { column: 'S/H', debit: 'S', credit: 'H' } },
      skip: [{ column: 'Buchungstag', values: ['Summe'], reason: 'total line' }],
    };
    const text = [
      'Kontoauszug Januar;;',
      '',
      'Buchungstag;Art;Betrag;S/H;Währung;Beleg',
      '31.01.26 10:00;Verkauf;1.234,50;H;€;B1',
      '31.01.26 11:00;Rückzahlung;34,50;S;€;B2',
      'Summe;1.200,00',
      '',
    ].join('\r\n');
    const bytes = Buffer.from([...text].map((letter) => (letter === '€' ? 0x80 : letter.charCodeAt(0))));
    const { rows, quarantined } = await texts.read(words, bytes);
    expect(rows.map(({ externalId, kind, grossMinor }) => [externalId, kind, grossMinor])).toEqual([
      ['B1', 'payment', 123450n],
      ['B2', 'refund', -3450n],
    ]);
    expect(rows[0]?.occurredAtMs).toBe(Date.UTC(2026, 0, 31, 9));
    // Nothing is lost: a line that the mapping leaves out is counted and said.
    expect(quarantined).toMatchObject([{ position: '6', reason: 'skipped: total line' }]);
  });

  test('a column that is missing stops the file, by its name and the one it is mistaken for', async () => {
    await expect(texts.read(SMALL, 'When,Id,Type,amount,Ccy\n')).rejects.toThrow(
      'lacks the columns "Currency", "Amount" (it has "amount") that the mapping names',
    );
    await expect(texts.read(SMALL, 'When;Id;Type;Amount;Currency\n')).rejects.toThrow(
      'Its header is one single cell: does format.delimiter fit',
    );
  });

  test('a column that is there twice stops the file where it is read, and only there', async () => {
    await expect(texts.read(SMALL, 'When,Id,Type,Amount,Amount,Currency\n')).rejects.toThrow(
      'has the column "Amount" twice, and the mapping reads it',
    );
    const { rows } = await texts.read(SMALL, `When,Id,Type,Amount,Currency,Note,Note\n${SALE},,\n`);
    expect(idsOf(rows)).toEqual(['A1']);
  });

  test('an optional column may be missing, and is empty then', async () => {
    const words = { ...SMALL, optional: ['Order'], references: { merchant_reference: 'Order' } };
    const without = await texts.read(words, `${SMALL_HEADER}${SALE}\n`);
    const withIt = await texts.read(words, `${SMALL_HEADER.trim()},Order\n${SALE},O-1\n`);
    expect([without.rows[0]?.merchantReference, withIt.rows[0]?.merchantReference]).toEqual([null, 'O-1']);
  });

  test('a column that the mapping does not name reaches no row', async () => {
    const text = `${SMALL_HEADER.trim()},Customer,Card\n${SALE},Jane Doe,4111111111111111\n`;
    const { rows } = await texts.read(SMALL, text);
    expect(JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toMatch(
      /Jane|4111/,
    );
  });
});

describe('rows that cannot be understood are quarantined, the others go on', () => {
  test.each([
    ['1.234,50', 'gross: "1.234,50" in "Amount" is not an amount'],
    ['=1+1', 'gross: the cell in "Amount" is a formula'],
    ['', 'gross: is missing'],
    ['12.345', 'gross: "12.345" has 3 decimals, USD has 2'],
  ])('the amount %j', async (amount, says) => {
    const bad = `2026-01-31 10:00:00,B,Sale,"${amount}",USD`;
    const { rows, quarantined } = await texts.read(SMALL, `${SMALL_HEADER}${bad}\n${SALE}\n`);
    expect(quarantined).toMatchObject([{ position: '2', reason: expect.stringContaining(says) }]);
    expect(idsOf(rows)).toEqual(['A1']);
  });

  test.each([
    ['=TODAY()', 'is not a time written as yyyy-MM-dd HH:mm:ss'],
    ['46053.41667', 'is not a time written as'],
    ['31.01.2026 10:00:00', 'is not a time written as'],
    ['2026-02-30 10:00:00', 'is not a time written as'],
    ['1926-01-31 10:00:00', 'lies outside the years 2000 to 2099'],
    ['', 'is missing'],
  ])('the time %j', async (time, says) => {
    const [reason] = await reasons(SMALL, `${SMALL_HEADER}${time},B,Sale,1.00,USD\n`);
    expect(reason).toMatch(/^2 occurredAt: /);
    expect(reason).toContain(says);
  });

  test('a time in the hour that clocks skip, an unknown zone, an empty one', async () => {
    const { zone: _zone, ...time } = SMALL.time;
    const words = { ...SMALL, time: { ...time, zoneColumn: 'Zone', zones: { 'Mars time': '+00:30' } } };
    const line = (at: string, zone: string) => `${at},${zone}${at},Sale,1.00,USD,${zone}\n`;
    const text = [
      line('2026-03-29 02:30:00', 'Europe/Berlin'),
      line('2026-03-29 02:30:00', 'XYZ'),
      line('2026-03-29 02:30:00', ''),
      line('2026-03-29 02:30:00', 'Mars time'),
      line('2026-10-25 02:30:00', 'Europe/Berlin'),
    ];
    const { rows, quarantined } = await texts.read(words, `${SMALL_HEADER.trim()},Zone\n${text.join('')}`);
    expect(quarantined.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('does not exist there: clocks went forward across it'),
      expect.stringContaining('"XYZ" in "Zone" is not a zone that is known: add it to time.zones'),
      expect.stringContaining('has no zone: "Zone" is empty'),
    ]);
    expect(rows.map(({ occurredAtMs }) => new Date(occurredAtMs).toISOString())).toEqual([
      '2026-03-29T02:00:00.000Z',
      // Twice that night: the earlier.
      '2026-10-25T00:30:00.000Z',
    ]);
  });

  test('a date alone is the start of that day in its zone, also where clocks skip midnight', async () => {
    const words = { ...SMALL, time: { column: 'When', format: 'yyyy-MM-dd', zone: 'America/Sao_Paulo' } };
    const text = ['2026-01-31', '2018-11-04'].map((day, at) => `${day},D${at},Sale,1.00,USD\n`).join('');
    const { rows } = await texts.read(words, SMALL_HEADER + text);
    expect(rows.map(({ occurredAtMs }) => new Date(occurredAtMs).toISOString())).toEqual([
      '2026-01-31T03:00:00.000Z',
      '2018-11-04T03:00:00.000Z',
    ]);
  });

  test('rows of another account, one by one', async () => {
    const words = { ...SMALL, account: { column: 'Shop', value: ['EU', 'EU-2'] } };
    const text = ['EU', 'US', '', 'EU-2'].map((shop, at) => `${SALE.replace('A1', `A${at}`)},${shop}\n`).join('');
    const { rows, quarantined } = await texts.read(words, `${SMALL_HEADER.trim()},Shop\n${text}`);
    expect(idsOf(rows)).toEqual(['A0', 'A3']);
    expect(quarantined.map(({ reason }) => reason)).toEqual([
      'account: the row belongs to account "US", not to "EU" or "EU-2"',
      'account: the row belongs to account "", not to "EU" or "EU-2"',
    ]);
  });

  test('a status that is not listed, a currency that is none, a row of another length, an empty id', async () => {
    const words = { ...SMALL, status: { column: 'State', values: { Done: 'settled', Open: 'pending' } } };
    const text = `${SALE},Done\n${SALE},Odd\n${SALE.replace('USD', 'EURO')},Done\n${SALE}\n${SALE.replace('A1', '')},Open\n`;
    expect(await reasons(words, `${SMALL_HEADER.trim()},State\n${text}`)).toEqual([
      '3 status: "Odd" in "State" is not listed in the mapping\'s status.values',
      '4 currency: "EURO" is not an ISO 4217 currency',
      '5 row: has 5 cells where the header has 6',
      '6 id: is missing: Id is empty',
    ]);
  });

  test('a reference that is a formula is text', async () => {
    const words = { ...SMALL, references: { merchant_reference: 'Order' } };
    const { rows } = await texts.read(words, `${SMALL_HEADER.trim()},Order\n${SALE},=1+1\n`);
    expect(rows[0]?.merchantReference).toBe('=1+1');
  });
});

test('a kind that is not listed is other, with its code, and in the sums', async () => {
  const { rows } = await texts.read(SMALL, `${SMALL_HEADER}${SALE.replace('Sale', 'Tombola')}\n`);
  expect(rows[0]).toMatchObject({ kind: 'other', unknownCode: 'Tombola', grossMinor: 1230n });
});

test('a code may mean that the row undoes another, always or by its sign', async () => {
  const values = { Undo: { kind: 'refund', reverses: true }, Reserve: { kind: 'reserve', reverses: 'credit' } };
  const line = (kind: string, amount: string) => `2026-01-31 10:00:00,${kind}${amount},${kind},${amount},USD\n`;
  const text = line('Undo', '5.00') + line('Reserve', '-5.00') + line('Reserve', '5.00');
  const { rows } = await texts.read({ ...SMALL, kind: { column: 'Type', values } }, `${SMALL_HEADER}${text}`);
  expect(rows.map(({ kind, reverses }) => [kind, reverses])).toEqual([
    ['refund', true],
    ['reserve', false],
    ['reserve', true],
  ]);
});

test('what is a payment when it comes in may be something else when it goes out', async () => {
  const kind = { column: 'Type', values: { Sale: { kind: 'payment', debit: 'transfer' } } };
  const text = `${SALE}\n${SALE.replace('A1', 'A2').replace('12.30', '-12.30')}\n`;
  const { rows } = await texts.read({ ...SMALL, kind }, SMALL_HEADER + text);
  expect(rows.map((row) => row.kind)).toEqual(['payment', 'transfer']);
});

test('of several columns a key is each, or the first that is not empty, for the kinds that carry it', async () => {
  const words = {
    ...SMALL,
    references: {
      processor_id: ['P1', 'P2'],
      merchant_reference: { first: ['P1', 'P2'] },
      parent: { columns: ['P2'], kinds: ['refund'] },
    },
  };
  const header = `${SMALL_HEADER.trim()},P1,P2\n`;
  const { rows } = await texts.read(words, `${header}${SALE},,y\n${SALE.replace('A1,Sale', 'A2,Return')},x,y\n`);
  expect(
    rows.map(({ merchantReference, parentId, references }) => [merchantReference, parentId, references.length]),
  ).toEqual([
    ['y', null, 1],
    ['x', 'y', 2],
  ]);
});

test('records of the other side have their own fields', async () => {
  const words = {
    ...SMALL,
    gross: undefined,
    amount: { column: 'Amount', sign: 'by_kind' },
    fee: 'Fee',
    processorReference: 'Charge',
    merchantReference: ['Order', 'Basket'],
    parentId: 'Parent',
  };
  const text = `${SMALL_HEADER.trim()},Fee,Charge,Order,Basket,Parent\n2026-01-31 10:00:00,R1,Return,12.30,USD,0.30,ch_1,,B-1,P1\n`;
  const { rows } = await texts.readInternal(words, text);
  expect(rows).toMatchObject([
    {
      ...{ externalId: 'R1', kind: 'refund', amountMinor: -1230n, feeMinor: 30n, status: 'settled' },
      ...{ processorReference: 'ch_1', merchantReference: 'B-1', parentId: 'P1' },
    },
  ]);
});

test('a mapping of the other side is not used', async () => {
  await expect(texts.read({ ...SMALL, side: 'internal', gross: undefined, amount: 'Amount' }, '')).rejects.toThrow(
    'it describes internal rows, and here come processor ones',
  );
});
