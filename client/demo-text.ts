// What the demo shows a person: the quick-start query's answer, planted against found, where to look and what to type next.
import type { Writable } from 'node:stream';
import type { DemoHouse } from './demo-house.ts';
import type { DemoResult } from './run-demo.ts';

export const QUICK_START_QUERY =
  'SELECT processor_name, missing_transaction_count, total_discrepancy_amount FROM reconciliation_runs ORDER BY created_at DESC LIMIT 5';

export function writeDemoText(out: Writable, house: DemoHouse, result: DemoResult, stays = false): void {
  const { score } = result;
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
    'What the world has wrong, and what was found:',
    '',
    ...psqlTable(
      ['account', 'days', 'planted', 'found', 'missed', 'false'],
      house.branches.map(({ account, firstDate, yesterday }) => {
        const of = result.accounts.get(account);
        return [
          account,
          `${firstDate} to ${yesterday}`,
          String(of?.planted),
          String(of?.found),
          String(of?.missed.length),
          String(of?.false.length),
        ];
      }),
    ),
    '',
    ...psqlTable(
      ['verdict', 'planted', 'found'],
      [...score.byVerdict].sort().map(([verdict, line]) => [verdict, String(line.planted), String(line.found)]),
    ),
    '',
    `planted ${score.planted} · found ${score.found} · missed ${score.missed.length} · false ${score.false.length}`,
    ...score.missed.map((row) => `  missed: ${row}`),
    ...score.false.map((row) => `  false: ${row}`),
    '',
    `Report       ${newest(result.reports, '.html')}`,
    `Mail         ${newest(result.mails, '.html')}`,
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

function newest(files: readonly string[], ending: string): string {
  return files.filter((file) => file.endsWith(ending)).at(-1) ?? 'none';
}

// As psql prints it, so that the README and a real session look the same.
function psqlTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)));
  const centred = (text: string, width: number) => {
    const left = Math.floor((width - text.length) / 2);
    return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
  };
  const line = (row: readonly string[]) =>
    row.map((cell, at) => ` ${at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)}`).join(' |');
  return [
    head.map((name, at) => ` ${centred(name, widths[at] ?? 0)} `).join('|'),
    widths.map((width) => '-'.repeat(width + 2)).join('+'),
    ...rows.map(line),
    `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`,
  ];
}
