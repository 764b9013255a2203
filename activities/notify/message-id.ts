// The id of a message: made of what it is about, so that each try, on whichever machine, carries the same one. Pure.
import { hash } from 'node:crypto';

const MESSAGE_ID_CHARS = 40;

/** With angle brackets, as a mail wants it. */
export function messageIdOf(dedupeKey: string): string {
  return `<${hash('sha256', dedupeKey, 'hex').slice(0, MESSAGE_ID_CHARS)}@recon>`;
}

/** The same without them, for webhooks and Slack. */
export function bareId(messageId: string): string {
  return messageId.replace(/^<|@recon>$/g, '');
}
