// What one step of `setup` (or of `schedule`) did: changed something, found it right, or was not let; and how that is shown.
import type { Output } from './output.ts';
import { toned } from './terminal/palette.ts';
import { renderTable } from './terminal/table.ts';

export interface SetupStep {
  readonly step: string;
  /** refused: the server does not let us; `detail` says what to do by hand. */
  readonly state: 'changed' | 'unchanged' | 'refused';
  readonly detail: string;
}

export function presentSteps(output: Output, steps: readonly SetupStep[], ifNone: string): void {
  const changed = steps.some((step) => step.state === 'changed');
  const { palette } = output;
  output.result({ changed, steps }, () => {
    const rows = steps.map((step) => [toned(palette, step.state), step.step, step.detail]);
    const table = renderTable(palette, [{ title: 'State' }, { title: 'What' }, { title: 'Detail' }], rows);
    return changed ? table : `${table}\n${ifNone}`;
  });
}
