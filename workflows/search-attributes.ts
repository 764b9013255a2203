// What the Temporal UI and CLI can filter runs by. Plain text on the server: no personal data, no amounts.
import { defineSearchAttributeKey } from '@temporalio/common';

export const RECON_PROCESSOR = defineSearchAttributeKey('ReconProcessor', 'KEYWORD');
export const RECON_ACCOUNT = defineSearchAttributeKey('ReconAccount', 'KEYWORD');
export const RECON_DATE = defineSearchAttributeKey('ReconDate', 'KEYWORD');
export const RECON_OUTCOME = defineSearchAttributeKey('ReconOutcome', 'KEYWORD');
export const RECON_TRIGGER = defineSearchAttributeKey('ReconTrigger', 'KEYWORD');
export const RECON_DISCREPANCIES = defineSearchAttributeKey('ReconDiscrepancies', 'INT');

export const SEARCH_ATTRIBUTES = [
  RECON_PROCESSOR,
  RECON_ACCOUNT,
  RECON_DATE,
  RECON_OUTCOME,
  RECON_TRIGGER,
  RECON_DISCREPANCIES,
] as const;
