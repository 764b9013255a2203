// The address of an execution in Temporal's web UI; null where the configuration does not say where that is. Pure.
import type { TemporalPlace } from '../../worker/temporal-place.ts';

export function workflowLink(
  { uiUrl, namespace }: Pick<TemporalPlace, 'uiUrl' | 'namespace'>,
  workflowId: string,
  runId?: string,
): string | null {
  if (uiUrl === undefined) return null;
  const base = uiUrl.replace(/\/+$/, '');
  const execution = `${base}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return runId === undefined ? execution : `${execution}/${encodeURIComponent(runId)}/history`;
}
