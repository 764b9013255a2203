// A source that stands ready to be measured: what recon.yaml says of it, and what was asked of it.
import { z } from 'zod';
import { pageReadSchema } from './pages-twice.ts';

/** Every request, and the pages that were given. */
export const requestLogSchema = z.object({ requests: z.int(), pages: z.array(pageReadSchema) });
export type RequestLog = z.infer<typeof requestLogSchema>;

export interface OpenSource {
  /** The account's `source` in recon.yaml. */
  readonly config: object;
  /** Null where nothing is asked over a network. */
  readonly requestsMin: number | null;
  /** What was asked since the last time; null where nothing is asked. */
  takeLog(): Promise<RequestLog | null>;
  stop(): Promise<void>;
}
