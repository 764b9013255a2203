// The allow-list projections of Square's records: the fields named here are all that is ever looked at. Buyers' e-mail
// addresses, cards, addresses, notes, reasons and receipt links end here. Never decides what a field means.
import { z } from 'zod';
import { DataError } from '../../../domain/data-error.ts';

// The SDK makes a bigint of every amount. PostgreSQL's bigint is the bound, and also Square's (int64).
const MINOR_MAX = 2n ** 63n - 1n;

const moneySchema = z.object({ amount: z.bigint().min(-MINOR_MAX).max(MINOR_MAX), currency: z.string() });
const feesSchema = z.array(z.object({ amountMoney: moneySchema.nullish() })).nullish();

const paymentSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  status: z.string(),
  // With the tip, which `amount_money` leaves out.
  totalMoney: moneySchema,
  processingFee: feesSchema,
  sourceType: z.string().nullish(),
  orderId: z.string().nullish(),
  referenceId: z.string().nullish(),
});

const refundSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  status: z.string(),
  amountMoney: moneySchema,
  processingFee: feesSchema,
  paymentId: z.string().nullish(),
  destinationType: z.string().nullish(),
});

const disputeSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  state: z.string(),
  amountMoney: moneySchema,
  disputedPayment: z.object({ paymentId: z.string().nullish() }).nullish(),
});

const payoutSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  status: z.string(),
  type: z.string().nullish(),
  amountMoney: moneySchema,
  arrivalDate: z.string().nullish(),
  endToEndId: z.string().nullish(),
});

const detailSchema = z.object({
  paymentId: z.string().nullish(),
  refundId: z.string().nullish(),
  disputeId: z.string().nullish(),
  payoutId: z.string().nullish(),
});

const entrySchema = z.object({
  id: z.string(),
  payoutId: z.string(),
  effectiveAt: z.string(),
  type: z.string(),
  grossAmountMoney: moneySchema,
  feeAmountMoney: moneySchema.nullish(),
  netAmountMoney: moneySchema,
});

export type SquareMoney = z.infer<typeof moneySchema>;
export type SquarePayment = z.infer<typeof paymentSchema>;
export type SquarePaymentKeys = Pick<SquarePayment, 'orderId' | 'referenceId'>;
export type SquareRefund = z.infer<typeof refundSchema>;
export type SquareDispute = z.infer<typeof disputeSchema>;
export type SquarePayout = z.infer<typeof payoutSchema>;
export type SquareEntry = z.infer<typeof entrySchema> & { readonly details: z.infer<typeof detailSchema> };

export const projectPayment = projection(paymentSchema);
export const projectRefund = projection(refundSchema);
export const projectDispute = projection(disputeSchema);
export const projectPayout = projection(payoutSchema);

const projectEntry = projection(entrySchema);
const projectDetail = projection(detailSchema);

/** An entry's details stand under one of 25 names, of which one is filled: `typeChargeDetails`, `typeRefundDetails`, … */
export function projectPayoutEntry(raw: object): SquareEntry {
  const detail = Object.entries(raw).find(([name, value]) => isDetail(name) && isObject(value))?.[1];
  return { ...projectEntry(raw), details: projectDetail(detail ?? {}) };
}

function isDetail(name: string): boolean {
  return name.startsWith('type') && name.endsWith('Details');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** The returned function throws a DataError naming the field that is not what Square documents. */
function projection<S extends z.ZodType>(schema: S): (raw: unknown) => z.infer<S> {
  return (raw) => {
    const result = schema.safeParse(raw);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw new DataError(issue?.path.join('.') || 'row', issue?.message ?? "is not a record of Square's");
  };
}
