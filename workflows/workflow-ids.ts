// Business ids of workflows: the same work has the same id, so that it cannot run twice at once.

export function accountDayWorkflowId(account: string, date: string): string {
  return `reconcile/${account}/${date}`;
}

export function backfillWorkflowId(account: string, from: string, to: string): string {
  return `backfill/${account}/${from}..${to}`;
}
