// Random histories of snapshots against a plain model: which rows count, and that the gate holds after each of them.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ProcessorRow } from '../../domain/transaction.ts';
import { internal, LONG_AFTER, processor, runOf, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { processorRows, scriptedSource } from '../stage/scripted-source-for-tests.ts';

const { newAccount } = situationsForTests();

// A few rows on three days, each of which a file may hold or not, at one of two amounts.
const files = fc.array(
  fc.uniqueArray(fc.record({ id: fc.nat(5), amount: fc.constantFrom('1.00', '2.00') }), {
    selector: (row) => row.id,
    maxLength: 6,
  }),
  { minLength: 4, maxLength: 4 },
);
const HISTORIES = 4;

test(
  'after any history of snapshots the rows are what the latest says of its days, and what the one before said of others',
  () =>
    fc.assert(
      fc.asyncProperty(files, async (history) => {
        const account = newAccount();
        const dayOf = (id: number) => `2026-01-${29 + (id % 3)}`;
        const at = (id: number) => ({ at: `${dayOf(id)}T10:00:00Z` });
        const expected = new Map<number, string>();
        const booked = [0, 1, 2, 3, 4, 5].map((id) =>
          internal(`o_${id}`, 'payment 1.00 USD', { names: `ch_${id}`, ...at(id) }),
        );
        for (const file of history) {
          const rows = file.map(({ id, amount }) => processor(`ch_${id}`, `payment ${amount} USD`, at(id)));
          const source = scriptedSource<ProcessorRow>({
            shards: { file: [processorRows(rows)] },
            sourceKey: JSON.stringify(file),
            snapshot: true,
          });
          await runOf(account, booked, { asOf: LONG_AFTER, setup: { source } });
          const days = file.map(({ id }) => dayOf(id)).sort();
          for (const id of expected.keys()) {
            if (dayOf(id) >= (days[0] ?? '~') && dayOf(id) <= (days.at(-1) ?? '')) expected.set(id, 'withdrawn');
          }
          for (const { id, amount } of file) expected.set(id, amount);
          const standing = await account.verdicts();
          for (const [id, said] of expected) {
            const [row, record] = [standing[`processor ch_${id}`], standing[`internal o_${id}`]];
            const verdict = { withdrawn: 'ignored', '1.00': 'matched', '2.00': 'amount_mismatch' }[said];
            expect([id, said, row?.replace('_late', '')]).toEqual([id, said, verdict]);
            expect([id, said, record?.replace('_late', '')]).toEqual([
              id,
              said,
              said === 'withdrawn' ? 'missing_processor' : verdict,
            ]);
          }
        }
      }),
      { numRuns: HISTORIES },
    ),
  120_000,
);
