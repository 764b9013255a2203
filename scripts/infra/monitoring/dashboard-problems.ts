// What is wrong with a dashboard file: a panel over something that no worker shows, or over nothing, or two of one id.
import { z } from 'zod';
import { expressionProblems } from './known-metrics.ts';

const panelSchema = z.object({
  id: z.int().positive(),
  type: z.string(),
  title: z.string().min(1),
  targets: z.array(z.object({ expr: z.string(), refId: z.string() })).optional(),
});
const dashboardSchema = z.object({
  uid: z.string().min(1),
  title: z.string().min(1),
  panels: z.array(panelSchema).min(1),
});

export interface DashboardReading {
  readonly panels: number;
  readonly problems: readonly string[];
}

export function readDashboard(file: string, body: unknown): DashboardReading {
  const parsed = dashboardSchema.safeParse(body);
  if (!parsed.success) {
    return {
      panels: 0,
      problems: parsed.error.issues.map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`),
    };
  }
  const { panels } = parsed.data;
  const shown = panels.filter(({ type }) => type !== 'row');
  const problems = shown.flatMap(({ title, targets = [] }) => {
    const found = targets.length === 0 ? ['it shows nothing'] : targets.flatMap(({ expr }) => expressionProblems(expr));
    return found.map((problem) => `${file}, panel "${title}": ${problem}`);
  });
  const twice = panels.filter(({ id }, at) => panels.findIndex((other) => other.id === id) !== at);
  return {
    panels: shown.length,
    problems: [...problems, ...twice.map(({ id }) => `${file}: two panels have the id ${id}`)],
  };
}
