// What was asked is understood, and cannot be done as things stand; the message says why and what to do. Exit code 3.
export class CannotDo extends Error {
  override readonly name = 'CannotDo';
}
