// Makes a message safe and short enough to print among others: it may quote what came from outside. Pure.
import { foreignText } from '../../activities/report/run-words.ts';

const CHARS_MAX = 2_000;

export function oneLine(message: string): string {
  return foreignText(message.replaceAll(/\s+/g, ' ').trim(), CHARS_MAX);
}
