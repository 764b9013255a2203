// Counts how often one read starts again because Square did not know its cursor any more, and ends that with a fact.
import { SourceUnavailable } from '../../errors.ts';
import { SquareCursorExpired } from './square-error.ts';
import { SQUARE_SOURCE } from './square-session.ts';

// A cursor expires when a worker was away for long, which happens once per read. More often, Square itself is in trouble.
const RESTARTS_PER_READ_MAX = 2;

export class SquareRestarts {
  #count = 0;
  readonly #shard: string;

  constructor(shard: string) {
    this.#shard = shard;
  }

  /** @throws what it was given unless that is an expired cursor and there are restarts left. */
  spend(error: unknown, at: string | null): void {
    // Without a cursor there is none to have expired.
    if (!(error instanceof SquareCursorExpired) || at === null) throw error;
    this.#count += 1;
    if (this.#count <= RESTARTS_PER_READ_MAX) return;
    const message = `cursors of ${this.#shard} expired ${this.#count} times in one read: it is tried again later`;
    throw new SourceUnavailable(SQUARE_SOURCE, message, { cause: error });
  }
}
