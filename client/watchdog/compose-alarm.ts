// What an alarm of the watchdog says: the gravest first, each with what to do. Pure.
import { hash } from 'node:crypto';
import { boundedLines, type Notice } from '../../activities/notify/notice.ts';
import { plural, severityWords } from '../../activities/report/run-words.ts';
import { SEVERITIES, type Severity } from '../../domain/vocabulary.ts';
import type { Cause, Finding } from './finding.ts';

const CAUSE_WORDS: Readonly<Record<Cause, readonly [one: string, many: string]>> = {
  day_late: ['day without a result', 'days without a result'],
  run_orphaned: ['run whose workflow ended', 'runs whose workflow ended'],
  schedule_missing: ['schedule missing', 'schedules missing'],
  schedule_paused: ['schedule paused', 'schedules paused'],
  nobody_polls: ['task queue without a worker', 'task queues without a worker'],
  workflow_stuck: ['workflow whose code fails', 'workflows whose code fails'],
  outbox_stuck: ['audience that is told nothing', 'audiences that are told nothing'],
  delivery_failed: ['audience that was refused', 'audiences that were refused'],
  chain_broken: ['audit chain broken', 'audit chains broken'],
  anchor_old: ['audit chain not anchored', 'audit chains not anchored'],
  cannot_look: ['part that cannot be looked at', 'parts that cannot be looked at'],
};

const VALUE_CHARS_MAX = 900;

export function gravest(findings: readonly Finding[]): Severity {
  return SEVERITIES[Math.max(0, ...findings.map(({ severity }) => SEVERITIES.indexOf(severity)))] ?? 'low';
}

/** @param findings At least one. */
export function composeAlarm(findings: readonly Finding[]): Notice {
  const tone = gravest(findings);
  const sorted = [...findings].sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  const counts = [...Map.groupBy(sorted, ({ cause }) => cause)].map(([cause, of]) =>
    plural(of.length, ...CAUSE_WORDS[cause]),
  );
  const [first] = sorted;
  return {
    tone,
    label: severityWords(tone),
    about: 'recon watchdog',
    date: null,
    sentence: `${counts.join(', ')}.`,
    next: first === undefined ? '' : `First ${first.about}: ${first.next}.`,
    short: counts.join(', ').slice(0, VALUE_CHARS_MAX),
    lines: boundedLines(
      sorted.map(({ about, detail, next }) => ({
        name: about,
        value: `${detail} → ${next}`.slice(0, VALUE_CHARS_MAX),
      })),
    ),
    commands: [
      { what: 'Look again', command: 'npm run recon -- watchdog' },
      { what: 'See everything', command: 'npm run recon -- status' },
    ],
    link: null,
  };
}

/** The same for the same trouble, whatever else changes from one look to the next, such as how long it lasts. */
export function troubleOf(findings: readonly Finding[]): string {
  const names = findings.map(({ cause, about }) => `${cause} ${about}`).sort();
  return hash('sha256', names.join('\n'), 'hex').slice(0, 32);
}
