// Decides what an account is called: `processor/name`, for example stripe/us. Ids are unique only inside it.
const ACCOUNT = /^[a-z][a-z0-9_-]{0,30}\/[a-z0-9][a-z0-9_.-]{0,60}$/;

/** @throws RangeError when the text is not of the form processor/name. */
export function parseAccountName(text: string): { account: string; processor: string } {
  if (!ACCOUNT.test(text)) throw new RangeError(`"${text}" is not an account: write processor/name, such as stripe/us`);
  return { account: text, processor: text.slice(0, text.indexOf('/')) };
}
