import { expect, test } from '@jest/globals';
import type { ExpectedDiscrepancy } from '../sandbox/world/expected-discrepancies.ts';
import type { ExpectedSettled } from '../sandbox/world/expected-settled.ts';
import type { DemoFindings } from './demo-findings.ts';
import { addScores, type DemoTruth, scoreAccount, totalOf } from './demo-score.ts';

const row = (externalId: string) => ({ side: 'processor', externalId }) as const;
const open = (externalId: string, verdict: ExpectedDiscrepancy['verdict'], minor: bigint): ExpectedDiscrepancy => ({
  ...row(externalId),
  level: 'activity',
  verdict,
  money: { minor, currency: 'USD' },
});
const stands = (externalId: string, verdict: string, amountMinor: bigint) => ({
  ...row(externalId),
  level: 'activity',
  verdict,
  amountMinor,
  currency: 'USD',
});
const settled = (verdict: ExpectedSettled['verdict'], ids: readonly string[], more: Partial<ExpectedSettled> = {}) => ({
  verdict,
  by: null,
  rows: ids.map(row),
  before: null,
  ...more,
});

function score(truth: Partial<DemoTruth>, findings: Partial<DemoFindings>) {
  const nothing = { ordinary: [], open: [], settled: [], unreadable: [], pendingSource: [] };
  const empty = { ordinary: new Set<string>(), unreadable: new Set<string>(), pendingSource: new Set<string>() };
  const none = { ...empty, open: [], settled: new Map<string, string>(), earlier: new Map<string, Set<string>>() };
  const scored = scoreAccount({ ...nothing, ...truth }, { ...none, ...findings });
  const { planted, found, missed, false: wrong } = totalOf(scored);
  return { counts: [planted, found, missed.length, wrong.length], missed, wrong, scored };
}

test('a discrepancy is found by its row, level, verdict and money', () => {
  const planted = { open: [open('ch_1', 'missing_internal', 900n)] };
  expect(score(planted, { open: [stands('ch_1', 'missing_internal', 900n)] }).counts).toEqual([1, 1, 0, 0]);
});

test.each([
  ['another row', stands('ch_2', 'missing_internal', 900n), [1, 0, 1, 1]],
  ['another level', { ...stands('ch_1', 'missing_internal', 900n), level: 'settlement' }, [1, 0, 1, 1]],
  ['another verdict', stands('ch_1', 'amount_mismatch', 900n), [1, 0, 1, 1]],
  ['one cent less', stands('ch_1', 'missing_internal', 899n), [1, 0, 1, 0]],
  ['another currency', { ...stands('ch_1', 'missing_internal', 900n), currency: 'CAD' }, [1, 0, 1, 0]],
])('%s is not what was planted', (_what, found, counts) => {
  expect(score({ open: [open('ch_1', 'missing_internal', 900n)] }, { open: [found] }).counts).toEqual(counts);
});

test('what nobody planted is false, and is said by name', () => {
  const { counts, wrong } = score({}, { open: [stands('ch_9', 'ambiguous', 5n)] });
  expect([counts, wrong]).toEqual([[0, 0, 0, 1], ['ambiguous activity processor ch_9 5 USD']]);
});

test('any row of a cluster may stand for it, but only one', () => {
  const cluster = { ...open('ch_1', 'duplicate_processor', 50n), members: ['ch_1', 'ch_2'].map(row) };
  const second = stands('ch_2', 'duplicate_processor', 50n);
  expect(score({ open: [cluster] }, { open: [second] }).counts).toEqual([1, 1, 0, 0]);
  const both = [stands('ch_1', 'duplicate_processor', 50n), second];
  expect(score({ open: [cluster] }, { open: both }).counts).toEqual([1, 1, 0, 1]);
});

test('a group is found where all of its rows say how they are matched', () => {
  const group = settled('matched', ['re_1', 're_2'], { by: 'sum' });
  const said = (second: string) =>
    new Map([
      ['processor re_1', 'matched by sum'],
      ['processor re_2', second],
    ]);
  expect(score({ settled: [group] }, { settled: said('matched by sum') }).counts).toEqual([1, 1, 0, 0]);
  expect(score({ settled: [group] }, { settled: said('matched_late') }).counts).toEqual([1, 0, 1, 1]);
});

test('what is matched late must have been said before', () => {
  const late = settled('matched_late', ['ch_1'], { before: 'missing_internal' });
  const findings = { settled: new Map([['processor ch_1', 'matched_late']]) };
  const earlier = (verdict: string) => ({ ...findings, earlier: new Map([['processor ch_1', new Set([verdict])]]) });
  expect(score({ settled: [late] }, earlier('missing_internal')).counts).toEqual([1, 1, 0, 0]);
  const { counts, missed } = score({ settled: [late] }, earlier('pending_timing'));
  expect([counts, missed]).toEqual([
    [1, 0, 1, 0],
    ['matched_late processor ch_1, no earlier run said missing_internal'],
  ]);
});

test('ordinary records, unreadable rows and rows that waited for a source are compared by name', () => {
  const truth = { ordinary: ['a', 'b'], unreadable: ['x'], pendingSource: [row('ch_1')] };
  const findings = {
    ordinary: new Set(['a', 'c']),
    unreadable: new Set(['x']),
    pendingSource: new Set(['processor ch_1', 'processor ch_2']),
  };
  const { counts, missed, wrong } = score(truth, findings);
  expect(counts).toEqual([4, 3, 1, 2]);
  expect([missed, wrong]).toEqual([['matched b'], ['matched c', 'pending_source processor ch_2']]);
});

test('what accounts come to is added line by line', () => {
  const one = score({ ordinary: ['a'] }, { ordinary: new Set(['a']) }).scored;
  const two = score({ ordinary: ['a'], unreadable: ['x'] }, {}).scored;
  expect([...addScores([one, two])].map(([name, { planted, found }]) => [name, planted, found])).toEqual([
    ['matched', 2, 1],
    ['data_error', 1, 0],
  ]);
});
