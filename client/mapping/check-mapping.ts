// What `recon mapping check` finds: reads the whole file as a run would, keeps the first rows and counts the others.
import { SourceRejected } from '../../activities/errors.ts';
import type { CsvLayout } from '../../activities/fetch/file/csv-header.ts';
import { fileSource } from '../../activities/fetch/file/file.ts';
import type { FileIdentity } from '../../activities/fetch/file/file-source.ts';
import { mappedReading } from '../../activities/fetch/mapping/mapped-reading.ts';
import { mappingHash } from '../../activities/fetch/mapping/mapping.ts';
import type { Mapping } from '../../activities/fetch/mapping/mapping-schema.ts';
import { fieldColumns, namedColumns } from '../../activities/fetch/mapping/named-columns.ts';
import type { Source } from '../../activities/fetch/source.ts';
import { assertZone } from '../../domain/business-date.ts';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { UsageError } from '../usage-error.ts';
import { givenMapping } from './given-mapping.ts';
import { type Survey, Surveyor } from './surveyor.ts';

export interface CheckRequest {
  readonly file: string;
  readonly mapping?: string;
  readonly side?: Side;
  readonly account: string;
  readonly zone: string;
  readonly rows: number;
}

export interface MappingCheck extends Survey {
  readonly file: string;
  /** Null where the file has the names of the file contract. */
  readonly mapping: { readonly name: string; readonly hash: string } | null;
  readonly side: Side;
  readonly zone: string;
  readonly columns: { readonly read: readonly string[]; readonly notRead: readonly string[] };
}

export async function checkMapping(request: CheckRequest, signal: AbortSignal): Promise<MappingCheck> {
  const { file, zone } = request;
  assertKnownZone(zone);
  const mapping = request.mapping === undefined ? null : await givenMapping(request.mapping, request.side);
  const side = mapping?.side ?? request.side ?? 'processor';
  const headers = new Set<string>();
  const surveyor = new Surveyor(request.rows, mapping === null ? [] : fieldColumns(mapping));
  await surveyAll(sourceOf(request, side, mapping, headers), surveyor, signal);
  const named = mapping === null ? [] : namedColumns(mapping);
  return {
    file,
    mapping: mapping === null ? null : { name: request.mapping ?? '', hash: mappingHash(mapping) },
    side,
    zone,
    ...surveyor.survey(),
    columns: {
      read: named.filter((name) => headers.has(name)),
      notRead: mapping === null ? [] : [...headers].filter((name) => name !== '' && !named.includes(name)),
    },
  };
}

function sourceOf(
  { file, account, zone }: CheckRequest,
  side: Side,
  mapping: Mapping | null,
  headers: Set<string>,
): Source<ProcessorRow> | Source<InternalRow> {
  const mapped = mapping === null ? null : mappedReading(mapping, { side, snapshot: false });
  const listening = (identity: FileIdentity): CsvLayout => {
    if (mapped === null) throw new SourceRejected(file, 'has no mapping');
    const layout = mapped.layout(identity);
    return {
      ...layout,
      columns: (header, fileName) => {
        for (const name of header) headers.add(name.trim());
        return layout.columns(header, fileName);
      },
    };
  };
  const options = {
    ...{ account, zone, paths: [file], watermarkMs: null },
    ...(mapped === null ? {} : { encoding: mapped.encoding, layout: listening }),
  };
  return side === 'processor' ? fileSource({ ...options, side }) : fileSource({ ...options, side });
}

async function surveyAll(
  source: Source<ProcessorRow> | Source<InternalRow>,
  surveyor: Surveyor,
  signal: AbortSignal,
): Promise<void> {
  const plan = await source.plan({ fromMs: 0, toMs: 0 }, signal);
  for (const shard of plan.shards) {
    for await (const page of source.read(shard, null, signal)) surveyor.add(shard.name, page);
  }
}

function assertKnownZone(zone: string): void {
  try {
    assertZone(zone);
  } catch (error) {
    throw new UsageError(`--zone: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
