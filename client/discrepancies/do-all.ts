// Does several things in one transaction: all of them or none, and says of each why it was refused.
import type { DatabasePool, DatabaseTransactionConnection } from 'slonik';
import { refusalOf } from '../database/refusal-of.ts';

/** One thing to do, and what it is called in the answer. */
export interface Step {
  readonly subject: string;
  /** @returns What was done, for people. */
  readonly act: (connection: DatabaseTransactionConnection) => Promise<string>;
}

export interface Done {
  readonly subject: string;
  readonly done: string;
}

export interface Refused {
  readonly subject: string;
  readonly refused: string;
}

export type Outcome = { readonly done: readonly Done[] } | { readonly refused: readonly Refused[] };

class NothingDone extends Error {
  override readonly name = 'NothingDone';
}

export async function doAll(database: DatabasePool, steps: readonly Step[]): Promise<Outcome> {
  const done: Done[] = [];
  const refused: Refused[] = [];
  try {
    await database.transaction(async (whole) => {
      for (const { subject, act } of steps) {
        // Each in a savepoint of its own, so that what was refused does not keep the others from being tried.
        try {
          done.push({ subject, done: await whole.transaction(act) });
        } catch (error) {
          const why = refusalOf(error);
          if (why === undefined) throw error;
          refused.push({ subject, refused: why });
        }
      }
      if (refused.length > 0) throw new NothingDone();
    });
  } catch (error) {
    if (!(error instanceof NothingDone)) throw error;
  }
  return refused.length > 0 ? { refused } : { done };
}
