// On the golden histories of the workflows, as a server recorded them.
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import {
  ApplicationFailure,
  DefaultFailureConverter,
  defaultFailureConverter,
  defaultPayloadConverter,
  type LoadedDataConverter,
} from '@temporalio/common';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { openedRunOf, type ReadableEvent, readableHistory } from './readable-history.ts';
import { historyText } from './workflow-histories.ts';

const converter = {
  payloadConverter: defaultPayloadConverter,
  failureConverter: defaultFailureConverter,
  payloadCodecs: [],
} as unknown as LoadedDataConverter;

let clean: ReadableEvent[];
let failed: ReadableEvent[];
beforeAll(async () => {
  clean = await readableHistory(await recorded('clean-day'), converter);
  failed = await readableHistory(await recorded('failed-day'), converter);
});

async function recorded(situation: string, change: (text: string) => string = (text) => text) {
  const text = await readFile(new URL(`../../workflows/histories/${situation}.json`, import.meta.url), 'utf8');
  return historyFromJSON(JSON.parse(change(text)));
}

const inBase64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

test('what travelled as payloads can be read', () => {
  expect(clean[0]).toMatchObject({
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
    userMetadata: { summary: 'stripe/clean 2026-03-02' },
    workflowExecutionStartedEventAttributes: {
      input: { payloads: [{ account: 'stripe/clean', date: '2026-03-02', trigger: 'manual' }] },
    },
  });
  expect(historyText([{ workflowId: 'w', temporalRunId: 'r', events: clean }])).not.toContain(inBase64('json/plain'));
});

test('where code stood is left out of failures, what they say is not', () => {
  const text = JSON.stringify(failed);
  expect(text).toContain('AuthRejected');
  expect(text).not.toContain('stackTrace');
  expect(text).not.toContain('node_modules');
});

test('a failure that was encoded says what it says where every other one does, and not where code stood', async () => {
  const encoded = new DefaultFailureConverter({ encodeCommonAttributes: true });
  const error = ApplicationFailure.create({ message: 'the key has expired', type: 'AuthRejected' });
  const failure = encoded.errorToFailure(error, defaultPayloadConverter);
  const events = [{ activityTaskFailedEventAttributes: { failure } }];
  const [event] = await readableHistory(historyFromJSON(JSON.parse(historyToJSON({ events }))), converter);
  expect(event).toMatchObject({
    activityTaskFailedEventAttributes: {
      failure: { message: 'the key has expired', applicationFailureInfo: { type: 'AuthRejected' } },
    },
  });
  expect(JSON.stringify(event)).not.toMatch(/stack|encodedAttributes|Encoded failure/);
});

test('what looks like personal data is blotted out, in payloads and beside them', async () => {
  const history = await recorded('clean-day', (text) =>
    text
      .replace(inBase64('"stripe/clean 2026-03-02"'), inBase64('"jane@example.com 4242424242424242"'))
      .replace('"identity": "recorded"', '"identity": "temporal-cli:jane@example.com"'),
  );
  const [started] = await readableHistory(history, converter);
  expect(started).toMatchObject({
    userMetadata: { summary: '(e-mail address) (card number)' },
    workflowExecutionStartedEventAttributes: { identity: expect.stringContaining('(e-mail address)') },
  });
  expect(JSON.stringify(started)).not.toMatch(/jane|4242/);
});

test('ends before the step that seals, so that it is the same before and after', async () => {
  const history = await recorded('clean-day', (text) => text.replace('"deliverNotifications"', '"sealEvidence"'));
  const cut = await readableHistory(history, converter);
  expect(cut.length).toBeLessThan(clean.length);
  expect(cut).toEqual(clean.slice(0, cut.length));
});

test('knows which run an execution opened', () => {
  expect(openedRunOf(clean)).toMatch(/^\d+$/);
  expect(openedRunOf([])).toBeNull();
  expect(openedRunOf(clean.slice(0, 5))).toBeNull();
});

test('an event is a line, and the whole is JSON', () => {
  const text = historyText([{ workflowId: 'w"1', temporalRunId: 'r', events: clean }]);
  const parsed = JSON.parse(text);
  expect(parsed).toMatchObject({ format: 'recon-history/1', executions: [{ workflowId: 'w"1', temporalRunId: 'r' }] });
  expect(parsed.executions[0].events).toHaveLength(clean.length);
  expect(text.split('\n').filter((line) => line.includes('"eventId"'))).toHaveLength(clean.length);
});
