// Writes the whole schema down as text: what the migrations come to, for a person to read and for a test to compare.
// The same database gives the same text, byte for byte; the months of the volume tables are left out, they come and go.
import type { CommonQueryMethods } from 'slonik';
import { GRANTS, OWNERS, ROLES } from './golden-grants.ts';
import {
  ANYTHING_ELSE,
  ENUM_TYPES,
  FUNCTIONS,
  INDEXES,
  PARTITIONS,
  SEQUENCES,
  type StatementQuery,
  TABLES,
  TRIGGERS,
  VIEWS,
} from './golden-objects.ts';

const HEADER = `-- What the migrations come to, read from the catalog: for reading, never run. A test compares it with a migrated database;
-- RECON_UPDATE_GOLDEN=1 writes it again.
`;

const SECTIONS: readonly (readonly [title: string, query: StatementQuery, separator: string])[] = [
  ['Roles', ROLES, '\n'],
  ['Owners', OWNERS, '\n'],
  ['Types', ENUM_TYPES, '\n'],
  ['Sequences', SEQUENCES, '\n'],
  ['Tables', TABLES, '\n\n'],
  ['Partitions', PARTITIONS, '\n'],
  ['Indexes', INDEXES, '\n'],
  ['Triggers', TRIGGERS, '\n'],
  ['Views', VIEWS, '\n\n'],
  ['Functions', FUNCTIONS, '\n'],
  ['Grants', GRANTS, '\n'],
  ['Anything else', ANYTHING_ELSE, '\n'],
];

export async function goldenSchema(database: CommonQueryMethods): Promise<string> {
  let text = HEADER;
  for (const [title, query, separator] of SECTIONS) {
    const statements = (await database.any(query)).map((row) => row.text);
    text += `\n-- ${title}\n\n${statements.length === 0 ? '-- none' : statements.join(separator)}\n`;
  }
  return text;
}
