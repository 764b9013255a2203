// Starts all that a laptop needs at once, and takes down what did start when one does not. Never leaves half a stack
// behind.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './host-environment.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { type LocalPostgres, startPostgres } from './postgres.ts';
import type { Progress } from './progress.ts';
import { type LocalTemporal, type SearchAttributeType, startTemporalServer } from './temporal-server.ts';

export interface StartStackOptions {
  /** Holds postgres/, temporal/ and mail/, and is kept; without it everything is thrown away at stop(). */
  readonly storeDir?: string | undefined;
  readonly durable: boolean;
  readonly ui: boolean;
  readonly mailbox: boolean;
  /** Where mails are kept even when the rest is not. */
  readonly mailDir?: string | undefined;
  readonly uiPort?: number | undefined;
  readonly namespace?: string | undefined;
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>> | undefined;
  readonly onProgress?: Progress | undefined;
  readonly environment?: Environment | undefined;
  /** Aborting gives up a start that is under way; once started, use stop(). */
  readonly signal?: AbortSignal | undefined;
}

export interface LocalStack {
  readonly postgres: LocalPostgres;
  readonly temporal: LocalTemporal;
  readonly mailbox: Mailbox | undefined;
  /** More than once is fine. */
  stop(): Promise<void>;
}

interface Stoppable {
  stop(): Promise<void>;
}

export async function startStack(options: StartStackOptions): Promise<LocalStack> {
  const giveUp = new AbortController();
  const signal = options.signal === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, options.signal]);
  const started: Stoppable[] = [];
  const stop = once(() => stopAll(started));
  const track = async <T extends Stoppable | undefined>(starting: Promise<T>): Promise<T> => {
    try {
      const server = await starting;
      if (server !== undefined) started.push(server);
      return server;
    } catch (error) {
      // The others may be minutes from ready (a first build): they need not go on.
      giveUp.abort(error);
      throw error;
    }
  };
  const parts = [
    track(postgresOf(options, signal)),
    track(temporalOf(options, signal)),
    track(mailboxOf(options)),
  ] as const;
  try {
    const [postgres, temporal, mailbox] = await Promise.all(parts);
    return { postgres, temporal, mailbox, stop };
  } catch (error) {
    await Promise.allSettled(parts);
    await stop();
    // Which of them is heard first is chance; the signal knows what came first.
    throw signal.aborted ? signal.reason : error;
  }
}

function postgresOf({ storeDir, durable, onProgress, environment }: StartStackOptions, signal: AbortSignal) {
  const dataDir = storeDir === undefined ? undefined : join(storeDir, 'postgres');
  return startPostgres({ dataDir, durable, onProgress, environment, signal });
}

function temporalOf(options: StartStackOptions, signal: AbortSignal) {
  const { storeDir, ui, uiPort, namespace, searchAttributes, onProgress, environment } = options;
  const dbFile = storeDir === undefined ? undefined : join(storeDir, 'temporal', 'temporal.db');
  return startTemporalServer({ dbFile, ui, uiPort, namespace, searchAttributes, onProgress, environment, signal });
}

async function mailboxOf({ mailbox, mailDir, storeDir }: StartStackOptions): Promise<Mailbox | undefined> {
  if (!mailbox) return undefined;
  const kept = mailDir ?? (storeDir === undefined ? undefined : join(storeDir, 'mail'));
  if (kept !== undefined) return startMailbox({ dir: kept });
  const dir = await mkdtemp(join(tmpdir(), 'recon-mail-'));
  const started = await startMailbox({ dir });
  const stop = () => started.stop().then(() => rm(dir, { recursive: true, force: true }));
  return { ...started, stop };
}

async function stopAll(started: readonly Stoppable[]): Promise<void> {
  const outcomes = await Promise.allSettled(started.map((server) => server.stop()));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, 'not every local server could be stopped');
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
