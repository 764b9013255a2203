// Decides what each side says where a difference is about more than a pair: the rows of a group or cluster, or the entries of a
// payout. Pure: model in, text out.
import type { Side } from '../../domain/vocabulary.ts';
import type { SideLine } from './difference-view.ts';
import type { ReportedDiscrepancy } from './run-report.ts';
import { decimalWords, foreignText, plural } from './run-words.ts';

// Some twenty ids; report.json has them in full.
const IDS_CHARS_MAX = 300;

/** @param own what the anchor says for itself, where this is its side and its row is at hand. */
export function jointLines(discrepancy: ReportedDiscrepancy, side: Side, own: readonly SideLine[]): SideLine[] {
  const { anchorSide, anchorExternalId, partnerExternalId, besideExternalIds } = discrepancy;
  const isOwn = side === anchorSide;
  const sums = discrepancy.differences.map(({ field, processor, internal }) => {
    const value = (side === 'processor' ? processor : internal) ?? 'unknown';
    const isMoney = field === 'amount' || field === 'fee';
    const words = isMoney ? decimalWords(value, discrepancy.currency) : foreignText(value);
    return differing(field === 'amount' ? `${words} in all` : `${field} ${words}`);
  });
  const ids = isOwn ? [anchorExternalId, besideExternalIds] : [partnerExternalId];
  const idLines = ids.flatMap((text) => (text === null ? [] : [idLine(text)]));
  if (!isOwn) return [...surplusLines(discrepancy), ...sums, ...idLines];
  if (sums.length > 0) return [...sums, ...idLines];
  return own.length === 0 ? idLines : [...own, ...(besideExternalIds === null ? [] : [idLine(besideExternalIds)])];
}

/** Of equal rows that are too many: how many the other side has for them. */
function surplusLines({ members, surplus }: ReportedDiscrepancy): SideLine[] {
  if (surplus === null) return [];
  if (members === null) return [differing('none left for it')];
  return [differing(`${plural(members - surplus, 'row')} for ${members}`)];
}

/** What stands against a payout, or against entries without one. */
export function settlementLines({ verdict, differences, currency, closedBy }: ReportedDiscrepancy): SideLine[] {
  if (closedBy !== null) return [plain('adds up now')];
  const expected = differences.find(({ field }) => field === 'amount')?.internal ?? null;
  // A payout takes from the balance what its entries brought: they are its opposite.
  if (expected !== null) return [differing(`entries: ${decimalWords(opposite(expected), currency)}`)];
  if (verdict === 'ambiguous') return [differing('no entries listed')];
  if (verdict === 'unknown_type') return [plain('not compared')];
  return [plain('no payout yet')];
}

function opposite(decimal: string): string {
  if (decimal.startsWith('-')) return decimal.slice(1);
  return /[1-9]/.test(decimal) ? `-${decimal}` : decimal;
}

const plain = (text: string): SideLine => ({ text, differs: false, isId: false });
const differing = (text: string): SideLine => ({ text, differs: true, isId: false });
const idLine = (text: string): SideLine => ({ text: foreignText(text, IDS_CHARS_MAX), differs: false, isId: true });
