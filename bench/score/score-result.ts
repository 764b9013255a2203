// Compares what was said of each row with what is true of it. Counts, never judges: what is worth how much is the reader's.
// Holds every row of the truth, about 300 bytes each.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { VERDICT_SEPARATOR } from '../world/world-row.ts';
import { readAnswers } from './read-answers.ts';

export interface SituationScore {
  readonly rows: number;
  /** Verdict and, where groups were given, group. */
  readonly right: number;
}

export interface Score {
  readonly rows: number;
  readonly right: number;
  /** Something is wrong with the row, and it was called settled or not named at all. */
  readonly missed: number;
  /** Nothing is wrong with the row, and it was called otherwise. */
  readonly false: number;
  /** Wrong it is, or settled, but by another word. */
  readonly misnamed: number;
  /** Settled rows of which nothing was said. */
  readonly unsaid: number;
  /** The verdict is right, but the row stands with others than those that explain it. Not counted where no group was given. */
  readonly misgrouped: number;
  /** Said of rows that are not in the world, or said twice. */
  readonly invented: number;
  readonly situations: Readonly<Record<string, SituationScore>>;
}

type Word = 'right' | 'missed' | 'false' | 'misnamed' | 'unsaid';

interface TruthRow {
  readonly verdict: string;
  readonly group: string;
  readonly situation: string;
  word: Word | null;
  groupSaid: string;
}

/** Sum of the hashes of the members: two groups are the same where their members are, in whatever order. */
type Groups = Map<string, number>;

const HASHES = 2 ** 51;
const SETTLED: ReadonlySet<string> = new Set(['matched', 'matched_tolerance', 'matched_late', 'ignored']);

/** @throws SyntaxError where a line of the result is not a row. */
export async function scoreResult(truthFile: string, resultFile: string): Promise<Score> {
  const groups: Groups = new Map();
  const truth = await readTruth(truthFile, groups);
  const groupsSaid: Groups = new Map();
  let invented = 0;
  for await (const { side, id, verdict, group } of readAnswers(resultFile)) {
    const key = `${side} ${id}`;
    const row = truth.get(key);
    if (row === undefined || row.word !== null) {
      invented += 1;
      continue;
    }
    row.word = wordFor(row.verdict, verdict);
    row.groupSaid = group;
    addMember(groupsSaid, group, key);
  }
  const isApart = ({ word, group, groupSaid }: TruthRow) =>
    word === 'right' && groupsSaid.size > 0 && group !== '' && groups.get(group) !== groupsSaid.get(groupSaid);
  return { ...count(truth.values(), isApart), rows: truth.size, invented };
}

function count(rows: Iterable<TruthRow>, isApart: (row: TruthRow) => boolean): Omit<Score, 'rows' | 'invented'> {
  const counts = { right: 0, missed: 0, false: 0, misnamed: 0, unsaid: 0, misgrouped: 0 };
  const situations: Record<string, { rows: number; right: number }> = {};
  for (const row of rows) {
    const word = row.word ?? wordFor(row.verdict, undefined);
    const apart = isApart(row);
    counts[word] += 1;
    if (apart) counts.misgrouped += 1;
    const situation = situations[row.situation] ?? { rows: 0, right: 0 };
    situations[row.situation] = situation;
    situation.rows += 1;
    if (word === 'right' && !apart) situation.right += 1;
  }
  return { ...counts, situations };
}

function wordFor(verdicts: string, said: string | undefined): Word {
  const accepted = verdicts.split(VERDICT_SEPARATOR);
  const isSettled = accepted.some((verdict) => SETTLED.has(verdict));
  if (said === undefined) return isSettled ? 'unsaid' : 'missed';
  // Whether a match came late is not asked: a world is one day.
  if (said === verdicts || accepted.includes(said === 'matched_late' ? 'matched' : said)) return 'right';
  if (isSettled === SETTLED.has(said)) return 'misnamed';
  return isSettled ? 'false' : 'missed';
}

async function readTruth(path: string, groups: Groups): Promise<Map<string, TruthRow>> {
  const truth = new Map<string, TruthRow>();
  // The same few words stand on every line: one text of each is kept.
  const words = new Map<string, string>();
  const word = (text: string) => {
    const known = words.get(text);
    if (known !== undefined) return known;
    words.set(text, text);
    return text;
  };
  let isHeader = true;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [side = '', id = '', verdict = '', group = '', situation = ''] = line.split(',');
    if (!isHeader) {
      const key = `${side} ${id}`;
      truth.set(key, { verdict: word(verdict), group, situation: word(situation), word: null, groupSaid: '' });
      addMember(groups, group, key);
    }
    isHeader = false;
  }
  return truth;
}

function addMember(groups: Groups, group: string, key: string): void {
  if (group !== '') groups.set(group, ((groups.get(group) ?? 0) + hashOf(key)) % HASHES);
}

/** FNV-1a and a sibling of it: below HASHES, so that a sum of two is exact. */
function hashOf(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (let at = 0; at < text.length; at += 1) {
    high = Math.imul(high ^ text.charCodeAt(at), 0x01000193);
    low = Math.imul(low ^ text.charCodeAt(at), 0x85ebca6b);
  }
  return (high >>> 13) * 2 ** 32 + (low >>> 0);
}
