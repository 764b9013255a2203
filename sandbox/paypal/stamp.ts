// How PayPal writes an instant and reads one: whole seconds, whatever stands behind them.
const ACCEPTED = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|z|[+-]\d{2}:?\d{2})$/;
const COLONLESS = /([+-]\d{2})(\d{2})$/;

/** As transactions carry it: without the colon that PayPal's own specification asks for. */
export function stampOf(seconds: number): string {
  return `${isoOf(seconds)}+0000`;
}

/** As balances carry it. */
export function zuluOf(seconds: number): string {
  return `${isoOf(seconds)}Z`;
}

/** Null where PayPal would not take it: without seconds, without an offset, or with a plus sign that became a space on its way. */
export function secondsOf(text: string): number | null {
  const [, date, time, offset] = ACCEPTED.exec(text) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return null;
  const ms = Date.parse(`${date}T${time}${offset.toUpperCase().replace(COLONLESS, '$1:$2')}`);
  // Date.parse takes 31 June for 1 July.
  const isDay = new Date(`${date}T00:00:00Z`).getUTCDate() === Number(date.slice(-2));
  return Number.isNaN(ms) || !isDay ? null : ms / 1000;
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, -5);
}
