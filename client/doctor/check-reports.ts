// Can reports be written? Writes one small object whose content never changes: a store may forbid to delete.
import { hash } from 'node:crypto';
import type { ObjectStore } from '../../activities/report/object-store.ts';
import { type Check, check, ok } from './check.ts';

const KEY = 'doctor/probe.txt';
const BODY = 'Written by recon doctor to see that reports can be written here.\n';

export function checkReports(open: () => Promise<ObjectStore>): Promise<Check> {
  return check('report store', async () => {
    const store = await open();
    const { location } = await store.put(KEY, Buffer.from(BODY), {
      contentType: 'text/plain; charset=utf-8',
      sha256: hash('sha256', BODY, 'hex'),
    });
    return ok(`can be written (${location})`);
  });
}
