// The tests of the alerts, by the promtool of the Prometheus project; skipped, and said so, where there is none.
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { renderMetrics } from '../../../worker/monitoring/exposition.ts';
import { METRIC_CATALOG } from '../../../worker/monitoring/metric-catalog.ts';
import { findPromtool, promtoolProblems } from './promtool.ts';

const promtool = await findPromtool();
const testWithPromtool = promtool === null ? test.skip : test;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-alerts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function problemsWith(changes: Readonly<Record<string, string>>): Promise<string> {
  await cp(fileURLToPath(new URL('../../../monitoring/', import.meta.url)), folder, { recursive: true });
  const path = join(folder, 'alerts.yml');
  let rules = await readFile(path, 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    if (!rules.includes(from)) throw new RangeError(`${from} is not in the rules`);
    rules = rules.replace(from, to);
  }
  await writeFile(path, rules);
  return (await promtoolProblems(promtool ?? '', folder)).join('\n');
}

testWithPromtool('every alert fires when it should and is silent a moment before', async () => {
  expect(await problemsWith({})).toBe('');
});

testWithPromtool('an alert that fires too late, too early or says something else is told', async () => {
  const problems = await problemsWith({
    '> 900': '> 1800',
    '> 3 * 3600': '> 2 * 3600',
    'does not reach Temporal': 'is slow',
  });
  const named = [...problems.matchAll(/alertname: (\w+)/g)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(['ReconDayLate', 'ReconOutboxStuck', 'ReconTemporalAway']));
});

testWithPromtool('what a worker writes is the text format, and its metrics are named as Prometheus wants them', () => {
  const samples = METRIC_CATALOG.map(({ name, labels }) => ({
    name,
    labels: Object.fromEntries(labels.map((label) => [label, 'x'])),
    value: 1,
  }));
  const said = execFileSync(promtool ?? '', ['check', 'metrics'], { input: renderMetrics(samples), encoding: 'utf8' });
  expect(said).toBe('');
});
