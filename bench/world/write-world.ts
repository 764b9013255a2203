// Writes a world: both sides in each format, and the truth of every row. Streams; memory is the same for ten rows and for
// a hundred million. The same seed, size and residue are the same bytes on every machine.
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../sandbox/world/random.ts';
import { type FileFormat, headerOf, lineOf } from './lines.ts';
import { plainPair } from './plain.ts';
import { Shop } from './shop.ts';
import { dealSituations, shuffle } from './situations.ts';
import { TRUTH_COLUMNS, VERDICT_SEPARATOR, type WorldRow, type WorldSituation } from './world-row.ts';

export interface WorldOptions {
  readonly folder: string;
  /** On the processor's side; the shop's has a few more or less. */
  readonly rows: number;
  readonly seed: string;
  /** Share of rows that are in a situation, and not one of a plain pair. */
  readonly residue: number;
  readonly formats: readonly FileFormat[];
  /** Dealt before everything else. */
  readonly first?: (shop: Shop) => Iterable<WorldSituation>;
}

export interface WorldSize {
  readonly processor: number;
  readonly internal: number;
}

export const WORLD_DATE = '2026-01-10';
/** A payment may take three hours, a refund ten days, and who looks for a row by its amount waits a day: refunds are pending. */
export const WORLD_AS_OF = '2026-01-12T00:00:00Z';
// Where a row stands in its file says nothing about its partner.
const SHUFFLED_ROWS = 10_000;

export async function writeWorld(options: WorldOptions): Promise<WorldSize> {
  await mkdir(options.folder, { recursive: true });
  const random = new Random(`world ${options.seed}`);
  const sides = {
    processor: sideFiles(options, 'processor', random),
    internal: sideFiles(options, 'internal', random),
  };
  const truth = createWriteStream(join(options.folder, 'truth.csv'));
  truth.write(`${TRUTH_COLUMNS.join(',')}\n`);
  let situations = 0;
  let truthText = '';
  for (const { name, rows } of situationsOf(options, new Shop(random, Date.parse(WORLD_DATE)), random)) {
    situations += 1;
    const named = new Set<string>();
    for (const { row, verdicts, group } of rows) {
      const names = row.side === 'internal' ? row.names : null;
      sides[row.side].waiting.push({ row, isRepeated: names !== null && named.has(names) });
      if (names !== null) named.add(names);
      const label = group === null ? '' : `${situations}${group}`;
      truthText += `${row.side},${row.id},${verdicts.join(VERDICT_SEPARATOR)},${label},${name}\n`;
    }
    if (sides.processor.waiting.length < SHUFFLED_ROWS) continue;
    await Promise.all([sides.processor.flush(), sides.internal.flush(), written(truth, truthText)]);
    truthText = '';
  }
  await Promise.all([sides.processor.end(), sides.internal.end(), ended(truth, truthText)]);
  const size = { processor: sides.processor.rows(), internal: sides.internal.rows() };
  await writeFile(join(options.folder, 'world.json'), worldJson(options, size, situations));
  return size;
}

function* situationsOf(options: WorldOptions, shop: Shop, random: Random): Generator<WorldSituation> {
  const dealt = dealSituations(shop, random);
  let rows = 0;
  let residue = 0;
  for (const situation of options.first?.(shop) ?? []) yield situation;
  while (rows < options.rows) {
    const isResidue = residue < rows * options.residue;
    const situation = isResidue ? dealt.next().value : plainPair(shop);
    const own = situation.rows.filter(({ row }) => row.side === 'processor').length;
    rows += own;
    if (isResidue) residue += own;
    yield situation;
  }
}

function sideFiles({ folder, formats }: WorldOptions, side: WorldRow['side'], random: Random) {
  const files = formats.map((format) => {
    const stream = createWriteStream(join(folder, `${side}.${format}`));
    stream.write(headerOf(format, side));
    return { format, stream };
  });
  const waiting: { readonly row: WorldRow; readonly isRepeated: boolean }[] = [];
  let rows = 0;
  const texts = () => {
    shuffle(waiting, random);
    rows += waiting.length;
    const all = files.map(({ format, stream }) => ({
      stream,
      text: waiting.map(({ row, isRepeated }) => lineOf(format, row, isRepeated)).join(''),
    }));
    waiting.length = 0;
    return all;
  };
  return {
    waiting,
    rows: () => rows,
    flush: () => Promise.all(texts().map(({ stream, text }) => written(stream, text))),
    end: () => Promise.all(texts().map(({ stream, text }) => ended(stream, text))),
  };
}

async function written(stream: WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

async function ended(stream: WriteStream, text: string): Promise<void> {
  stream.end(text);
  await once(stream, 'finish');
}

function worldJson({ seed, residue, formats }: WorldOptions, size: WorldSize, situations: number): string {
  const world = { date: WORLD_DATE, asOf: WORLD_AS_OF, seed, residue, rows: size, situations, formats };
  return `${JSON.stringify(world, null, 2)}\n`;
}
