// Square's cursors: opaque, bound to the query they came from, and short-lived; each use gives a new one.
import { invalidRequest } from './square-failure.ts';

export interface Cursor {
  /** Sort key and id of the last row that was given. */
  readonly afterMs: number;
  readonly afterId: string;
}

export function writeCursor(cursor: Cursor, signature: string, nowMs: number): string {
  return Buffer.from(JSON.stringify([cursor.afterMs, cursor.afterId, signature, nowMs])).toString('base64url');
}

export function readCursor(text: string, signature: string, rules: { nowMs: number; cursorLifeMs: number }): Cursor {
  const parts = parse(text);
  if (parts === null || parts[2] !== signature || rules.nowMs - parts[3] > rules.cursorLifeMs) {
    throw invalidRequest('INVALID_CURSOR', 'cursor', 'The provided cursor is invalid or has expired.');
  }
  return { afterMs: parts[0], afterId: parts[1] };
}

function parse(text: string): [number, string, string, number] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(parts) && parts.length === 4 ? (parts as [number, string, string, number]) : null;
  } catch {
    return null;
  }
}
