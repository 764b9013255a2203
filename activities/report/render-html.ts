// Renders a report as one page that needs nothing else: no network, no script, styles inside. Pure; every value is
// escaped by the template engine, the style sheet is the only thing placed as it is.
import { readFileSync } from 'node:fs';
import { Eta } from 'eta/core';
import { reportView } from './report-view.ts';
import type { RunReport } from './run-report.ts';

const eta = new Eta({ autoEscape: true, rmWhitespace: true });
const page = eta.compile(readFileSync(new URL('./page/report.eta', import.meta.url), 'utf8'));
const styles = ['base', 'hero', 'tables', 'adapt']
  .map((name) => readFileSync(new URL(`./page/${name}.css`, import.meta.url), 'utf8'))
  .join('');

export function renderHtml(report: RunReport): string {
  return page.call(eta, { ...reportView(report), styles });
}
