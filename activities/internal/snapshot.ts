// One read-only view of the company's database: everything asked here sees the same instant and can change nothing.
// Values arrive as PostgreSQL's own text. Closed by its opener; ends at once when the signal says so.
import { Client, type QueryArrayResult } from 'pg';
import { SourceRejected } from '../errors.ts';
import { type PostgresCaller, postgresError } from './postgres-error.ts';

export interface SnapshotOptions {
  readonly url: string;
  readonly caller: PostgresCaller;
}

export type Cell = string | null;

const CONNECT_TIMEOUT_MS = 10_000;
// While a page is stored the transaction is idle; longer than this means that nobody is there any more.
const IDLE_TIMEOUT_MS = 600_000;
/** No parser may turn a number into a float or a time into a Date. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

export class Snapshot {
  readonly #client: Client;
  readonly #options: SnapshotOptions;
  readonly #signal: AbortSignal;
  readonly #cancel = () => void this.#cancelRunning();
  #backendPid = '';

  private constructor(client: Client, options: SnapshotOptions, signal: AbortSignal) {
    this.#client = client;
    this.#options = options;
    this.#signal = signal;
  }

  static async open(options: SnapshotOptions, signal: AbortSignal): Promise<Snapshot> {
    signal.throwIfAborted();
    const snapshot = new Snapshot(clientOf(options), options, signal);
    try {
      await snapshot.#begin();
      return snapshot;
    } catch (error) {
      await snapshot.close();
      throw error;
    }
  }

  /** @throws SourceError. `values` are the query's parameters. */
  async query(text: string, values: readonly Cell[] = []): Promise<QueryArrayResult<Cell[]>> {
    this.#signal.throwIfAborted();
    try {
      return await this.#client.query<Cell[]>({ text, values: [...values], rowMode: 'array', types: AS_TEXT });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw postgresError(error, this.#options.caller);
    }
  }

  /** Ends the transaction with the connection. Never throws: what was read is read. */
  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#cancel);
    await this.#client.end().catch(() => undefined);
  }

  async #begin(): Promise<void> {
    // A connection that breaks while nothing runs is noticed by the next query.
    this.#client.on('error', () => undefined);
    try {
      await this.#client.connect();
    } catch (error) {
      throw postgresError(error, this.#options.caller);
    }
    this.#signal.addEventListener('abort', this.#cancel);
    await this.query(
      `begin transaction isolation level repeatable read read only;
       set local statement_timeout = ${Math.ceil(this.#options.caller.statementTimeoutMs)};
       set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS};
       set local timezone = 'UTC';
       set local datestyle = 'ISO, YMD'`,
    );
    const { rows } = await this.query('select pg_backend_pid()');
    this.#backendPid = rows[0]?.[0] ?? '';
  }

  /** Closing the socket would leave the query running until it wants to send; so it is told, from beside. */
  async #cancelRunning(): Promise<void> {
    if (this.#backendPid === '') return;
    const messenger = clientOf(this.#options);
    messenger.on('error', () => undefined);
    try {
      await messenger.connect();
      await messenger.query('select pg_cancel_backend($1::int)', [this.#backendPid]);
    } catch {
      // The statement timeout ends it, only later.
    } finally {
      await messenger.end().catch(() => undefined);
    }
  }
}

function clientOf({ url, caller }: SnapshotOptions): Client {
  try {
    return new Client({
      connectionString: url,
      application_name: 'recon',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // For a network that swallows the answer: the server's own limit comes first.
      query_timeout: caller.statementTimeoutMs + CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
  } catch {
    // The cause would hold the url, and the url holds the password.
    throw new SourceRejected(caller.source, 'its url is not of the form postgres://user:password@host:5432/database');
  }
}
