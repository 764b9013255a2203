// Writes the schema down as Mermaid diagrams, one an area. Pure: the same schema gives the same text.
import { ERD_AREAS, type ErdArea, type ErdTable } from './erd-areas.ts';
import type { ForeignKey, SchemaTable, SchemaTables } from './read-tables.ts';

const HEAD = `# The tables

Made by \`npm run erd\` from a migrated database; a test fails when it is not what the schema gives. Each table with its keys (PK, FK) and
the few columns that tell most; sql/schema.sql has every column, check, index, function and grant. Lines are foreign keys. The tables of
the rows have none, for the sake of bulk loading: \`row_id\`, \`batch_id\` and \`account_id\` there are held by the writer and looked at by
the gate. A table without columns belongs to another area.
`;

/** @throws Error when a table has no area, or an area names what the schema does not have. */
export function erdText(schema: SchemaTables, areas: readonly ErdArea[] = ERD_AREAS): string {
  const problems = problemsOf(schema, areas);
  if (problems.length > 0) throw new Error(`scripts/docs/erd-areas.ts: ${problems.join('; ')}`);
  return [HEAD, ...areas.map((area) => areaText(schema, area))].join('\n');
}

function problemsOf({ tables }: SchemaTables, areas: readonly ErdArea[]): string[] {
  const described = areas.flatMap((area) => Object.entries(area.tables));
  const names = described.map(([name]) => name);
  const unknownColumns = described.flatMap(([name, { shows = [], holds = {} }]) =>
    [...shows, ...Object.keys(holds)]
      .filter((shown) => tables.get(name)?.columns.every((column) => column.name !== shown))
      .map((shown) => `${name} has no column ${shown}`),
  );
  return [
    ...[...tables.keys()].filter((name) => !names.includes(name)).map((name) => `${name} belongs to no area`),
    ...names.filter((name) => !tables.has(name)).map((name) => `there is no table ${name}`),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} belongs to two areas`),
    ...unknownColumns,
    ...described.flatMap(([name, { holds = {} }]) =>
      Object.values(holds)
        .filter((other) => !tables.has(other))
        .map((other) => `${name} holds what there is not: ${other}`),
    ),
  ];
}

function areaText({ tables, foreignKeys }: SchemaTables, { title, says, tables: described }: ErdArea): string {
  const own = foreignKeys.filter(({ child }) => child in described);
  const entities = Object.entries(described).map(([name, about]) => {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return entityText(table, about, own);
  });
  const held = Object.entries(described).flatMap(([name, { holds = {} }]) =>
    Object.entries(holds).map(([column, other]) => `  ${other} ||..o{ ${name} : "${column}"`),
  );
  const lines = Object.entries(described).map(
    ([name, { is }]) => `| \`${name}\` | ${tables.get(name)?.comment ?? is} |`,
  );
  return `## ${title}

${says}

| table | is |
| --- | --- |
${lines.join('\n')}

\`\`\`mermaid
erDiagram
${[...entities, ...own.map(relationText), ...held].join('\n')}
\`\`\`
`;
}

function entityText(
  { name, columns }: SchemaTable,
  { shows = [], holds = {} }: ErdTable,
  foreignKeys: readonly ForeignKey[],
): string {
  const foreign = new Set(foreignKeys.filter(({ child }) => child === name).flatMap((key) => key.columns));
  const shown = columns.filter(
    (column) => column.isPrimary || foreign.has(column.name) || shows.includes(column.name) || column.name in holds,
  );
  const lines = shown.map((column) => {
    const keys = [...(column.isPrimary ? ['PK'] : []), ...(foreign.has(column.name) ? ['FK'] : [])].join(', ');
    return `    ${[typeWord(column.type), column.name, keys].join(' ').trimEnd()}`;
  });
  return `  ${name} {\n${lines.join('\n')}\n  }`;
}

function relationText({ child, parent, columns, isOptional, isUnique }: ForeignKey): string {
  return `  ${parent} ${isOptional ? '|o' : '||'}--${isUnique ? 'o|' : 'o{'} ${child} : "${columns.join(', ')}"`;
}

/** Mermaid takes one word for a type. */
function typeWord(type: string): string {
  if (type === 'timestamp with time zone') return 'timestamptz';
  return type.replaceAll(' ', '_');
}
