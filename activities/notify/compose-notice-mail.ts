// Composes the mail of a notice. Its first line says how bad, how much, which account and day, and what now. Pure.
import { readFileSync } from 'node:fs';
import { Eta } from 'eta/core';
import { dateWords, longDateWords } from '../report/run-words.ts';
import { type ComposedMail, plain } from './composed-mail.ts';
import { MAIL_COLOURS } from './mail-colours.ts';
import type { Notice } from './notice.ts';

const eta = new Eta({ autoEscape: true, rmWhitespace: true });
const page = eta.compile(readFileSync(new URL('./notice-mail.eta', import.meta.url), 'utf8'));
const LABEL_GAP_CHARS = 2;

export function composeNoticeMail(notice: Notice): ComposedMail {
  const { tone, label, about, date, short } = notice;
  return {
    subject: plain(`[${label.toLowerCase()}] ${about}${date === null ? '' : ` ${date}`}: ${short}`),
    text: plain(textOf(notice)),
    html: page.call(eta, {
      ...notice,
      heads: notice.heads ?? [],
      colours: MAIL_COLOURS[tone],
      day: date === null ? '' : longDateWords(date),
    }),
  };
}

function textOf({ label, about, date, sentence, next, lines, commands, heads = [], link }: Notice): string {
  const nameChars = Math.max(0, ...lines.map(({ name }) => name.length)) + LABEL_GAP_CHARS;
  return [
    `${label}: ${about}${date === null ? '' : `, ${dateWords(date)}`}. ${sentence} ${next}`,
    ...(lines.length === 0 ? [] : ['', ...lines.map(({ name, value }) => `${name.padEnd(nameChars)}${value}`)]),
    ...(link === null ? [] : ['', `Open: ${link}`]),
    ...(commands.length === 0 ? [] : ['', ...commands.map(({ what, command }) => `${what}: ${command}`)]),
    ...(heads.length === 0 ? [] : ['', ...heads]),
    '',
    'This mail names no transactions; they are in the reports.',
    '',
  ].join('\n');
}
