// A server that a command needs does not answer, or does not let it in. Messages name the server without its login.

export class DatabaseUnreachable extends Error {
  override readonly name = 'DatabaseUnreachable';
  readonly place: string;
  constructor(place: string, reason: string, options?: ErrorOptions) {
    super(
      `the database at ${place} cannot be used: ${reason}. Start it, or correct the address and login that "database" names in the configuration.`,
      options,
    );
    this.place = place;
  }
}

export class TemporalUnreachable extends Error {
  override readonly name = 'TemporalUnreachable';
  readonly address: string;
  constructor(address: string, reason: string, options?: ErrorOptions) {
    super(
      `no Temporal server answers at ${address} (${reason}). Start it (temporal server start-dev), or correct temporal.address in the configuration or TEMPORAL_ADDRESS.`,
      options,
    );
    this.address = address;
  }
}
