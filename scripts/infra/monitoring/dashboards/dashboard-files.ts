// The dashboards as the files that Grafana loads.
import { ENGINE } from './engine.ts';
import { OPERATIONS } from './operations.ts';
import { buildDashboard } from './panels.ts';
import { TEMPORAL } from './temporal.ts';

/** By file name, in monitoring/grafana/dashboards. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    [OPERATIONS, ENGINE, TEMPORAL].map((spec) => [
      `${spec.uid.replace('recon-', '')}.json`,
      `${JSON.stringify(buildDashboard(spec), null, 2)}\n`,
    ]),
  );
}
