// Asks Square for the payments that refunds name, for their keys alone: once each while it is remembered. Never takes what
// is no payment for one that is not there.
import { z } from 'zod';
import { SourceUnavailable } from '../../errors.ts';
import { SquareNotFound } from './square-error.ts';
import type { SquarePaymentKeys, SquareRefund } from './square-record.ts';
import { SQUARE_SOURCE, type SquareSession } from './square-session.ts';

// Parts of one order are refunded close together. Two short texts each: 1,000 are some 200 kB.
const REMEMBERED_MAX = 1_000;

const answerSchema = z.object({
  errors: z.array(z.unknown()).max(0).nullish(),
  payment: z.object({ id: z.string(), orderId: z.string().nullish(), referenceId: z.string().nullish() }),
});

/** One for each read of a list. */
export class RefundedPayments {
  /** The oldest first. */
  readonly #remembered = new Map<string, Promise<SquarePaymentKeys | null>>();

  /** Null where the refund names none, or one that Square does not know (any more). */
  async of({ paymentId }: SquareRefund, session: SquareSession): Promise<SquarePaymentKeys | null> {
    if (!paymentId) return null;
    const remembered = this.#remembered.get(paymentId);
    if (remembered !== undefined) return remembered;
    // The question itself is remembered: the refunds of a page ask side by side.
    const payment = askFor(paymentId, session);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= REMEMBERED_MAX && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(paymentId, payment);
    return payment;
  }
}

async function askFor(paymentId: string, session: SquareSession): Promise<SquarePaymentKeys | null> {
  let answer: unknown;
  try {
    answer = await session.request('PAYMENTS_READ', (client) => client.payments.get({ paymentId }));
  } catch (error) {
    if (error instanceof SquareNotFound) return null;
    throw error;
  }
  const { data } = answerSchema.safeParse(answer);
  if (data?.payment.id === paymentId) return data.payment;
  throw new SourceUnavailable(SQUARE_SOURCE, 'gave an answer that is not the payment that was asked for');
}
