// Composes the mail about a run that failed: what happened, at which step, and the command to type. Holds no row data.
// Pure.
import { readFileSync } from 'node:fs';
import { Eta } from 'eta/core';
import { dateWords, foreignText, longDateWords, timeWords } from '../report/run-words.ts';
import { type ComposedMail, plain } from './composed-mail.ts';
import { MAIL_COLOURS } from './mail-colours.ts';

const eta = new Eta({ autoEscape: true, rmWhitespace: true });
const page = eta.compile(readFileSync(new URL('./failure-mail.eta', import.meta.url), 'utf8'));

export interface FailedRun {
  readonly account: string;
  readonly zone: string;
  readonly runDate: string;
  readonly runNumber: number;
  readonly workflowId: string;
  readonly step: string;
  /** As the run keeps it: it tells the operator the next step and holds no personal data. */
  readonly error: string | null;
  readonly finishedAtMs: number | null;
}

const ERROR_CHARS_MAX = 600;

export function composeFailureMail(run: FailedRun): ComposedMail {
  const name = `${run.account}/${run.runDate}`;
  const step = foreignText(run.step.replaceAll('_', ' '), 60);
  const error = foreignText(run.error ?? 'no reason was recorded', ERROR_CHARS_MAX);
  const sentence = `The day is not reconciled: the run stopped at ${step}.`;
  const next = 'Nothing is lost: what was read stays. Remove the cause, then retry.';
  const when = run.finishedAtMs === null ? '' : `${timeWords(run.finishedAtMs, run.zone)} (${run.zone})`;
  const commands = [
    { what: 'Try again', command: `npm run recon -- retry ${name}` },
    { what: 'See the run', command: `npm run recon -- runs show ${name}#${run.runNumber}` },
    { what: 'Check all connections', command: 'npm run recon -- doctor' },
  ];
  return {
    subject: plain(`[failed] ${run.account} ${run.runDate}: the run stopped at ${step}`),
    text: plain(
      [
        `Failed: ${run.account}, ${dateWords(run.runDate)}. ${sentence} ${next}`,
        '',
        `Reason: ${error}`,
        ...(when === '' ? [] : [`Failed at: ${when}`]),
        `Workflow: ${run.workflowId}`,
        '',
        ...commands.map(({ what, command }) => `${what}: ${command}`),
        '',
      ].join('\n'),
    ),
    html: page.call(eta, {
      colours: MAIL_COLOURS.critical,
      sentence,
      next,
      error,
      when,
      commands,
      account: run.account,
      date: longDateWords(run.runDate),
      runNumber: run.runNumber,
      workflowId: run.workflowId,
    }),
  };
}
