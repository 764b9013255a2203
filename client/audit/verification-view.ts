// Says in words and on the wire what a verification of the audit log found. Pure.
import type { AuditFinding } from '../../activities/audit/verify-audit.ts';
import type { ChainFinding } from '../../activities/audit/verify-chain.ts';
import { oneLine } from '../terminal/one-line.ts';
import type { Palette } from '../terminal/palette.ts';
import { renderTable } from '../terminal/table.ts';
import type { DeepFinding } from './verify-deep.ts';

const HASH_CHARS = 12;

/** What is broken outweighs what cannot be told. */
export function verdictOf(finding: AuditFinding, deep: DeepFinding | null): AuditFinding['verdict'] {
  if (finding.verdict === 'broken' || deep === null) return finding.verdict;
  if (deep.contents.wrong.length > 0 || deep.guards.length > 0) return 'broken';
  return deep.contents.unknown.length > 0 ? 'cannot' : finding.verdict;
}

export function verificationOnTheWire(finding: AuditFinding, deep: DeepFinding | null): object {
  return {
    verdict: verdictOf(finding, deep),
    chains: finding.chains.map(({ unanchoredSinceMs, ...chain }) => ({
      ...chain,
      unanchoredSince: unanchoredSinceMs === null ? null : new Date(unanchoredSinceMs).toISOString(),
    })),
    reasons: finding.reasons,
    ...(deep === null ? {} : { deep }),
  };
}

export function renderVerification(palette: Palette, finding: AuditFinding, deep: DeepFinding | null): string {
  const table = renderTable(
    palette,
    [
      { title: 'chain' },
      { title: 'good rows', align: 'right' },
      { title: 'anchored to', align: 'right' },
      { title: 'head' },
      { title: '' },
    ],
    finding.chains.map((chain) => lineOf(palette, chain)),
  );
  const faults = finding.chains.flatMap(({ fault }) =>
    fault === null
      ? []
      : [
          palette.bad(`${fault.chain} is broken at row ${fault.seq}: ${fault.kind}`),
          oneLine(`${fault.eventKey === null ? '' : `${fault.eventKey}: `}${fault.message}`),
        ],
  );
  const lines = [table, '', ...faults, ...finding.reasons.map(oneLine), ...deepLines(palette, deep)];
  return [...lines, SUMMARY[verdictOf(finding, deep)]].join('\n');
}

const SUMMARY: Readonly<Record<AuditFinding['verdict'], string>> = {
  intact: 'The audit log is intact.',
  broken: 'The audit log is broken: keep the database as it is, and compare it with the anchors and the latest backup.',
  cannot: 'It cannot be told whether the audit log is whole.',
};

function lineOf(palette: Palette, { chain, rows, anchoredTo, head, fault }: ChainFinding): string[] {
  const state = fault === null ? palette.good('intact') : palette.bad(fault.kind);
  return [chain, String(rows), String(anchoredTo), fault === null ? (head?.slice(0, HASH_CHARS) ?? '') : '', state];
}

function deepLines(palette: Palette, deep: DeepFinding | null): string[] {
  if (deep === null) return [];
  const { contents, guards } = deep;
  return [
    `${contents.right} digests of results, transitions and report files are what they were.`,
    ...contents.wrong.map((line) => palette.bad(oneLine(line))),
    ...contents.unknown.map((line) => palette.warning(oneLine(line))),
    guards.length === 0
      ? 'Triggers, functions, owners and grants are those of sql/schema.sql.'
      : palette.bad(`${guards.length} triggers, functions, owners or grants are not those of sql/schema.sql:`),
    ...guards.map(oneLine),
  ];
}
