// Decides whether what protects the audit log and everything else is in place: triggers, function bodies, owners and grants as
// sql/schema.sql shows them. Reads the catalog only. (Tables and views are left to the tests: how they are printed differs from one
// version of PostgreSQL to the next.)
import { readFile } from 'node:fs/promises';
import type { CommonQueryMethods } from 'slonik';
import { GRANTS, OWNERS, ROLES } from '../../sql/golden-grants.ts';
import { FUNCTIONS, type StatementQuery, TRIGGERS } from '../../sql/golden-objects.ts';

const GOLDEN = new URL('../../sql/schema.sql', import.meta.url);

const GUARDS: ReadonlyArray<readonly [title: string, query: StatementQuery]> = [
  ['Roles', ROLES],
  ['Owners', OWNERS],
  ['Triggers', TRIGGERS],
  ['Functions', FUNCTIONS],
  ['Grants', GRANTS],
];

/** What differs, a line each; none where all is as it should be. */
export async function compareGuards(connection: CommonQueryMethods, golden?: string): Promise<readonly string[]> {
  const text = golden ?? (await readFile(GOLDEN, 'utf8'));
  const lines: string[] = [];
  for (const [title, query] of GUARDS) {
    const found = (await connection.any(query)).map((row) => row.text);
    lines.push(...differences(title, sectionOf(text, title), found));
  }
  return lines;
}

function differences(title: string, wanted: string, found: readonly string[]): string[] {
  // A function's statement has several lines, and its own separator is one.
  const added = found.filter((statement) => !contains(wanted, statement));
  const missing = statementsOf(wanted).filter((statement) => !found.includes(statement));
  return [
    ...missing.map((statement) => `${title}: missing: ${oneLine(statement)}`),
    ...added.map((statement) => `${title}: not ours: ${oneLine(statement)}`),
  ];
}

function sectionOf(golden: string, title: string): string {
  const [, rest] = golden.split(`\n-- ${title}\n\n`);
  if (rest === undefined) throw new SyntaxError(`sql/schema.sql has no section ${title}`);
  return rest.split(/\n\n-- [A-Z]/)[0]?.trimEnd() ?? '';
}

/** A statement goes on in lines that are indented. */
function statementsOf(section: string): string[] {
  return section.split(/\n(?! )/).filter((statement) => statement !== '' && statement !== '-- none');
}

function contains(section: string, statement: string): boolean {
  return statementsOf(section).includes(statement);
}

function oneLine(statement: string): string {
  return statement.replaceAll(/\s*\n\s*/g, ' ');
}
