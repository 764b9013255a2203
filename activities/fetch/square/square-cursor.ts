// Our own cursors over Square's lists: small JSON texts that commit with their page. They hold Square's cursor, which may
// have expired when we come back, so they never hold what cannot be read again from the shard's start.
import { z } from 'zod';

/** Where a list goes on: Square's cursor, or null for its first page. */
const listSchema = z.strictObject({ list: z.string().nullable() });
/** Where a shard of payouts goes on: in which page of payouts, at which payout, in which page of its entries. */
const payoutsSchema = z.strictObject({
  list: z.string().nullable(),
  /** The payout that was read last; null at the start of the page. */
  payout: z.string().nullable(),
  /** Square's cursor into its entries; null for their first page. */
  entries: z.string().nullable(),
  /** What its entries up to here add up to; null where one of them could not be read. */
  sum: z
    .string()
    .regex(/^-?\d+$/)
    .nullable(),
  /** True where all of its entries were read. */
  finished: z.boolean(),
});

export type SquareListCursor = z.infer<typeof listSchema>;
export type SquarePayoutsCursor = z.infer<typeof payoutsSchema>;

export const LIST_START: SquareListCursor = { list: null };
export const PAYOUTS_START: SquarePayoutsCursor = {
  list: null,
  payout: null,
  entries: null,
  sum: '0',
  finished: false,
};

export function squareListCursor(text: string | null): SquareListCursor {
  return parsed(text, listSchema, LIST_START);
}

export function squarePayoutsCursor(text: string | null): SquarePayoutsCursor {
  return parsed(text, payoutsSchema, PAYOUTS_START);
}

/** A text that is none of ours means the start: to read rows twice is harmless, to skip some is not. */
function parsed<T>(text: string | null, schema: z.ZodType<T>, start: T): T {
  if (text === null || text === '') return start;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? start;
  } catch {
    return start;
  }
}
