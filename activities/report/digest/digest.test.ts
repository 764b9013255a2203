import { expect, test } from '@jest/globals';
import { sampleDiscrepancy, totalsOf } from '../discrepancies-for-tests.ts';
import { cleanReport, sampleReport, sampleRun } from '../reports-for-tests.ts';
import { DIGEST_ACCOUNTS_MAX, type Digest, type DigestAccount } from './digest.ts';
import { worstFirst } from './digest-account.ts';
import { decidedAccount, failedAccount, waitingAccount } from './digest-for-tests.ts';
import { digestStanding } from './digest-standing.ts';
import { renderDigestHtml, renderDigestJson } from './render-digest.ts';

const failed = failedAccount();
const waiting = waitingAccount();
const digestOf = (...accounts: DigestAccount[]): Digest => ({ zone: 'America/New_York', date: '2026-01-31', accounts });
const words = (text: string) => text.replaceAll('\u00a0', ' ');

test('says how many accounts failed, differ, wait and agree, how much is at risk, and where to begin', () => {
  const { tone, sentence, next } = digestStanding(
    digestOf(decidedAccount('stripe/us', sampleReport()), decidedAccount('adyen/us', cleanReport()), failed, waiting),
    null,
  );
  expect(tone).toBe('critical');
  expect(words(sentence)).toBe(
    '1 failed; 1 differs, 14,572.95 USD, 4,800 JPY and 12.345 KWD at risk; 1 still waiting; 1 of 4 accounts agrees.',
  );
  expect(next).toBe(
    'Start with stripe/us. Remove what stopped square/us, then retry. paypal/eu has no result yet; the day stays due.',
  );
});

test('the worst account stands first, and a clean day says that there is nothing to do', () => {
  const clean = decidedAccount('adyen/us', cleanReport());
  const bad = decidedAccount('stripe/us', sampleReport());
  expect(worstFirst([clean, waiting, bad, failed]).map(({ account }) => account)).toEqual([
    'square/us',
    'stripe/us',
    'paypal/eu',
    'adyen/us',
  ]);
  expect(digestStanding(digestOf(clean), null)).toMatchObject({
    tone: 'clean',
    isClear: true,
    sentence: '1 of 1 account agrees.',
    next: 'Nothing to do.',
  });
});

test('what earlier days left open and cannot wait is said on a clean day too', () => {
  const discrepancyTotals = totalsOf([sampleDiscrepancy({ severity: 'critical', section: 'carried' })]);
  expect(digestStanding(digestOf(decidedAccount('adyen/us', { ...cleanReport(), discrepancyTotals })), null).next).toBe(
    'Of this day nothing is to do. 1 urgent difference of earlier days is still open.',
  );
});

test('the page and the JSON hold no row data, and foreign text is text', () => {
  const secret = 'CANARY_4242';
  const report = sampleReport({
    run: sampleRun(),
    discrepancies: [sampleDiscrepancy({ anchorExternalId: secret, reason: secret })],
    quarantined: [{ side: 'internal', source: secret, position: secret, reason: secret, superseded: false }],
  });
  const digest = digestOf(decidedAccount('stripe/us', report), failed);
  expect(renderDigestHtml(digest) + renderDigestJson(digest)).not.toContain(secret);
  expect(renderDigestHtml(digest)).toContain('rejected &lt;401&gt;');
  expect(renderDigestHtml(digest)).not.toMatch(/<script/);
});

test('draws what is open by processor and the money at risk, each currency for itself', () => {
  const html = renderDigestHtml(
    digestOf(decidedAccount('stripe/us', sampleReport()), decidedAccount('adyen/us', cleanReport())),
  );
  expect(html).toContain('id="chart-processors"');
  expect(html).toContain('id="chart-at-risk-usd"');
  expect(html).toContain('href="https://recon.example.com/stripe/us"');
});

test('JSON writes amounts as decimal strings and counts of each severity', () => {
  const parsed = JSON.parse(renderDigestJson(digestOf(decidedAccount('stripe/us', sampleReport()), waiting)));
  expect(parsed).toMatchObject({
    format: 'recon-digest/1',
    accounts: [
      { account: 'stripe/us', tone: 'critical', atRisk: [{ currency: 'USD', amount: '14572.95' }, {}, {}] },
      { account: 'paypal/eu', tone: 'waiting', status: 'not_run' },
    ],
  });
});

test('a zone without accounts is said, more accounts than a daily run has are refused', () => {
  expect(renderDigestHtml(digestOf())).toContain('No account is due in this zone.');
  const many = Array.from({ length: DIGEST_ACCOUNTS_MAX + 1 }, () => waiting);
  expect(() => renderDigestJson(digestOf(...many))).toThrow(RangeError);
});
