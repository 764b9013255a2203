import { expect, test } from '@jest/globals';
import {
  type AuditAnchor,
  anchorKey,
  anchorSha256,
  anchorText,
  chainOfAnchorKey,
  parseAnchor,
} from './audit-anchor.ts';
import { checkAnchors, type StoredAnchor } from './audit-anchored.ts';

const CHAIN = 'stripe/us';

/** Anchors of a chain at these numbers, each continuing the one before. */
function anchorsAt(...numbers: readonly number[]): StoredAnchor[] {
  const stored: StoredAnchor[] = [];
  for (const [at, toSeq] of numbers.entries()) {
    const previous = stored.at(-1);
    const anchor: AuditAnchor = {
      chain: CHAIN,
      epoch: 1,
      fromSeq: String((numbers[at - 1] ?? 0) + 1),
      toSeq: String(toSeq),
      head: 'ab'.repeat(32),
      previousAnchorSha: previous === undefined ? null : anchorSha256(previous.text),
      time: '2026-01-31T04:10:00.000Z',
    };
    stored.push({ key: anchorKey(anchor), text: anchorText(anchor), disturbed: null });
  }
  return stored;
}

const THREE = anchorsAt(3, 9, 12);
const changed = (at: number, changes: Partial<StoredAnchor>) =>
  THREE.map((stored, index) => (index === at ? { ...stored, ...changes } : stored));

test('anchors that continue each other are right, in whatever order they are listed', () => {
  const { anchors, fault } = checkAnchors(CHAIN, THREE.toReversed());
  expect(fault).toBeNull();
  expect(anchors.map(({ toSeq }) => toSeq)).toEqual(['3', '9', '12']);
  expect(checkAnchors(CHAIN, [])).toEqual({ anchors: [], fault: null });
});

test.each([
  ['was changed', changed(1, { text: (THREE[1]?.text ?? '').replace('abab', 'cdcd') }), 10n],
  ['is no anchor', changed(1, { text: '{}' }), 4n],
  ['has blanks that were not written', changed(1, { text: `${THREE[1]?.text} ` }), 4n],
  ['was replaced or hidden', changed(1, { disturbed: 'was hidden' }), 4n],
  ['is gone', THREE.toSpliced(1, 1), 4n],
  ['stands under another name', changed(1, { key: `audit/anchors/${CHAIN}/000001-000000000000000010.json` }), 4n],
])('an anchor that %s is a fault', (_what, stored, seq) => {
  expect(checkAnchors(CHAIN, stored).fault).toMatchObject({ kind: 'anchor_changed', chain: CHAIN, seq });
});

test('the anchors of another chain do not pass for this one’s', () => {
  expect(checkAnchors('stripe/uk', THREE).fault).toMatchObject({ kind: 'anchor_changed' });
});

test('keys sort as their numbers do, and tell their chain', () => {
  const keys = [2, 10, 100].map((toSeq) => anchorKey({ chain: CHAIN, epoch: 1, toSeq: String(toSeq) }));
  expect(keys.toSorted()).toEqual(keys);
  expect(keys.map(chainOfAnchorKey)).toEqual([CHAIN, CHAIN, CHAIN]);
  expect(chainOfAnchorKey('reports/stripe/us/report.html')).toBeNull();
});

test('an anchor is read back as it was written', () => {
  const text = THREE[0]?.text ?? '';
  expect(anchorText(parseAnchor(text) as AuditAnchor)).toBe(text);
});
