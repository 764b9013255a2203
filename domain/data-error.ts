// A row that cannot be read as the contract says. The row is quarantined with this reason; the rest goes on.
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly field: string;

  constructor(field: string, reason: string) {
    super(`${field}: ${reason}`);
    this.field = field;
  }
}
