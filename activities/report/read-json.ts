// Reads a report in JSON line by line and adds up its list, without ever holding all of it; then what stands around the
// list, which must be valid by itself. Must not trust that a line is what it should be.
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { csvText } from './csv-cell.ts';
import { ListTally, type ReadList } from './read-list.ts';
import { FILE_DIGEST, NO_FILE_DIGEST } from './render-json.ts';

export interface ReadJson extends ReadList {
  /** Everything but the differences. */
  readonly around: unknown;
  /** SHA-256 of the canonical result as it stands in the file. */
  readonly resultSha256: string | null;
  /** Of the whole file; null where it says none. */
  readonly fileDigest: { readonly said: string; readonly is: string } | null;
}

const side = z.object({ externalId: z.string() }).nullable();
const line = z.object({
  discrepancyId: z.string(),
  section: z.string(),
  severity: z.string(),
  verdict: z.string(),
  level: z.string(),
  kind: z.string(),
  businessDate: z.string(),
  currency: z.string(),
  amount: z.string(),
  anchorSide: z.string(),
  anchorExternalId: z.string(),
  partnerExternalId: z.string().nullable(),
  processor: side,
  internal: side,
});

const RESULT = '"result":';

/** @throws SyntaxError where the file is not valid JSON. */
export async function readJson(path: string): Promise<ReadJson> {
  const tally = new ListTally();
  const around: string[] = [];
  const digest = createHash('sha256');
  let resultSha256: string | null = null;
  let said: string | undefined;
  let inList = false;
  let separated = true;
  let count = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const ownDigest = FILE_DIGEST.exec(text)?.[1];
    said = ownDigest ?? said;
    digest.update(ownDigest === undefined ? text : NO_FILE_DIGEST).update('\n');
    if (inList && text !== '],') {
      if (!separated) throw new SyntaxError(`${path}: a comma is missing between two discrepancies`);
      separated = text.endsWith(',');
      count += 1;
      addLine(tally, line.parse(JSON.parse(separated ? text.slice(0, -1) : text)));
      continue;
    }
    inList = around.push(text) === 1;
    if (text.startsWith(RESULT)) resultSha256 = hash('sha256', text.slice(RESULT.length, -1), 'hex');
  }
  // The list is empty here; what stands around it must be valid by itself, and its last line must not promise another.
  const parsed: unknown = JSON.parse(around.join('\n'));
  if (separated && count > 0) throw new SyntaxError(`${path}: the list of discrepancies ends with a comma`);
  const fileDigest = said === undefined ? null : { said, is: digest.digest('hex') };
  return { ...tally.read(), around: parsed, resultSha256, fileDigest };
}

function addLine(tally: ListTally, of: z.infer<typeof line>): void {
  const idOf = (name: 'processor' | 'internal') =>
    of[name]?.externalId ?? (of.anchorSide === name ? of.anchorExternalId : of.partnerExternalId);
  tally.add({ ...of, processorId: csvText(idOf('processor')), internalId: csvText(idOf('internal')) });
}
