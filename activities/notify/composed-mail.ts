// What a composer makes: the words of a mail, without sender and recipients.
export interface ComposedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Where the report of a run is. */
export interface ReportAddress {
  /** A stable link that asks for a login; null where no address is configured. */
  readonly url: string | null;
  /** The file's place in the store; null while it is not published. */
  readonly location: string | null;
}

/** Plain text for subjects and text parts: spaces that break, minus signs that terminals have. */
export function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ').replaceAll('\u2212', '-').replaceAll('\u2019', "'");
}
