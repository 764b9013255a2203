import { expect, test } from '@jest/globals';
import { canonicalJson } from '../../domain/rule-set.ts';
import { sampleDiscrepancy } from './discrepancies-for-tests.ts';
import { cleanReport, renderedJson, sampleReport } from './reports-for-tests.ts';
import type { RunReport } from './run-report.ts';

const RESULT = '{"groups":[],"version":1}';

const render = (report: RunReport) => renderedJson(report, RESULT);

test('is one valid object with sorted keys at every depth', () => {
  for (const report of [sampleReport(), cleanReport()]) {
    const parsed: unknown = JSON.parse(render(report));
    expect(JSON.stringify(parsed)).toBe(canonicalJson(parsed));
  }
});

test('holds the canonical result byte for byte beside its digest', () => {
  const text = render(sampleReport());
  expect(text).toContain(`"result":${RESULT},`);
  expect(JSON.parse(text)).toMatchObject({ format: 'recon-report/1', resultDigest: sampleReport().run.resultDigest });
});

test('writes amounts as decimal strings and instants with their zone', () => {
  const parsed = JSON.parse(render(sampleReport()));
  expect(parsed.discrepancies[0]).toMatchObject({
    amount: '12000.00',
    currency: 'USD',
    processor: { amount: '12000.00', fee: '36.55', occurredAt: '2026-01-31T15:00:00.000Z' },
    differences: [{ field: 'currency', processor: 'USD', internal: 'EUR' }],
  });
  expect(parsed.run).toMatchObject({
    totalDiscrepancyAmount: '14572.95',
    window: { start: '2026-01-31T05:00:00.000Z', end: '2026-02-01T05:00:00.000Z' },
  });
});

test('says of each discrepancy at which level it is, and of a cluster what it holds', () => {
  const twice = sampleDiscrepancy({ verdict: 'duplicate_processor', members: 3, surplus: 2 });
  const remainder = sampleDiscrepancy({ level: 'settlement', verdict: 'unexplained_remainder', members: 4 });
  const { discrepancies } = JSON.parse(
    render(sampleReport({ discrepancies: [twice, remainder, sampleDiscrepancy()] })),
  );
  expect(discrepancies).toMatchObject([
    { level: 'activity', members: 3, surplus: 2, balanced: null },
    { level: 'settlement', members: 4, surplus: null, balanced: null },
    { level: 'activity', members: null, surplus: null, balanced: null },
  ]);
});

test('puts each discrepancy on a line of its own, so that a reader needs no more memory than one', () => {
  const report = sampleReport();
  const lines = render(report).split('\n');
  expect(lines.filter((line) => line.startsWith('{"amount"'))).toHaveLength(report.discrepancies.length);
});
