// The offline checks of monitoring/: alerts and dashboards over metrics that exist, alerts that fire when they should, a
// configuration that scrapes what a worker serves.
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { METRIC_CATALOG, WORKER_SERIES_MAX } from '../../../worker/monitoring/metric-catalog.ts';
import type { InfraCheck } from '../check.ts';
import { readAlerts } from './alert-problems.ts';
import { readDashboard } from './dashboard-problems.ts';
import { dashboardFiles } from './dashboards/dashboard-files.ts';
import { SCRAPE_JOBS } from './known-metrics.ts';
import { findPromtool, promtoolProblems } from './promtool.ts';

const ROOT = new URL('../../../', import.meta.url);
const DASHBOARDS = new URL('monitoring/grafana/dashboards/', ROOT);

const readText = (path: string) => readFile(new URL(path, ROOT), 'utf8');
const readYaml = async (path: string): Promise<unknown> => parseYaml(await readText(path));

const alerts: InfraCheck = {
  name: 'alert rules',
  run: async () => {
    const runbooks = 'docs/alerts.md';
    const { alerts: count, problems } = readAlerts({
      rules: await readYaml('monitoring/alerts.yml'),
      tests: await readYaml('monitoring/alerts.test.yml'),
      docs: new Map([[runbooks, await readText(runbooks)]]),
    });
    return {
      checked: `${count} alerts: metrics and labels exist, run books too, each has a test that sees it fire and one silent`,
      problems,
    };
  },
};

const dashboards: InfraCheck = {
  name: 'dashboards',
  run: async () => {
    const wanted = dashboardFiles();
    const there = (await readdir(DASHBOARDS)).sort();
    const problems: string[] = [];
    let panels = 0;
    for (const [name, text] of wanted) {
      const body: unknown = JSON.parse(await readFile(new URL(name, DASHBOARDS), 'utf8'));
      const reading = readDashboard(name, body);
      panels += reading.panels;
      problems.push(...reading.problems);
      if (!isDeepStrictEqual(body, JSON.parse(text))) {
        problems.push(
          `${name} is not what scripts/infra/monitoring/dashboards makes: node scripts/write-dashboards.ts`,
        );
      }
    }
    problems.push(...there.filter((name) => !wanted.has(name)).map((name) => `${name} is made by nothing`));
    return {
      checked: `${panels} panels of ${wanted.size} dashboards: every expression over metrics and labels that exist`,
      problems,
    };
  },
};

const scrapeSchema = z.object({
  rule_files: z.tuple([z.literal('alerts.yml')]),
  scrape_configs: z.array(z.object({ job_name: z.string(), sample_limit: z.number() })),
});

const scraping: InfraCheck = {
  name: 'Prometheus configuration and bound of series',
  run: async () => {
    const { scrape_configs: jobs } = scrapeSchema.parse(await readYaml('monitoring/prometheus.yml'));
    const seriesMax = METRIC_CATALOG.reduce((sum, family) => sum + family.seriesMax, 0);
    const problems = [
      ...SCRAPE_JOBS.filter((name) => !jobs.some(({ job_name }) => job_name === name)).map(
        (name) => `nothing scrapes the job ${name}`,
      ),
      ...jobs
        .filter(({ sample_limit }) => sample_limit !== WORKER_SERIES_MAX)
        .map(({ job_name }) => `the job ${job_name} may take more or fewer series than ${WORKER_SERIES_MAX}`),
      ...(seriesMax < WORKER_SERIES_MAX ? [] : [`the catalog allows ${seriesMax} series a worker`]),
    ];
    return {
      checked: `${jobs.length} jobs, at most ${seriesMax} series of a worker's own of ${WORKER_SERIES_MAX}`,
      problems,
    };
  },
};

const promtool: InfraCheck = {
  name: 'alert tests (promtool)',
  run: async () => {
    const path = await findPromtool();
    if (path === null) {
      return {
        checked: 'NOT RUN: no promtool on PATH or in RECON_PROMTOOL, and none to be had from Debian',
        problems: [],
      };
    }
    const problems = await promtoolProblems(path, fileURLToPath(new URL('monitoring/', ROOT)));
    return { checked: 'prometheus.yml is read, every case of alerts.test.yml comes out', problems };
  },
};

export const monitoringChecks: readonly InfraCheck[] = [alerts, dashboards, scraping, promtool];
