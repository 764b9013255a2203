// How a proposal is named: its number and the beginning of its hash, so that whoever decides names what was looked at. Pure.
import { UsageError } from '../usage-error.ts';

const SHOWN_CHARS = 12;
const AT_ONCE_MAX = 500;

export interface ProposalName {
  readonly proposalId: bigint;
  readonly sha256Start: string;
}

export function proposalName(proposalId: bigint, sha256: string): string {
  return `${proposalId}@${sha256.slice(0, SHOWN_CHARS)}`;
}

/** Each once, ascending. @throws UsageError */
export function parseProposalNames(words: readonly string[]): readonly ProposalName[] {
  const names = [...new Set(words)].map(parse);
  if (names.length > AT_ONCE_MAX) throw new UsageError(`at most ${AT_ONCE_MAX} proposals at once`);
  return names.sort((one, other) => (one.proposalId < other.proposalId ? -1 : 1));
}

function parse(word: string): ProposalName {
  const [, number = '', sha256Start = ''] = /^([1-9]\d{0,17})@([0-9a-f]{12,64})$/.exec(word) ?? [];
  if (number === '') {
    throw new UsageError(`"${word}" names no proposal: write it as it is listed, such as 5@3f2a9c1d04be`);
  }
  return { proposalId: BigInt(number), sha256Start };
}
