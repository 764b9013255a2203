// Decides what looks like personal data that may not enter the database: card numbers and e-mail addresses.
// Pure; never shows or keeps what it found.

// A run of digits that touches a letter is part of a hash or an id; one in a hundred thousand would look like a card.
const CARD_UNBROKEN = /(?<![0-9A-Za-z])\d{13,19}(?![0-9A-Za-z])/g;
// As printed on cards: 4-4-4-n and 4-6-5. Any other grouping (a UUID's 8-4-4-4-12) is not a card.
const CARD_GROUPED =
  /(?<![0-9A-Za-z-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![0-9A-Za-z-])/g;
// Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro: prefix and the lengths they issue.
const ISSUED =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|(?:6011|64[4-9]\d|65\d\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12,15}|62\d{14,17}|(?:50[1-3]\d|5[6-8]\d\d|6304|67\d\d)\d{9,15})$/;
// Lengths of RFC 5321; without them the search would be quadratic.
const EMAIL = /[^\s@"'<>(),;:]{1,64}@[^\s@"'<>(),;:]{1,189}\.[^\s@"'<>(),;:.]{2,63}/g;

export const CARD_DIGITS_MIN = 13;

/** True for 13 to 19 digits with a known issuer's prefix and a valid check digit, anywhere in the text. */
export function holdsCardNumber(text: string): boolean {
  if (text.length < CARD_DIGITS_MIN) return false;
  for (const pattern of [CARD_UNBROKEN, CARD_GROUPED]) {
    for (const [candidate] of text.matchAll(pattern)) if (isCardNumber(candidate)) return true;
  }
  return false;
}

export function holdsEmail(text: string): boolean {
  return text.includes('@') && text.search(EMAIL) >= 0;
}

/** The text with card numbers and e-mail addresses blotted out, for reasons and messages that quote input. */
export function redacted(text: string): string {
  const withoutEmails = text.includes('@') ? text.replace(EMAIL, '(e-mail address)') : text;
  if (withoutEmails.length < CARD_DIGITS_MIN) return withoutEmails;
  const blot = (candidate: string) => (isCardNumber(candidate) ? '(card number)' : candidate);
  return withoutEmails.replace(CARD_UNBROKEN, blot).replace(CARD_GROUPED, blot);
}

function isCardNumber(candidate: string): boolean {
  const digits = candidate.replace(/[ -]/g, '');
  return ISSUED.test(digits) && hasCheckDigit(digits);
}

/** Luhn (ISO/IEC 7812-1): every second digit from the right doubled, digit sums add to a multiple of ten. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = digits.charCodeAt(index) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}
