// What recon.yaml may say of monitoring: the addresses on which a worker answers Prometheus and whoever asks for its health.
// Nothing is listened on where it says nothing.
import { z } from 'zod';

export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;

const listenPlace = z.string().transform((text, context): ListenPlace => {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= PORT_MAX) return { host, port };
  context.addIssue({ code: 'custom', message: `"${text}" is not of the form 127.0.0.1:9464` });
  return z.NEVER;
});

export const monitoringSchema = z
  .strictObject({
    /** /metrics, /healthz and /readyz. Metrics hold amounts: a private address. */
    listen: listenPlace,
    /** /metrics of the Temporal SDK, which serves them itself. */
    temporalListen: listenPlace.optional(),
  })
  .optional();

export function placeText({ host, port }: ListenPlace): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
