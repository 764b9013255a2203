// How a mail leaves: one way for SMTP and SES, with the three answers that the outbox tells apart.
export interface Mail {
  /** With angle brackets. The same for every try, so that a second copy can be recognised. */
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailTransport {
  /**
   * Resolves when the server has taken the mail for at least one recipient.
   * @throws MailRefused, MailDeferred, TransportUnavailable
   */
  send(mail: Mail): Promise<SentMail>;
  close(): Promise<void>;
}

export interface RefusedRecipient {
  readonly address: string;
  /** Trying again gives the same answer. */
  readonly forGood: boolean;
  /** "550", or the like. */
  readonly answer: string;
}

export interface SentMail {
  /** Whom the server did not take it for. */
  readonly refused: readonly RefusedRecipient[];
}

/** Said no for good: trying again gives the same answer. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
  constructor(reason: string, options?: ErrorOptions) {
    super(`refused for good: ${reason}`, options);
  }
}

/** Said not now, for this mail only. */
export class MailDeferred extends Error {
  override readonly name = 'MailDeferred';
  constructor(reason: string, options?: ErrorOptions) {
    super(`not taken now: ${reason}`, options);
  }
}

/** Cannot be reached, or does not let us in: no mail can leave. */
export class TransportUnavailable extends Error {
  override readonly name = 'TransportUnavailable';
  constructor(reason: string, options?: ErrorOptions) {
    super(`no mail can be sent: ${reason}`, options);
  }
}
