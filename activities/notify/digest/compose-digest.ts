// Composes the digest of a zone. What it says is decided where the page of the digest says the same. Pure.
import type { Severity } from '../../../domain/vocabulary.ts';
import type { Digest } from '../../report/digest/digest.ts';
import { accountWords, worstFirst } from '../../report/digest/digest-account.ts';
import { type DigestPart, digestStanding } from '../../report/digest/digest-standing.ts';
import { severityWords } from '../../report/run-words.ts';
import { plain } from '../composed-mail.ts';
import { boundedLines, type Notice } from '../notice.ts';

export interface ComposedDigest {
  readonly kind: 'digest' | 'supplement' | 'all_clear';
  readonly severity: Severity | null;
  readonly notice: Notice;
  /** Accounts without a result of the day. */
  readonly waiting: readonly string[];
}

export function composeDigest(digest: Digest, part: DigestPart): ComposedDigest {
  const { zone, date } = digest;
  const { tone, severity, isClear, sentence, next, short, worst, failed, waiting } = digestStanding(digest, part);
  return {
    kind: isClear ? 'all_clear' : part,
    severity,
    waiting,
    notice: {
      tone,
      label: isClear ? 'All clear' : part === 'supplement' ? 'Supplement' : severityWords(severity ?? 'low'),
      about: zone,
      date,
      sentence: plain(sentence),
      next: plain(next),
      short: plain(short),
      lines: boundedLines(
        worstFirst(digest.accounts).map((account) => ({ name: account.account, value: plain(accountWords(account)) })),
      ),
      commands: [
        ...(worst === null
          ? []
          : [{ what: 'The worst first', command: `npm run recon -- reports open ${worst}/${date}` }]),
        ...(failed[0] === undefined
          ? []
          : [{ what: 'Try again', command: `npm run recon -- retry ${failed[0]}/${date}` }]),
        { what: 'The day on one page', command: `npm run recon -- reports digest ${zone}/${date}` },
      ],
      link: null,
    },
  };
}
