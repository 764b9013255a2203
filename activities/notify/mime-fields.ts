// Decides the headers of every mail of ours, whatever it is sent with. Pure.
import type { Mail } from './mail-transport.ts';

export function mimeFields({ messageId, from, to, subject, text, html }: Mail) {
  return {
    messageId,
    from,
    to: [...to],
    subject,
    text,
    html,
    headers: {
      // RFC 3834: nobody's out-of-office should answer.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      // Amazon SES replaces the Message-ID by its own; this one stays, so that a second copy can still be recognised.
      'X-Recon-Message-ID': messageId,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
