import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AUDIT_START, type AuditPoint, type AuditRow, checkAuditRow, parseBody } from './audit-chain.ts';
import { chainOf, nextRow } from './audit-chain-for-tests.ts';
import type { AuditFault } from './audit-fault.ts';
import { AUDIT_GENESIS, auditRowHash } from './audit-hash.ts';

/** The first fault of a chain. */
function faultOf(rows: readonly AuditRow[]): AuditFault | null {
  let before: AuditPoint = AUDIT_START;
  for (const row of rows) {
    const fault = checkAuditRow(before, row);
    if (fault !== null) return fault;
    before = row;
  }
  return null;
}

const FIVE = chainOf([{}, {}, { n: 3 }, {}, {}]);
const replaced = (at: number, changes: Partial<AuditRow>) =>
  FIVE.map((row, index) => (index === at ? { ...row, ...changes } : row));

test('the hash of a row is pinned: whoever changes it breaks every chain there is', () => {
  const place = { chain: 'stripe/us', epoch: 1, seq: 1n, prevHash: AUDIT_GENESIS };
  expect(auditRowHash(place, 'ab'.repeat(32))).toBe('8f56a69ccc89b9af284e132d58ce35a12dca2be426ccd5c724a61bc65a10416d');
});

test('parts of a row cannot be shifted from one to the next', () => {
  const place = { chain: 'a', epoch: 11, seq: 1n, prevHash: AUDIT_GENESIS };
  expect(auditRowHash(place, AUDIT_GENESIS)).not.toBe(auditRowHash({ ...place, epoch: 1, seq: 11n }, AUDIT_GENESIS));
});

test('a chain as it was written has no fault, whatever its bodies say', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (bodies) => faultOf(chainOf(bodies)) === null),
  );
});

test.each<[string, Partial<AuditRow>, string]>([
  ['body', { body: (FIVE[2]?.body ?? '').replace('"n":3', '"n":4') }, 'body'],
  ['key', { eventKey: 'run/2026-01-31#9/completed' }, 'event_key'],
  ['event', { event: 'looked' }, 'event'],
  ['actor', { actor: 'somebody' }, 'actor'],
  ['time', { atMs: 0 }, 'time'],
  ['hash', { hash: 'ab'.repeat(32) }, 'hash'],
  ['link', { prevHash: 'ab'.repeat(32) }, 'hash'],
  ['epoch', { epoch: 2 }, 'hash'],
])('a row whose %s was edited is named', (_what, changes, column) => {
  expect(faultOf(replaced(2, changes))).toMatchObject({
    kind: 'edited',
    chain: 'stripe/us',
    seq: 3n,
    message: `its ${column} is not the one that was written`,
  });
});

test('a row that was deleted is named by the number that is missing', () => {
  expect(faultOf(FIVE.toSpliced(2, 1))).toMatchObject({ kind: 'deleted', seq: 3n });
  expect(faultOf(FIVE.slice(1))).toMatchObject({ kind: 'deleted', seq: 1n });
});

test('a row that was put in is named', () => {
  const [first] = FIVE;
  if (first === undefined) throw new RangeError('no row');
  expect(faultOf([...FIVE.slice(0, 2), nextRow(first), ...FIVE.slice(2)])).toMatchObject({ kind: 'deleted' });
});

test('a row that was edited and hashed again no longer carries the one after it', () => {
  const [first] = FIVE;
  if (first === undefined) throw new RangeError('no row');
  const forged = nextRow(first, { n: 99 });
  expect(faultOf([first, forged, ...FIVE.slice(2)])).toMatchObject({ kind: 'forked', seq: 3n });
});

test('no single change of any column goes unseen', () => {
  const columns = fc.constantFrom<keyof AuditRow>(
    'chain',
    'eventKey',
    'event',
    'actor',
    'body',
    'bodySha256',
    'prevHash',
    'hash',
  );
  fc.assert(
    fc.property(fc.nat({ max: 4 }), columns, fc.string({ minLength: 1 }), (at, column, text) => {
      const row = FIVE[at];
      fc.pre(row !== undefined && row[column] !== text);
      return faultOf(replaced(at, { [column]: text })) !== null;
    }),
  );
});

test('a body that is no longer JSON is a fault, not an error', () => {
  expect(parseBody('{')).toBeNull();
  expect(parseBody('{"actor":1}')).toBeNull();
});
