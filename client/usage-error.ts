// What was typed cannot be done as typed; the message names the input and what to type instead. Exit code 2.
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
