// Composes the mail about a completed run. Its first line says how bad, how much, which account and date, and what now.
// Must never hold row data: mails are forwarded. Pure.
import { readFileSync } from 'node:fs';
import { Eta } from 'eta/core';
import { type Headline, headline, type Tone } from '../report/headline.ts';
import { runName } from '../report/report-files.ts';
import type { RunSummary } from '../report/run-report.ts';
import { type RunStanding, runStanding } from '../report/run-standing.ts';
import { countWords, dateWords, longDateWords, severityWords } from '../report/run-words.ts';
import { type TileView, tileViews } from '../report/tile-view.ts';
import { type ComposedMail, plain, type ReportAddress } from './composed-mail.ts';
import { MAIL_COLOURS } from './mail-colours.ts';

const eta = new Eta({ autoEscape: true, rmWhitespace: true });
const page = eta.compile(readFileSync(new URL('./run-mail.eta', import.meta.url), 'utf8'));

const LABEL_GAP_CHARS = 2;

export function composeRunMail(summary: RunSummary, report: ReportAddress): ComposedMail {
  const { run } = summary;
  const head = headline(summary);
  const standing = runStanding(summary);
  const tiles = tileViews(summary, standing);
  const commands = commandsOf(summary);
  return {
    subject: plain(`[${head.tone}] ${run.account} ${run.runDate}: ${head.short}`),
    text: plain(textOf({ summary, head, standing, tiles, commands, report })),
    html: page.call(eta, {
      head,
      colours: MAIL_COLOURS,
      toneLabel: toneWords(head.tone),
      account: run.account,
      date: longDateWords(run.runDate),
      runNumber: run.runNumber,
      tiles,
      severities: standing.bySeverity.map(({ severity, count }) => ({
        tone: severity,
        label: severityWords(severity),
        count: countWords(count),
      })),
      report,
      commands,
    }),
  };
}

function toneWords(tone: Tone): string {
  if (tone === 'inconclusive') return 'Inconclusive';
  return tone === 'clean' ? 'Clean' : severityWords(tone);
}

interface Command {
  readonly what: string;
  readonly command: string;
}

function commandsOf({ run }: RunSummary): Command[] {
  return [
    { what: 'Open the report', command: `npm run recon -- reports open ${runName(run)}` },
    { what: 'See the run', command: `npm run recon -- runs show ${runName(run)}` },
  ];
}

interface TextParts {
  readonly summary: RunSummary;
  readonly head: Headline;
  readonly standing: RunStanding;
  readonly tiles: readonly TileView[];
  readonly commands: readonly Command[];
  readonly report: ReportAddress;
}

function textOf({ summary, head, standing, tiles, commands, report }: TextParts): string {
  const { run } = summary;
  const labelChars = Math.max(...tiles.map(({ label }) => label.length)) + LABEL_GAP_CHARS;
  const numbers = tiles.map(({ label, value, notes }) => `${label.padEnd(labelChars)}${value} (${notes.join('; ')})`);
  const severities = standing.bySeverity.map(({ severity, count }) => `${countWords(count)} ${severity}`);
  return [
    `${toneWords(head.tone)}: ${run.account}, ${dateWords(run.runDate)}. ${head.sentence} ${head.next}`,
    '',
    ...numbers,
    ...(severities.length === 0 ? [] : [`${'Open differences'.padEnd(labelChars)}${severities.join(', ')}`]),
    '',
    reportLine(report),
    ...commands.map(({ what, command }) => `${what}: ${command}`),
    '',
    `Run ${run.runNumber}. This mail names no transactions; they are in the report.`,
    '',
  ].join('\n');
}

function reportLine({ url, location }: ReportAddress): string {
  if (url !== null) return `Report: ${url}`;
  return location === null ? 'Report: not published yet; it follows by itself.' : `Report: ${location}`;
}
