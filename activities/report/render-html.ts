// Renders a report as one page that needs nothing else: no network, styles and charts inside, one small script that
// sorts and filters, without which the page says the same. Pure; every value is escaped by the template engine, what is
// placed as it is was made here.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Eta } from 'eta/core';
import { formatMinor } from '../../domain/money.ts';
import { canonicalJson } from '../../domain/rule-set.ts';
import { NO_DIGEST, withPageDigest } from './page-digest.ts';
import { runName } from './report-files.ts';
import { reportView } from './report-view.ts';
import type { RunReport } from './run-report.ts';

const read = (name: string) => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');

const eta = new Eta({ autoEscape: true, rmWhitespace: true });
eta.loadTemplate('@charts', read('charts.eta'));
const page = eta.compile(read('report.eta'));
const styles = ['base', 'hero', 'tables', 'charts', 'adapt'].map((name) => read(`${name}.css`)).join('');
const script = read('tables.js');
/** The page allows this script and no other. */
export const SCRIPT_SHA256 = hash('sha256', script, 'base64');

export function renderHtml(report: RunReport, listDigest: string): string {
  return withPageDigest(
    page.call(eta, {
      ...reportView(report, listDigest),
      styles,
      script,
      scriptSha256: SCRIPT_SHA256,
      noDigest: NO_DIGEST,
      facts: pageFacts(report, listDigest),
    }),
  );
}

/** What a program can check the page against; "<" is written so that no text can end the element. */
function pageFacts(report: RunReport, listDigest: string): string {
  const totals = report.discrepancyTotals.map(({ amountMinor, changedLater, ...rest }) => ({
    ...rest,
    amount: formatMinor(amountMinor, rest.currency),
  }));
  const facts = {
    format: 'recon-page/1',
    run: runName(report.run),
    resultDigest: report.run.resultDigest,
    listDigest,
    listedCount: report.discrepancyTotals.reduce((sum, { count }) => sum + count, 0n),
    shownCount: report.discrepancies.length,
    totals,
  };
  return canonicalJson(facts).replaceAll('<', '\\u003c');
}
