// How a parser marks a reference that looks like personal data, until the projection has made a token of it. The mark holds the
// character NUL, which no key and no column of PostgreSQL can hold.
export type PersonalKind = 'card' | 'email';

const MARKS: Readonly<Record<PersonalKind, string>> = { card: '\u0000c\u0000', email: '\u0000e\u0000' };
const ANY_MARK = /\0[ce]\0/g;

export function marked(kind: PersonalKind, value: string): string {
  return MARKS[kind] + value;
}

export function isMarked(value: string | null): boolean {
  return value?.includes('\u0000') ?? false;
}

export function markedKinds(value: string | null): PersonalKind[] {
  if (value === null || !isMarked(value)) return [];
  return value.includes(MARKS.card) ? ['card'] : ['email'];
}

/** Also where a mark has got into the middle of a value that was put together. */
export function unmarked(value: string): string {
  return value.replace(ANY_MARK, '');
}
