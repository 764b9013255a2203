// Renders the digest of a zone as a page and as JSON. Pure; nothing in it is row data, every value is escaped by the
// template engine. The page loads nothing and runs nothing.
import { readFileSync } from 'node:fs';
import { Eta } from 'eta/core';
import { formatMinor } from '../../../domain/money.ts';
import { canonicalJson } from '../../../domain/rule-set.ts';
import { headline } from '../headline.ts';
import { runName } from '../report-files.ts';
import { runStanding } from '../run-standing.ts';
import { countWords, foreignText, longDateWords, moneyWords, processorWords } from '../run-words.ts';
import { percentWords } from '../tile-view.ts';
import { DIGEST_ACCOUNTS_MAX, type Digest, type DigestAccount } from './digest.ts';
import { digestCharts } from './digest-charts.ts';
import { type DigestTone, digestStanding, toneOf, worstFirst } from './digest-standing.ts';

const read = (name: string) => readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
const eta = new Eta({ autoEscape: true, rmWhitespace: true });
eta.loadTemplate('@charts', read('charts.eta'));
const page = eta.compile(read('digest.eta'));
const styles = ['base', 'hero', 'tables', 'charts', 'adapt'].map((name) => read(`${name}.css`)).join('');

/** @throws RangeError for more accounts than one daily run has. */
export function renderDigestHtml(digest: Digest): string {
  const standing = digestStanding(digest);
  return page.call(eta, {
    styles,
    title: `${digest.zone} ${digest.date}: ${standing.short}`,
    tone: pageTone(standing.tone),
    toneLabel: TONE_LABELS[standing.tone],
    zone: digest.zone,
    date: longDateWords(digest.date),
    sentence: standing.sentence,
    next: standing.next,
    charts: digestCharts(digest),
    accounts: bounded(digest).map(accountView),
  });
}

/** Amounts are decimal strings in major units; keys are sorted. */
export function renderDigestJson(digest: Digest): string {
  const { tone, sentence, next, short, atRisk } = digestStanding(digest);
  return `${canonicalJson({
    format: 'recon-digest/1',
    zone: digest.zone,
    date: digest.date,
    tone,
    sentence,
    next,
    short,
    atRisk: atRisk.map(({ currency, minor }) => ({ currency, amount: formatMinor(minor, currency) })),
    accounts: bounded(digest).map(accountJson),
  })}\n`;
}

function bounded(digest: Digest): DigestAccount[] {
  if (digest.accounts.length > DIGEST_ACCOUNTS_MAX) {
    throw new RangeError(`a digest has at most ${DIGEST_ACCOUNTS_MAX} accounts`);
  }
  return worstFirst(digest.accounts);
}

const TONE_LABELS: Readonly<Record<DigestTone, string>> = {
  failed: 'Failed',
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  inconclusive: 'Inconclusive',
  waiting: 'Waiting',
  clean: 'Clean',
};

/** The colours of the page know the tones of a run. */
function pageTone(tone: DigestTone): string {
  if (tone === 'failed') return 'critical';
  return tone === 'waiting' ? 'inconclusive' : tone;
}

function accountView(account: DigestAccount) {
  const tone = toneOf(account);
  const common = { account: account.account, tone: pageTone(tone), toneLabel: TONE_LABELS[tone] };
  if (account.status !== 'completed') {
    const said = account.status === 'failed' ? 'The run stopped' : 'Its data has not come';
    const reason = account.reason === null ? '' : `: ${foreignText(account.reason, 300)}`;
    return {
      ...common,
      ...{ processor: processorWords(account.processorName), date: account.runDate, address: null },
      ...{ sentence: `${said}${reason}.`, matched: '–', open: '–', atRisk: ['–'], carried: '–' },
    };
  }
  const { run, population } = account.summary;
  const standing = runStanding(account.summary);
  const money = standing.atRisk.filter(({ minor }, index) => index === 0 || minor !== 0n);
  return {
    ...common,
    processor: processorWords(run.processorName),
    date: run.runDate,
    address: account.reportAddress,
    sentence: headline(account.summary).sentence,
    matched: population.rows === 0n ? '–' : `${percentWords(population.matched, population.rows)} %`,
    open: countWords(standing.openCount),
    atRisk: money.map(({ minor, currency }) => moneyWords(minor, currency)),
    carried: countWords(standing.carriedCount),
  };
}

function accountJson(account: DigestAccount) {
  const tone = toneOf(account);
  if (account.status !== 'completed') return { ...account, tone };
  const { run, population } = account.summary;
  const standing = runStanding(account.summary);
  return {
    status: account.status,
    account: account.account,
    processorName: run.processorName,
    runDate: run.runDate,
    run: runName(run),
    tone,
    outcome: run.outcome,
    population,
    missingTransactionCount: run.missingTransactionCount,
    openCount: standing.openCount,
    bySeverity: standing.bySeverity,
    atRisk: standing.atRisk.map(({ currency, minor }) => ({ currency, amount: formatMinor(minor, currency) })),
    carriedCount: standing.carriedCount,
    carriedBySeverity: standing.carriedBySeverity,
    waitingCount: standing.waitingCount,
    resultDigest: run.resultDigest,
    reportAddress: account.reportAddress,
  };
}
