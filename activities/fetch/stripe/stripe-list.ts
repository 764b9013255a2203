// Decides whether an answer is a page of one of Stripe's lists. What a cursor rests on is checked on every page: a list
// that runs in a circle or out of its window is no list, and nothing of it is believed.
import { z } from 'zod';
import { SourceUnavailable } from '../../errors.ts';
import { STRIPE_SOURCE } from './stripe-session.ts';

/** Stripe counts whole seconds. */
export interface CreatedRange {
  readonly gte: number;
  readonly lt: number;
}

export interface StripePage<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
  /** Where the next page begins; null where there is no row yet. */
  readonly lastId: string | null;
}

export const LIST_ROWS = 100;

/** Rounded up at both ends, neighbouring slices still touch and never share a second. */
export function wholeSeconds({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): CreatedRange {
  return { gte: Math.ceil(fromMs / 1_000), lt: Math.ceil(toMs / 1_000) };
}

/** @returns a reader of pages of `what`, such as `transactions`. */
export function stripeListReader<T extends { readonly id: string; readonly created: number }>(
  what: string,
  element: z.ZodType<T>,
): (answer: unknown, after: string | null, created?: CreatedRange) => StripePage<T> {
  const schema = z.object({ data: z.array(element), has_more: z.boolean() });
  return (answer, after, created) => {
    const result = schema.safeParse(answer);
    if (!result.success) throw notBelieved(`gave an answer that is not a list of ${what}`);
    const { data, has_more: hasMore } = result.data;
    const lastId = data.at(-1)?.id ?? after;
    if (hasMore && lastId === after) throw notBelieved('gave a page that leads nowhere');
    if (after !== null && data.some(({ id }) => id === after)) throw notBelieved('gave the page before once more');
    if (created !== undefined && data.some((row) => row.created < created.gte || row.created >= created.lt)) {
      throw notBelieved('gave rows from outside the window that was asked for');
    }
    return { data, hasMore, lastId };
  };
}

function notBelieved(message: string): SourceUnavailable {
  return new SourceUnavailable(STRIPE_SOURCE, message);
}
