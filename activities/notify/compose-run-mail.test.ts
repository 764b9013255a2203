import { expect, test } from '@jest/globals';
import { sampleDiscrepancy, sampleSide } from '../report/discrepancies-for-tests.ts';
import { cleanReport, inconclusiveReport, sampleReport, sampleRun } from '../report/reports-for-tests.ts';
import { composeFailureMail, type FailedRun } from './compose-failure-mail.ts';
import { composeRunMail } from './compose-run-mail.ts';

const UNPUBLISHED = { url: null, location: null };
const firstLine = (text: string) => text.split('\n')[0];

test('the first line says how bad, which account and date, how much, and what now', () => {
  const { subject, text } = composeRunMail(sampleReport(), UNPUBLISHED);
  expect(subject).toBe(
    '[critical] stripe/us 2026-01-31: 9 differences, 14,572.95 USD at risk, more in 2 other currencies',
  );
  expect(firstLine(text)).toBe(
    'Critical: stripe/us, 31 January 2026. 9 differences, 1 of them critical: 14,572.95 USD at risk, ' +
      'more in 2 other currencies. Act now: the critical ones stand first. 4 transactions are missing on one side.',
  );
});

test('a clean day and a day that is not decided say so in the subject', () => {
  expect(composeRunMail(cleanReport(), UNPUBLISHED)).toMatchObject({
    subject: '[clean] stripe/us 2026-01-31: everything agrees',
    text: expect.stringMatching(/^Clean: stripe\/us, 31 January 2026\. Stripe and your records agree\./),
  });
  expect(composeRunMail(inconclusiveReport(), UNPUBLISHED).subject).toBe(
    '[inconclusive] stripe/us 2026-01-31: not decided yet, data is late',
  );
});

test('holds no row data: no id, no reference, no source line', () => {
  const secret = 'CANARY_4242';
  const side = sampleSide({ externalId: `${secret}_id`, merchantReference: `${secret}_ref` });
  const report = sampleReport({
    discrepancies: [sampleDiscrepancy({ anchorExternalId: secret, reason: secret, processor: side, internal: side })],
    quarantined: [{ side: 'internal', source: secret, position: secret, reason: secret, superseded: false }],
    quarantinedCount: 1n,
    checks: [{ name: secret, passed: false, detail: secret }],
  });
  const mail = composeRunMail(report, { url: 'https://recon.example.com/r', location: 's3://bucket/r' });
  expect(JSON.stringify(mail)).not.toContain(secret);
});

test('links to the report where it can be opened, else names its place and the command', () => {
  const linked = composeRunMail(sampleReport(), { url: 'https://recon.example.com/r?a=1&b=2', location: 's3://b/r' });
  expect(linked.html).toContain('href="https://recon.example.com/r?a=1&amp;b=2"');
  expect(linked.text).toContain('Report: https://recon.example.com/r?a=1&b=2');
  const placed = composeRunMail(sampleReport(), { url: null, location: '/srv/reports/report.html' });
  expect(placed.html).toContain('/srv/reports/report.html');
  expect(placed.text).toContain('npm run recon -- reports open stripe/us/2026-01-31#2');
  expect(composeRunMail(sampleReport(), UNPUBLISHED).text).toContain('not published yet');
});

test('currencies stand apart in their own decimals', () => {
  const { text } = composeRunMail(sampleReport(), UNPUBLISHED);
  expect(text).toContain('14,572.95 USD (and 4,800 JPY; and 12.345 KWD;');
});

test('the text part has only characters that any terminal shows', () => {
  const run = sampleRun({ outcome: 'inconclusive', processorCoverageMs: null });
  for (const report of [sampleReport(), cleanReport(), inconclusiveReport(), sampleReport({ run })]) {
    const { subject, text } = composeRunMail(report, UNPUBLISHED);
    expect(`${subject}${text}`).toMatch(/^[\x20-\x7e\n]*$/);
  }
});

const FAILED: FailedRun = {
  account: 'stripe/us',
  zone: 'America/New_York',
  runDate: '2026-01-31',
  runNumber: 1,
  workflowId: 'reconcile/stripe/us/2026-01-31',
  step: 'fetch',
  error: 'stripe: the key was rejected <401>: renew it',
  finishedAtMs: Date.UTC(2026, 1, 1, 9),
};

test('a failed run is told with its step, its reason and the command to type', () => {
  const { subject, text, html } = composeFailureMail(FAILED);
  expect(subject).toBe('[failed] stripe/us 2026-01-31: the run stopped at fetch');
  expect(firstLine(text)).toMatch(
    /^Failed: stripe\/us, 31 January 2026\. The day is not reconciled: the run stopped at fetch\./,
  );
  expect(text).toContain('Reason: stripe: the key was rejected <401>: renew it');
  expect(text).toContain('npm run recon -- retry stripe/us/2026-01-31');
  expect(html).toContain('rejected &lt;401&gt;');
});

test('an endless error is cut, a missing one is said', () => {
  expect(composeFailureMail({ ...FAILED, error: 'x'.repeat(10_000) }).text.length).toBeLessThan(2_000);
  expect(composeFailureMail({ ...FAILED, error: null, finishedAtMs: null }).text).toContain('no reason was recorded');
});
