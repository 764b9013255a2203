// Verifies one chain of the audit log against its anchors, and says in one JSON line what that cost.
import { createFolderAnchorStore } from '../activities/audit/folder-anchor-store.ts';
import { verifyAudit } from '../activities/audit/verify-audit.ts';
import { createDatabase } from '../sql/database.ts';
import { round } from './part.ts';

const [url = '', folder = '', chain = ''] = process.argv.slice(2);
const database = await createDatabase({ url, poolSizeMax: 1, applicationName: 'recon bench' });
try {
  const startedMs = performance.now();
  const finding = await verifyAudit({ database, store: createFolderAnchorStore(folder), nowMs: Date.now() }, chain);
  const seconds = round((performance.now() - startedMs) / 1_000);
  const events = Number(finding.chains.reduce((sum, { rows }) => sum + rows, 0n));
  const rssMb = Math.round(process.resourceUsage().maxRSS / 1_024);
  process.stdout.write(`${JSON.stringify({ events, verdict: finding.verdict, seconds, rssMb })}\n`);
} finally {
  await database.end();
}
