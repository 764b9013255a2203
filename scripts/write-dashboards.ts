// Writes monitoring/grafana/dashboards/*.json again, after a change in scripts/infra/monitoring/dashboards.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dashboardFiles } from './infra/monitoring/dashboards/dashboard-files.ts';

const folder = new URL('../monitoring/grafana/dashboards/', import.meta.url);
for (const [name, text] of dashboardFiles()) {
  await writeFile(new URL(name, folder), text);
  process.stdout.write(`${fileURLToPath(new URL(name, folder))}\n`);
}
