// Renders the digest of a zone as a page and as JSON. Pure; nothing in it is row data, every value is escaped by the
// template engine. The page loads nothing and runs nothing.
import { readFileSync } from 'node:fs';
import { Eta } from 'eta/core';
import { formatMinor } from '../../../domain/money.ts';
import { canonicalJson } from '../../../domain/rule-set.ts';
import { runName } from '../report-files.ts';
import { runStanding } from '../run-standing.ts';
import { countWords, longDateWords, moneyWords, processorWords } from '../run-words.ts';
import { percentWords } from '../tile-view.ts';
import { DIGEST_ACCOUNTS_MAX, type Digest, type DigestAccount } from './digest.ts';
import { accountWords, type DigestTone, toneOf, worstFirst } from './digest-account.ts';
import { digestCharts } from './digest-charts.ts';
import { digestStanding } from './digest-standing.ts';

const read = (name: string) => readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
const eta = new Eta({ autoEscape: true, rmWhitespace: true });
eta.loadTemplate('@charts', read('charts.eta'));
const page = eta.compile(read('digest.eta'));
const styles = ['base', 'hero', 'tables', 'charts', 'adapt'].map((name) => read(`${name}.css`)).join('');

/** @throws RangeError for more accounts than one daily run has. */
export function renderDigestHtml(digest: Digest): string {
  const standing = digestStanding(digest, null);
  return page.call(eta, {
    styles,
    title: `${digest.zone} ${digest.date}: ${standing.short}`,
    tone: standing.tone,
    toneLabel: TONE_LABELS[standing.tone],
    zone: digest.zone,
    date: longDateWords(digest.date),
    sentence: standing.sentence,
    next: standing.next,
    charts: digestCharts(digest),
    labels: LABELS,
    accounts: bounded(digest).map((account) => accountView(account, digest.date)),
  });
}

/** Amounts are decimal strings in major units; keys are sorted. */
export function renderDigestJson(digest: Digest): string {
  const { tone, sentence, next, short, atRisk } = digestStanding(digest, null);
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

const [MATCHED, OPEN, AT_RISK, CARRIED] = ['Matched', 'Open', 'At risk', 'Earlier days'] as const;
const LABELS = [MATCHED, OPEN, AT_RISK, CARRIED];

function accountView(account: DigestAccount, date: string) {
  const tone = toneOf(account);
  const common = {
    account: account.account,
    processor: processorWords(account.processorName),
    tone: pageTone(tone),
    toneLabel: TONE_LABELS[tone],
    sentence: `${accountWords(account)}.`,
  };
  if (account.status !== 'completed') {
    const command = tone === 'failed' ? `npm run recon -- retry ${account.account}/${date}` : null;
    return { ...common, command, address: null, cells: LABELS.map((label) => ({ label, lines: [] })) };
  }
  const { population } = account.summary;
  const standing = runStanding(account.summary);
  const money = standing.atRisk.filter(({ minor }, index) => index === 0 || minor !== 0n);
  return {
    ...common,
    command: null,
    address: account.reportAddress,
    cells: [
      {
        label: MATCHED,
        lines: population.rows === 0n ? [] : [`${percentWords(population.matched, population.rows)} %`],
      },
      { label: OPEN, lines: [countWords(standing.openCount)] },
      { label: AT_RISK, lines: money.map(({ minor, currency }) => moneyWords(minor, currency)) },
      { label: CARRIED, lines: [countWords(standing.carriedCount)] },
    ],
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
    otherDaysDue: account.otherDaysDue,
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
