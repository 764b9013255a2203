// What the demo shows a person: the quick-start query's answer, planted against found, where to look and what to type next.
import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { DemoHouse } from './demo-house.ts';
import { type ScoreLine, totalOf } from './demo-score.ts';
import { inReadingOrder, meaningOf } from './demo-words.ts';
import type { DemoResult } from './run-demo.ts';

export const QUICK_START_QUERY =
  'SELECT processor_name, missing_transaction_count, total_discrepancy_amount FROM reconciliation_runs ORDER BY created_at DESC LIMIT 5';

// What is wrong has to be seen, not to fill the screen.
const LISTED_MAX = 40;

export function writeDemoText(out: Writable, house: DemoHouse, result: DemoResult, stays = false): void {
  const { score } = result;
  const total = totalOf(score);
  const mail = result.mails.filter((file) => file.endsWith('.html')).at(-1);
  const lines = [
    '',
    `${QUICK_START_QUERY};`,
    '',
    ...psqlTable(
      ['processor_name', 'missing_transaction_count', 'total_discrepancy_amount'],
      result.runs.map((run) => [
        run.processor_name,
        String(run.missing_transaction_count),
        run.total_discrepancy_amount,
      ]),
    ),
    '',
    'What is true of these days, planted mistakes and ordinary trade, and what was found:',
    '',
    ...psqlTable(
      ['account', 'days', 'planted', 'found', 'missed', 'false'],
      house.branches.map(({ account, firstDate, yesterday }) => {
        const of = totalOf(result.accounts.get(account) ?? new Map());
        return [account, `${firstDate} to ${yesterday}`, ...countsOf(of)];
      }),
    ),
    '',
    ...psqlTable(
      ['verdict', 'planted', 'found', 'missed', 'false', 'that is'],
      inReadingOrder(score).map(([verdict, line]) => [verdict, ...countsOf(line), meaningOf(verdict)]),
    ),
    '',
    `planted ${total.planted} · found ${total.found} · missed ${total.missed.length} · false ${total.false.length}`,
    ...listed('missed', total.missed),
    ...listed('false', total.false),
    '',
    `Report       ${reportOf(mail) ?? 'none'}`,
    `Mail         ${mail ?? 'none'}`,
    `Temporal UI  ${result.temporalUi}${stays ? '' : '  (closed again; npm run dev leaves it open)'}`,
    '',
    ...(stays
      ? nextCommands(house)
      : ['Next: npm run dev, which runs the same and leaves everything up to look around in.']),
    '',
  ];
  out.write(`${lines.join('\n')}\n`);
}

function nextCommands(house: DemoHouse): string[] {
  const recon = `npm run recon -- --config ${house.configFile}`;
  const [first] = house.branches;
  return [
    'Everything stays up until Ctrl-C. In another terminal:',
    `  ${recon} status`,
    `  ${recon} doctor`,
    `  ${recon} runs show ${first?.account}/${first?.yesterday}`,
    `  ${recon} discrepancies list --severity high`,
    `  temporal workflow list --address ${house.recon.stack.temporal.address}`,
  ];
}

function countsOf({ planted, found, missed, false: wrong }: ScoreLine): string[] {
  return [planted, found, missed.length, wrong.length].map(String);
}

function listed(what: string, rows: readonly string[]): string[] {
  const more = rows.length - LISTED_MAX;
  return [...rows.slice(0, LISTED_MAX).map((row) => `  ${what}: ${row}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** The report that the mail is about. */
function reportOf(mail: string | undefined): string | undefined {
  if (mail === undefined) return undefined;
  return /^Report: (.+report\.html)$/m.exec(readFileSync(mail.replace(/\.html$/, '.txt'), 'utf8'))?.[1];
}

// As psql prints it, so that the README and a real session look the same.
function psqlTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)));
  const centred = (text: string, width: number) => {
    const left = Math.floor((width - text.length) / 2);
    return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
  };
  const isText = head.map((_name, at) => rows.some((row) => /[^\d.-]/.test(row[at] ?? '')));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => ` ${isText[at] ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)}`)
      .join(' |')
      .trimEnd();
  return [
    head.map((name, at) => ` ${centred(name, widths[at] ?? 0)} `).join('|'),
    widths.map((width) => '-'.repeat(width + 2)).join('+'),
    ...rows.map(line),
    `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`,
  ];
}
