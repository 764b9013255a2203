// Says which key ties a row to those it stands with. Pure.
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { idsWords, idWords, keyWords, listWords } from './explanation-words.ts';

export function tieReason(facts: ExplanationFacts, { rule, othersRows, groupId }: Standing): string {
  const shared = facts.candidates
    .filter(({ row }) => othersRows.some(({ rowId }) => rowId === row.rowId))
    .flatMap(({ sharedKeys }) => sharedKeys);
  const key = shared.find(({ type }) => type === rule) ?? shared[0];
  const rows = groupId === null ? 'Both rows carry' : `${listWords([facts.row, ...othersRows].map(idWords))} carry`;
  if (key === undefined)
    return `It was found together with ${idsWords(othersRows)} by ${(rule ?? 'a key').replaceAll('_', ' ')}.`;
  return `${rows} the ${keyWords(key)}.`;
}
