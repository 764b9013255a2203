// Decides whether a plan loops over the pool: a nested loop, or a subquery asked row by row, that read too often or touched
// many times the rows that the pool has; or any join that met so many. Reads a plan as EXPLAIN (ANALYZE, FORMAT JSON) writes it.

export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string;
  readonly 'Subplan Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

// A look-up by index for so many rows is quick whatever the pool; for a twentieth of a large pool, too.
const LOOPS_MIN = 50_000;
const LOOPS_SHARE = 0.05;
// What grows with the square of the pool soon touches far more than that.
const TOUCHED_TIMES_POOL = 10;

/** @returns what each of them did. */
export function nestedLoopsOver(plan: PlanNode, poolRows: number): string[] {
  const loopsMax = Math.max(LOOPS_MIN, LOOPS_SHARE * poolRows);
  const touchedMax = Math.max(LOOPS_MIN, TOUCHED_TIMES_POOL * poolRows);
  const found: string[] = [];
  for (const node of nodesOf(plan)) {
    const met = isHashOrMerge(node)
      ? (node['Actual Rows'] ?? 0) * (node['Actual Loops'] ?? 0) + removedByJoin(node)
      : 0;
    if (met > touchedMax) found.push(`${node['Node Type']}: ${Math.round(met)} pairs met, pool ${poolRows}`);
    for (const inner of innersOf(node)) {
      const loops = readsOf(inner);
      const touched = [...nodesOf(inner)].reduce((sum, part) => sum + touchedBy(part), 0) + removedByJoin(node);
      if (loops <= loopsMax && touched <= touchedMax) continue;
      const what = inner['Subplan Name'] ?? `${node['Node Type']} over ${inner['Node Type']}`;
      found.push(`${what}: ${loops} loops, ${Math.round(touched)} rows touched, pool ${poolRows}`);
    }
  }
  return found;
}

function* nodesOf(plan: PlanNode): Generator<PlanNode> {
  yield plan;
  for (const part of plan.Plans ?? []) yield* nodesOf(part);
}

/** What is begun again for every row of something else. */
function innersOf(node: PlanNode): readonly PlanNode[] {
  const parts = node.Plans ?? [];
  const isLoop = node['Node Type'] === 'Nested Loop';
  return parts.filter((part) => {
    const relationship = part['Parent Relationship'];
    return (isLoop && relationship === 'Inner') || relationship === 'SubPlan';
  });
}

// Where rows come from: what stands above a scan passes the same rows on.
function touchedBy(node: PlanNode): number {
  const isScan = node.Plans === undefined || node['Node Type'] === 'Materialize';
  const perLoop =
    (isScan ? (node['Actual Rows'] ?? 0) : 0) +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0) +
    (node['Rows Removed by Join Filter'] ?? 0);
  return perLoop * (node['Actual Loops'] ?? 0);
}

/** How often it was read: less than it began where what it read is kept, or a condition said that there is nothing to read. */
function readsOf(inner: PlanNode): number {
  return Math.max(
    ...[...nodesOf(inner)].filter(({ Plans }) => Plans === undefined).map((leaf) => leaf['Actual Loops'] ?? 0),
  );
}

function isHashOrMerge({ 'Node Type': type }: PlanNode): boolean {
  return type === 'Hash Join' || type === 'Merge Join';
}

function removedByJoin(node: PlanNode): number {
  return (node['Rows Removed by Join Filter'] ?? 0) * (node['Actual Loops'] ?? 0);
}
