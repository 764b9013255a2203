// Decides which bucket of age a discrepancy falls into on the day of a run; read-ageing.ts says the same in SQL. Pure.
import type { Age } from './run-report.ts';
import { ageDays } from './run-words.ts';

export function ageOf(businessDate: string, runDate: string): Age {
  const days = ageDays(businessDate, runDate);
  if (days <= 0) return 'same_day';
  if (days <= 3) return 'days_1_to_3';
  if (days <= 7) return 'days_4_to_7';
  return days <= 30 ? 'days_8_to_30' : 'older';
}
