// What is told, whatever it leaves by: how bad, how much, which account, what now. Plain data, so that it can wait in the outbox.
// Must never hold row data: counts, sums and names of accounts only.
import { z } from 'zod';
import { SEVERITIES } from '../../domain/vocabulary.ts';
import type { Tone } from '../report/headline.ts';

const TONES = [...SEVERITIES, 'inconclusive', 'clean'] as const satisfies readonly Tone[];
/** More would not be read; what is left out is counted. */
export const NOTICE_LINES_MAX = 40;
/** The accounts of a zone (design section 9), and the chain of the system. */
const NOTICE_HEADS_MAX = 501;
const TEXT_CHARS_MAX = 2_000;
const text = z.string().max(TEXT_CHARS_MAX);

export const noticeSchema = z.strictObject({
  /** Colours it. */
  tone: z.enum(TONES),
  /** The first word: "Critical", "All clear", "Overdue". */
  label: text,
  /** An account, or a zone of accounts. */
  about: text,
  /** The business date; null where it is about no day. */
  date: text.nullable(),
  /** How bad, how much. */
  sentence: text,
  /** What now. */
  next: text,
  /** For a subject line: without a full stop. */
  short: text,
  lines: z.array(z.strictObject({ name: text, value: text })).max(NOTICE_LINES_MAX),
  commands: z.array(z.strictObject({ what: text, command: text })).max(NOTICE_LINES_MAX),
  /** Where audit chains stand, one a line: for mails, which are kept where no administrator of the database reaches. */
  heads: z.array(text).max(NOTICE_HEADS_MAX).optional(),
  /** Asks for a login; null where there is nothing to open. */
  link: z.url().nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** The lines that fit, and a last one that says how many do not. */
export function boundedLines(lines: Notice['lines']): Notice['lines'] {
  if (lines.length <= NOTICE_LINES_MAX) return lines;
  const shown = lines.slice(0, NOTICE_LINES_MAX - 1);
  return [...shown, { name: 'and more', value: `${lines.length - shown.length} not listed here` }];
}
