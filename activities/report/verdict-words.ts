// Decides how each verdict is said to a person who has never read the design: a title, what it means, what to do next.
// Used by the report, the mail and the command line. Pure.
import type { Level, Verdict } from '../../domain/vocabulary.ts';

export interface VerdictWords {
  readonly title: string;
  readonly meaning: string;
  readonly next: string;
}

const NOTHING = 'Nothing to do.';

const WORDS: Readonly<Record<Verdict, VerdictWords>> = {
  matched: {
    title: 'Matched',
    meaning: 'Both sides say the same.',
    next: NOTHING,
  },
  matched_tolerance: {
    title: 'Matched within tolerance',
    meaning: 'Both sides agree up to the small difference that the rules allow.',
    next: 'Nothing to do now; the sum of these small differences is watched.',
  },
  matched_late: {
    title: 'Matched late',
    meaning: 'The partner came with a later day, and both sides now say the same.',
    next: NOTHING,
  },
  pending_timing: {
    title: 'Waiting for the other side',
    meaning: 'No partner yet, and the time it may take has not passed.',
    next: 'Wait: it closes by itself when the partner comes, and becomes missing when the time is over.',
  },
  pending_source: {
    title: 'Waiting for data',
    meaning: 'No partner yet, and the other side has not delivered the whole day.',
    next: 'Find out why that side is late; the day is decided again when it is complete.',
  },
  missing_internal: {
    title: 'Missing in your records',
    meaning: 'The processor moved this money, your records do not know it.',
    next: 'Find the order and book it, or ask the processor what it is.',
  },
  missing_processor: {
    title: 'Missing at the processor',
    meaning: 'Your records say that this money moved, the processor does not know it.',
    next: 'Check whether the payment really went through; correct the record, or claim it from the processor.',
  },
  amount_mismatch: {
    title: 'Amounts differ',
    meaning: 'Both sides know the movement and disagree about the amount.',
    next: 'Compare the two amounts with the order; correct the record, or claim the difference.',
  },
  currency_mismatch: {
    title: 'Currencies differ',
    meaning: 'Both sides know the movement in different currencies.',
    next: 'Find out in which currency the customer paid; correct the record. The whole amount counts as at risk.',
  },
  fee_mismatch: {
    title: 'Fees differ',
    meaning: 'The amounts agree, the processor took another fee than your records expect.',
    next: 'Compare the fee with your contract; correct the expected fee, or claim the difference.',
  },
  status_mismatch: {
    title: 'Statuses differ',
    meaning: 'One side says that the money moved, the other that it did not.',
    next: 'Look the payment up at the processor and correct the record. The whole amount counts as at risk.',
  },
  kind_mismatch: {
    title: 'Kinds differ',
    meaning: 'Both sides know the movement as different things, such as a refund and a dispute.',
    next: 'Look it up at the processor and correct the record. The whole amount counts as at risk.',
  },
  fx_variance: {
    title: 'Exchange rate differs',
    meaning: 'The conversion used another rate than the reference rate of the rules.',
    next: 'Compare the rate with your contract.',
  },
  duplicate_processor: {
    title: 'Twice at the processor',
    meaning: 'The processor moved the same money more often than your records say.',
    next: 'Check whether the customer was charged twice, and refund the surplus.',
  },
  duplicate_internal: {
    title: 'Twice in your records',
    meaning: 'Your records hold the same movement more often than the processor made it.',
    next: 'Remove the surplus record.',
  },
  ambiguous: {
    title: 'Several possible partners',
    meaning: 'More than one row fits equally well, and nothing tells them apart. Nothing is guessed.',
    next: 'Look at the rows together and decide which belong to each other.',
  },
  unexplained_remainder: {
    title: 'Payout does not add up',
    meaning: 'The entries of the payout do not sum to the amount that was paid out.',
    next: 'Ask the processor for the entries of this payout.',
  },
  not_in_bank: {
    title: 'Not in the bank',
    meaning: 'The processor says that it paid out, the bank statement does not show it.',
    next: 'Check the bank account, then ask the processor for proof of the transfer.',
  },
  data_error: {
    title: 'Row cannot be read',
    meaning: 'The row breaks the rules of its source, so its money is unknown (which is not zero).',
    next: 'Correct the row at its source and run the day again.',
  },
  unknown_type: {
    title: 'Unknown type',
    meaning: 'The source uses a code that no table knows; its money is counted, its meaning is not known.',
    next: 'Look the code up in the documentation of the source and add it to the mapping.',
  },
  ignored: {
    title: 'Ignored by a rule',
    meaning: 'A rule says that this row does not matter, such as test mode or a zero amount.',
    next: NOTHING,
  },
};

// Where the other side is the list of a payout's entries, some verdicts mean something else.
const OF_PAYOUTS: Partial<Record<Verdict, VerdictWords>> = {
  ambiguous: {
    title: 'Payout without a list of entries',
    meaning: 'The processor paid out and does not say what for, so that the payout cannot be added up.',
    next: 'Ask the processor for the entries; if it never lists them, set payoutsItemised: false for this account.',
  },
  pending_timing: {
    title: 'Waiting for the payout',
    meaning: 'These entries name a payout that has not come yet. Processors take up to ten days.',
    next: 'Wait: it closes by itself when the payout comes, and becomes a payout that does not add up after ten days.',
  },
};

export function verdictWords(verdict: Verdict, level: Level = 'activity'): VerdictWords {
  return (level === 'settlement' ? OF_PAYOUTS[verdict] : undefined) ?? WORDS[verdict];
}
