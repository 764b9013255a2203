// Which dates and rows `recon try` finds in files that a mapping describes; no server is needed for that.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planTry, type TryOptions } from './try-files.ts';

const REPORT = fileURLToPath(
  new URL('../activities/fetch/mapping/ready/examples/adyen-settlement-details.csv', import.meta.url),
);
const LEDGER_MAPPING = `
side: internal
format: { delimiter: ";", decimal: "," }
time: { column: Tag, format: "dd.MM.yyyy HH:mm", zone: Europe/Berlin }
id: { columns: [Beleg] }
kind: { constant: payment }
currency: { constant: EUR }
amount: Betrag
merchantReference: Auftrag
`;

let folder = '';
let options: TryOptions;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-try-files-'));
  const ledger = join(folder, 'ledger.csv');
  await writeFile(ledger, 'Tag;Beleg;Betrag;Auftrag\n29.01.2026 11:00;B1;100,00;order-5001\n');
  await writeFile(join(folder, 'ledger.yaml'), LEDGER_MAPPING);
  options = {
    ...{ processor: [REPORT], internal: [ledger], account: 'adyen/eu', zone: 'Europe/Berlin', out: folder },
    ...{ currency: 'EUR', complete: false, json: false },
    mapping: 'ready:adyen-settlement-details',
    internalMapping: join(folder, 'ledger.yaml'),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('each side is read by its own mapping', async () => {
  const { dates } = await planTry(options);
  expect(dates).toEqual(['2026-01-29', '2026-01-30', '2026-01-31', '2026-02-01']);
});

test('a mapping of the other side, and one that is none, are mistakes in what was typed', async () => {
  await expect(planTry({ ...options, mapping: join(folder, 'ledger.yaml') })).rejects.toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('describes internal rows') }),
  );
  await expect(planTry({ ...options, internalMapping: 'ready:nobody' })).rejects.toThrow(
    expect.objectContaining({ name: 'UsageError' }),
  );
});
