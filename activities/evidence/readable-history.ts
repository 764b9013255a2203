// Makes of a workflow's history what an auditor can read: payloads decoded, stack traces left out, whatever looks like personal
// data blotted out. Up to the step that seals, and no further: so it is the same whenever it is read.
import type { LoadedDataConverter } from '@temporalio/common';
import { decodeFromPayloadsAtIndex } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { type History, historyToJSON, type JSONPayload, JSONToPayload } from '@temporalio/common/lib/proto-utils.js';
import { redacted } from '../fetch/row/personal-data.ts';

export type ReadableEvent = Readonly<Record<string, unknown>>;

/** The step that seals, as histories name it. */
const SEALING_STEP = 'sealEvidence';

/** @throws what the codec throws of a payload that it cannot decode: its key may come back. */
export async function readableHistory(history: History, converter: LoadedDataConverter): Promise<ReadableEvent[]> {
  const { events } = JSON.parse(historyToJSON(history)) as { events?: ReadableEvent[] };
  const all = events ?? [];
  const sealing = all.findIndex((event) => scheduledStep(event) === SEALING_STEP);
  const readable: ReadableEvent[] = [];
  for (const event of sealing < 0 ? all : all.slice(0, sealing)) {
    readable.push((await readablePart(event, converter)) as ReadableEvent);
  }
  return readable;
}

function scheduledStep(event: ReadableEvent): string | undefined {
  const scheduled = event.activityTaskScheduledEventAttributes as { activityType?: { name?: string } } | undefined;
  return scheduled?.activityType?.name;
}

// Paths of machines, and nothing about the day.
const LEFT_OUT: ReadonlySet<string> = new Set(['stackTrace', 'stack_trace']);

async function readablePart(part: unknown, converter: LoadedDataConverter): Promise<unknown> {
  if (typeof part === 'string') return redacted(part);
  if (typeof part !== 'object' || part === null) return part;
  if (isPayload(part)) return readableValue(await decodeFromPayloadsAtIndex(converter, 0, [JSONToPayload(part)]));
  if (Array.isArray(part)) {
    const items: unknown[] = [];
    for (const item of part) items.push(await readablePart(item, converter));
    return items;
  }
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(part)) {
    if (!LEFT_OUT.has(key)) entries.push([redacted(key), await readablePart(value, converter)]);
  }
  return withMessage(Object.fromEntries(entries));
}

/** A failure whose message was encoded says it where every other one does. */
function withMessage({ encodedAttributes, ...part }: Record<string, unknown>): Record<string, unknown> {
  if (encodedAttributes === undefined) return part;
  return { ...part, ...(encodedAttributes as { message?: string } | null) };
}

/** Of a payload; what it holds is not looked through for payloads again. */
function readableValue(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return redacted(value);
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  if (Array.isArray(value)) return value.map(readableValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      LEFT_OUT.has(key) ? [] : [[redacted(key), readableValue(inner)] as const],
    ),
  );
}

function isPayload(part: object): part is JSONPayload {
  const { metadata } = part as { metadata?: unknown };
  return typeof metadata === 'object' && metadata !== null && 'encoding' in metadata;
}

/** The run that an execution opened, by its number in the database; null where it opened none. */
export function openedRunOf(events: readonly ReadableEvent[]): string | null {
  const scheduled = events.find((event) => scheduledStep(event) === 'openRun')?.eventId;
  if (scheduled === undefined) return null;
  for (const event of events) {
    const completed = event.activityTaskCompletedEventAttributes as
      | { scheduledEventId?: unknown; result?: { payloads?: readonly { runId?: unknown }[] } }
      | undefined;
    if (completed?.scheduledEventId !== scheduled) continue;
    const runId = completed?.result?.payloads?.[0]?.runId;
    return typeof runId === 'string' ? runId : null;
  }
  return null;
}
