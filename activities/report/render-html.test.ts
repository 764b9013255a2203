import { hash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { sampleDiscrepancy, sampleSide, totalsOf } from './discrepancies-for-tests.ts';
import { renderHtml as renderPage, SCRIPT_SHA256 } from './render-html.ts';
import { cleanReport, inconclusiveReport, listDigestOf, sampleReport, sampleRun } from './reports-for-tests.ts';
import type { RunReport } from './run-report.ts';

const renderHtml = (report: RunReport) => renderPage(report, listDigestOf(report.discrepancies));

/** What a reader sees: tags away, entities back, spaces as one. */
function visible(html: string): string {
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
  return html
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replace(/[\s\u00a0]+/g, ' ');
}

test('says first how bad it is and what to do now', () => {
  const text = visible(renderHtml(sampleReport()));
  expect(text).toContain('9 differences, 1 of them critical: 14,572.95 USD at risk, more in 2 other currencies.');
  expect(text).toContain('Act now: the critical ones stand first. 4 transactions are missing on one side.');
});

test('is one page that loads nothing: its own script and no other, no address, a policy that forbids both', () => {
  const html = renderHtml(sampleReport());
  expect(html).not.toMatch(/https?:|@import|url\(|<[^>]+\son[a-z]+=/i);
  expect(html).toContain(
    `content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT_SHA256}'; img-src data:; base-uri 'none'; form-action 'none'"`,
  );
  const scripts = [...html.matchAll(/<script( type="application\/json" id="facts")?>([\s\S]*?)<\/script>/g)];
  expect(scripts).toHaveLength(2);
  expect(hash('sha256', scripts[1]?.[2] ?? '', 'base64')).toBe(SCRIPT_SHA256);
});

test('shows foreign text as text, whatever it tries to be', () => {
  const attack = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
  const html = renderHtml(
    sampleReport({
      discrepancies: [
        sampleDiscrepancy({
          reason: attack,
          processor: sampleSide({ externalId: attack, merchantReference: '=HYPERLINK("http://evil","x")' }),
        }),
      ],
      quarantined: [{ side: 'internal', source: attack, position: attack, reason: attack, superseded: false }],
      checks: [{ name: attack, passed: false, detail: attack }],
    }),
  );
  expect(html).not.toMatch(/<script>alert|<img/);
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(visible(html)).toContain('=HYPERLINK("http://evil","x")');
});

test('makes characters visible that would let one id look like another', () => {
  const html = renderHtml(
    sampleReport({
      discrepancies: [sampleDiscrepancy({ processor: sampleSide({ externalId: 'ch_\u202e321\u200b' }) })],
    }),
  );
  expect(html).not.toMatch(/[\u202e\u200b]/);
  expect(html).toContain('ch_\ufffd321\ufffd');
});

test('writes each currency with its own decimals and never adds two of them', () => {
  const text = visible(renderHtml(sampleReport()));
  expect(text).toContain('4,800 JPY');
  expect(text).toContain('12.345 KWD');
  expect(text).toContain('4 differences · 8.45 USD · 4,800 JPY · 12.345 KWD');
});

test('puts what the sides say side by side and marks only what differs', () => {
  const html = renderHtml(sampleReport());
  expect(html).toContain('<strong class="differs">49.99\u00a0USD</strong>');
  expect(html).toContain('<strong class="differs">54.99\u00a0USD</strong>');
  expect(html).toContain('<strong class="differs">pending</strong>');
  expect(html).not.toContain('<strong class="differs">1,250.00\u00a0USD</strong>');
});

const joint = (changes: Partial<Parameters<typeof sampleDiscrepancy>[0]>) =>
  visible(renderHtml(sampleReport({ discrepancies: [sampleDiscrepancy({ severity: 'high', ...changes })] })));

test('a group shows both sums and all of its rows', () => {
  const text = joint({
    verdict: 'amount_mismatch',
    rule: 'merchant_reference',
    reason: 'group of 3 by merchant_reference',
    members: 3,
    besideExternalIds: 'ch_2',
    partnerExternalId: 'o_1',
    differences: [{ field: 'amount', processor: '1021.00', internal: '-25.00' }],
  });
  expect(text).toContain('Amounts differ Payment Grouped, 3 rows: same merchant reference. 1,021.00 USD in all');
  expect(text).toContain('ch_2 \u221225.00 USD in all o_1');
  expect(text).not.toContain('group of 3');
});

test('equal rows that are too many are listed, with how many there are for them', () => {
  const text = joint({ verdict: 'duplicate_processor', members: 3, surplus: 2, besideExternalIds: 'ch_2, ch_3' });
  expect(text).toContain('order-20260131-00417 ch_2, ch_3 1 row for 3');
  expect(joint({ verdict: 'duplicate_processor', surplus: 1 })).toContain('none left for it');
});

test('rows that nobody can tell apart stand on both sides', () => {
  const text = joint({ verdict: 'ambiguous', members: 4, besideExternalIds: 'ch_2', partnerExternalId: 'o_1, o_2' });
  expect(text).toContain('ch_2 o_1, o_2 1,250.00 USD');
});

test('a payout stands against its entries, not against your records', () => {
  const payout = { level: 'settlement', kind: 'payout', anchorExternalId: 'po_1' } as const;
  const off = joint({
    ...payout,
    verdict: 'unexplained_remainder',
    differences: [{ field: 'amount', processor: '-95.00', internal: '-95.05' }],
  });
  expect(off).toContain('entries: 95.05 USD');
  const bare = joint({ ...payout, verdict: 'ambiguous' });
  expect(bare).toContain('Payout without a list of entries');
  expect(bare).toContain('no entries listed');
  expect(bare).not.toContain('More than one row fits equally well');
  expect(bare).not.toContain('not there');
  const entries = { ...payout, reason: 'no payout has come for 1 entry' };
  expect(joint({ ...entries, verdict: 'pending_timing' })).toContain('no payout yet');
  const came = { section: 'closed', state: 'closed', closedBy: 'matched_late', rule: 'payout' } as const;
  const settled = joint({ ...entries, ...came, verdict: 'matched_late' });
  expect(settled).toContain('Its partner came, entries and payout add up.');
  expect(settled).toContain('adds up now');
  expect(settled).not.toContain('No payout has come');
});

test('explains each verdict on the page once, with what to do next', () => {
  const text = visible(renderHtml(sampleReport()));
  expect(text.split('Find the order and book it')).toHaveLength(2);
});

test('a day without differences says so, and that there is nothing to do', () => {
  const text = visible(renderHtml(cleanReport()));
  expect(text).toContain('Stripe and your records agree.');
  expect(text).toContain('Nothing is missing, no money is at risk. Nothing to do now.');
  expect(text).toContain('There is no difference, open or waiting.');
  expect(text).toContain('100 % 9,871 of the day’s 9,871 Stripe rows');
});

test('says 100 % only when every row of the day is matched', () => {
  const population = { rows: 1_000_000n, matched: 999_999n, matchedLate: 0n, matchedOfEarlierDays: 0n };
  expect(visible(renderHtml(sampleReport({ population })))).toContain('99.9 %');
});

test('counts the rows of the day only, and says apart what was matched of earlier days', () => {
  const text = visible(renderHtml(sampleReport()));
  expect(text).toContain('99.7 % 9,850 of the day’s 9,871 Stripe rows');
  expect(text).toContain('and 3 rows of earlier days');
});

test('every chart says in words and as a table what it draws', () => {
  const html = renderHtml(sampleReport());
  for (const id of ['chart-matched', 'chart-at-risk', 'chart-verdicts', 'chart-ages']) {
    expect(html).toMatch(
      new RegExp(`<figure[^>]*id="${id}"[\\s\\S]*?<svg[^>]*aria-labelledby="${id}-name ${id}-says"`),
    );
  }
  expect(visible(html)).toContain('26 of the last 30 days have rows. Last: 99.8 %. Lowest: 99.6 % on 23 Jan.');
  expect(visible(html)).toContain('Older than 30 days');
  expect(renderHtml(sampleReport())).toBe(html);
});

test('names the four gates, the query or file of each source, and the digest of the list', () => {
  const report = sampleReport();
  const text = visible(renderHtml(report));
  expect(text).toContain('Every row stored has one verdict : holds.');
  expect(text).toContain('transactions 2026-01-31T05:00Z/6h');
  expect(text).toContain('and 2 more');
  expect(text).toContain(`The list of 12 differences has the SHA-256 ${listDigestOf(report.discrepancies)} .`);
});

test('an inconclusive day names the late side and calls nothing missing', () => {
  const text = visible(renderHtml(inconclusiveReport()));
  expect(text).toContain('Not decided yet: your records only reach 31 Jan 2026, 16:40.');
  expect(text).toContain('nothing is called missing while a side is incomplete');
  expect(text).not.toContain('Missing in your records');
});

test('ten thousand differences make a bounded page that says where the rest is', () => {
  const one = sampleDiscrepancy({ severity: 'low', amountMinor: 100n });
  const all = Array.from({ length: 10_000 }, (_, index) => ({ ...one, discrepancyId: BigInt(index) }));
  const html = renderHtml(
    sampleReport({
      run: sampleRun({ missingTransactionCount: 10_000, atRiskMinor: 1_000_000n, ambiguousMinor: 0n }),
      discrepancyTotals: totalsOf(all),
      discrepancies: all.slice(0, 500),
    }),
  );
  expect(html.length).toBeLessThan(1_000_000);
  expect(html.match(/class="what"/g)).toHaveLength(500);
  expect(visible(html)).toContain('10,000 differences: 10,000.00 USD at risk.');
  expect(visible(html)).toContain('and 9,500 more in report.csv');
});

test('shows a broken proof as broken, in words and beside its line', () => {
  const { totals } = sampleReport();
  const broken = totals.map((total, index) => (index === 0 ? { ...total, count: total.count + 1n } : total));
  const text = visible(renderHtml(sampleReport({ totals: broken })));
  expect(text).toContain('The equation does not hold for 1 of 4 lines. Do not rely on this report.');
});

test('every table has a caption and scoped headers, and the page has its landmarks', () => {
  const html = renderHtml(sampleReport());
  expect(html).toContain('<html lang="en">');
  expect(html.match(/<table/g)?.length).toBe(html.match(/<caption>/g)?.length);
  expect(html).not.toMatch(/<th(?! ?scope)[ >]/);
  for (const landmark of ['<header', '<main', '<nav', '<footer']) expect(html).toContain(landmark);
});
