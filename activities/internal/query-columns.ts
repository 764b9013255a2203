// Decides which columns of the configured query are read: those with the file contract's names, nothing else, so that
// personal data in other columns never leaves the company's database. A column of a wrong type stops the source.
import { SourceRejected } from '../errors.ts';

export interface QueryColumn {
  readonly name: string;
  /** PostgreSQL's type, which decides how its text is read. */
  readonly typeOid: number;
}

export const TYPE = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  float4: 700,
  float8: 701,
  money: 790,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
} as const;

const REQUIRED = ['id', 'kind', 'amount', 'currency', 'occurredAt'];
const OPTIONAL = ['account', 'fee', 'status', 'processorReference', 'merchantReference', 'parentId'];
const FLAGS = ['reverses', 'movesBalance'];
const EXACT: ReadonlySet<number> = new Set([TYPE.int2, TYPE.int4, TYPE.int8, TYPE.numeric]);
// What does not keep money or time exactly, and what to write instead.
const UNFIT: ReadonlyMap<number, string> = new Map([
  [TYPE.float4, 'real, which does not keep cents'],
  [TYPE.float8, 'double precision, which does not keep cents'],
  [TYPE.money, 'money, whose text depends on the server'],
  [TYPE.timestamp, 'timestamp without time zone'],
  [TYPE.date, 'date, which is no instant'],
]);

/** @throws SourceRejected naming each column that is missing or of an unfit type. */
export function queryColumns(given: readonly QueryColumn[], source: string): readonly QueryColumn[] {
  const names = given.map((column) => column.name);
  const problems = REQUIRED.filter((name) => !names.includes(name)).map((name) => missing(name, names));
  const known = given.filter(({ name }) => [...REQUIRED, ...OPTIONAL, ...FLAGS].includes(name));
  for (const [index, column] of known.entries()) {
    if (known.findIndex(({ name }) => name === column.name) !== index) problems.push(`"${column.name}" is there twice`);
    problems.push(...unfit(column));
  }
  if (problems.length > 0) throw new SourceRejected(source, `its query must change: ${problems.join('; ')}`);
  return known;
}

function missing(name: string, names: readonly string[]): string {
  const folded = names.includes(name.toLowerCase()) && name !== name.toLowerCase();
  // PostgreSQL writes names without quotes in small letters.
  const hint = folded ? `, write ${name.toLowerCase()} as "${name}" in quotes` : '';
  return `column "${name}" is missing${hint}`;
}

function unfit({ name, typeOid }: QueryColumn): string[] {
  const what = UNFIT.get(typeOid);
  if (name === 'amount' || name === 'fee') {
    if (EXACT.has(typeOid)) return [];
    return [`"${name}" is ${what ?? 'not a number'}: write ${name}::numeric`];
  }
  if (name === 'occurredAt' && typeOid !== TYPE.timestamptz) {
    return [
      `"occurredAt" is ${what ?? 'not a timestamptz'}: write it as timestamptz, such as paid_at at time zone 'UTC'`,
    ];
  }
  return FLAGS.includes(name) && typeOid !== TYPE.bool ? [`"${name}" is not a boolean`] : [];
}
