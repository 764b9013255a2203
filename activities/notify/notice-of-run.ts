// What a run's mail says, as a notice: for webhooks and Slack. Pure. Holds no row data.
import { headline } from '../report/headline.ts';
import { runName } from '../report/report-files.ts';
import type { RunSummary } from '../report/run-report.ts';
import { runStanding } from '../report/run-standing.ts';
import { foreignText, severityWords } from '../report/run-words.ts';
import { tileViews } from '../report/tile-view.ts';
import type { FailedRun } from './compose-failure-mail.ts';
import { plain, type ReportAddress } from './composed-mail.ts';
import { boundedLines, type Notice } from './notice.ts';

const ERROR_CHARS_MAX = 600;

export function noticeOfRun(summary: RunSummary, report: ReportAddress): Notice {
  const { run } = summary;
  const { tone, sentence, next, short } = headline(summary);
  const lines = tileViews(summary, runStanding(summary)).map(({ label, value, notes }) => ({
    name: label,
    value: plain(notes.length === 0 ? value : `${value} (${notes.join('; ')})`),
  }));
  return {
    tone,
    label: tone === 'inconclusive' ? 'Inconclusive' : tone === 'clean' ? 'Clean' : severityWords(tone),
    about: run.account,
    date: run.runDate,
    sentence: plain(sentence),
    next: plain(next),
    short: plain(short),
    lines: boundedLines(lines),
    commands: [{ what: 'Open the report', command: `npm run recon -- reports open ${runName(run)}` }],
    link: report.url,
  };
}

export function noticeOfFailure({ account, runDate, runNumber, step, error }: FailedRun): Notice {
  const where = foreignText(step.replaceAll('_', ' '), 60);
  return {
    tone: 'critical',
    label: 'Failed',
    about: account,
    date: runDate,
    sentence: `The day is not reconciled: the run stopped at ${where}.`,
    next: 'Nothing is lost: what was read stays. Remove the cause, then retry.',
    short: `the run stopped at ${where}`,
    lines: [{ name: 'Reason', value: foreignText(error ?? 'no reason was recorded', ERROR_CHARS_MAX) }],
    commands: [
      { what: 'Try again', command: `npm run recon -- retry ${account}/${runDate}` },
      { what: 'See the run', command: `npm run recon -- runs show ${account}/${runDate}#${runNumber}` },
    ],
    link: null,
  };
}
