import { expect, test } from '@jest/globals';
import { nestedLoopsOver } from './nested-loops.ts';

const POOL = 200_000;

test('a look-up by index for few rows is no loop over the pool', () => {
  expect(
    nestedLoopsOver(loopOver({ 'Node Type': 'Index Scan', 'Actual Rows': 1, 'Actual Loops': 5_000 }), POOL),
  ).toEqual([]);
});

test('a look-up for half of the pool is one', () => {
  const plan = loopOver({ 'Node Type': 'Index Scan', 'Actual Rows': 1, 'Actual Loops': 100_000 });
  expect(nestedLoopsOver(plan, POOL)).toEqual([
    'Nested Loop over Index Scan: 100000 loops, 100000 rows touched, pool 200000',
  ]);
});

test('few loops over many rows are one, also where a filter throws the rows away', () => {
  const read = { 'Node Type': 'Seq Scan', 'Actual Rows': 0, 'Rows Removed by Filter': 9_000, 'Actual Loops': 9_000 };
  expect(nestedLoopsOver(loopOver(read), POOL)).toHaveLength(1);
});

test('a subquery asked for every row is one, however deep it stands', () => {
  const subquery = {
    'Node Type': 'Index Scan',
    'Parent Relationship': 'SubPlan',
    'Subplan Name': 'SubPlan 1',
    'Actual Loops': 150_000,
  };
  const plan = { 'Node Type': 'Sort', Plans: [{ 'Node Type': 'Seq Scan', Plans: [subquery] }] };
  expect(nestedLoopsOver(plan, POOL)).toEqual(['SubPlan 1: 150000 loops, 0 rows touched, pool 200000']);
});

test('what is kept and not read again is none', () => {
  const kept = { 'Node Type': 'Seq Scan', 'Actual Rows': 2, 'Actual Loops': 1 };
  const plan = loopOver({ 'Node Type': 'Materialize', 'Actual Rows': 2, 'Actual Loops': 100_000, Plans: [kept] });
  expect(nestedLoopsOver(plan, POOL)).toEqual([]);
});

test('a hash join that meets every row of a key with every other is as bad as a loop', () => {
  const plan = {
    'Node Type': 'Hash Join',
    'Actual Rows': 0,
    'Rows Removed by Join Filter': 25_000_000,
    'Actual Loops': 1,
  };
  expect(nestedLoopsOver(plan, POOL)).toEqual(['Hash Join: 25000000 pairs met, pool 200000']);
});

test('a hash join over everything is none', () => {
  const scan = { 'Node Type': 'Seq Scan', 'Actual Rows': POOL, 'Actual Loops': 1 };
  const plan = {
    'Node Type': 'Hash Join',
    Plans: [
      { ...scan, 'Parent Relationship': 'Outer' },
      { ...scan, 'Parent Relationship': 'Inner' },
    ],
  };
  expect(nestedLoopsOver(plan, POOL)).toEqual([]);
});

function loopOver(inner: Parameters<typeof nestedLoopsOver>[0]) {
  const outer = { 'Node Type': 'Seq Scan', 'Parent Relationship': 'Outer', 'Actual Rows': 1, 'Actual Loops': 1 };
  return { 'Node Type': 'Nested Loop', Plans: [outer, { ...inner, 'Parent Relationship': 'Inner' }] };
}
