// Sends one request of the Square SDK and takes back only what Square can have said: a whole JSON object, from the
// address that was asked. Never follows a redirect, which would carry the token to wherever it points.
import { projectSquareAnswer } from './square-projection.ts';

/** The answer is no JSON object: cut short, or of something that stands between. What it says is not kept. */
export class NotAnAnswer extends Error {
  override readonly name = 'NotAnAnswer';
}

/** Ends with the signal, and after the time: the SDK's own signal is that of a clock which is not used. */
export function squareFetch(abort: AbortSignal, timeoutMs: number): typeof fetch {
  return async (url, init) => {
    const signal = AbortSignal.any([abort, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(url, { ...init, redirect: 'error', signal });
    const { status, statusText, headers } = response;
    const text = await response.text();
    if (!response.ok) return new Response(text, { status, statusText, headers });
    const projected = projectSquareAnswer(text);
    // The SDK takes a text that is no JSON for an empty list on its last page: half a page would be a silent gap.
    if (projected === null) throw new NotAnAnswer(`status ${status}, no JSON object`);
    return new Response(projected, { status, statusText, headers });
  };
}
