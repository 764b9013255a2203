// The few kinds of panel that the dashboards are made of, by Grafana's own builders: a line over time, a number, and rows of them.
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder as Dashboard,
  type DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimePanel } from '@grafana/grafana-foundation-sdk/timeseries';

export interface Query {
  readonly expr: string;
  /** How a line is named: `{{processor}}`. */
  readonly legend: string;
}

export interface PanelSpec {
  readonly title: string;
  /** What to make of it; shown at the title. */
  readonly about: string;
  /** As Grafana names it: s, percentunit, short, bytes. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** From here on it is red. */
  readonly badFrom?: number;
  /** A number of now; else a line over time. */
  readonly now?: true;
}

export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly about: string;
  readonly from: string;
  readonly rows: readonly RowSpec[];
}

const SOURCE = { type: 'prometheus', uid: '$source' };
const LATEST = new ReduceDataOptionsBuilder().calcs(['lastNotNull']);
const COLUMNS = 24;
const PANEL_HEIGHT = { now: 4, overTime: 8 };

export function buildDashboard({ uid, title, about, from, rows }: DashboardSpec): object {
  const dashboard = new Dashboard(title)
    .uid(uid)
    .description(about)
    .tags(['recon'])
    .timezone('utc')
    .time({ from, to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .withVariable(new DatasourceVariableBuilder('source').label('Prometheus').type('prometheus'));
  let id = 0;
  const nextId = () => {
    id += 1;
    return id;
  };
  for (const row of rows) addRow(dashboard, row, nextId);
  return dashboard.build();
}

function addRow(dashboard: DashboardBuilder, { title, panels }: RowSpec, nextId: () => number): void {
  dashboard.withRow(new RowBuilder(title).id(nextId()));
  const width = Math.floor(COLUMNS / panels.length);
  for (const panel of panels) dashboard.withPanel(panelOf(panel, width).id(nextId()));
}

function panelOf(spec: PanelSpec, width: number) {
  const { title, about, unit, queries, badFrom, now } = spec;
  const panel = (now === true ? new StatPanel().reduceOptions(LATEST) : new TimePanel())
    .title(title)
    .description(about)
    .unit(unit)
    .datasource(SOURCE)
    .span(width)
    .height(now === true ? PANEL_HEIGHT.now : PANEL_HEIGHT.overTime)
    .noValue('none');
  if (badFrom !== undefined) {
    const steps = [
      { value: null, color: 'green' },
      { value: badFrom, color: 'red' },
    ];
    panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  }
  queries.forEach(({ expr, legend }, at) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode('A'.charCodeAt(0) + at))
      .expr(expr)
      .legendFormat(legend);
    panel.withTarget(now === true ? query.instant() : query.range());
  });
  return panel;
}
