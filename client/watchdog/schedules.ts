// Schedules that do not tick: paused by somebody, or not there. What a zone's schedule does not start, nobody does.
import type { ReconConfig } from '../../worker/config.ts';
import { TYPED_AS } from '../help-examples.ts';
import { HOUSEKEEPING_SCHEDULE } from '../setup-housekeeping.ts';
import { describeSchedule } from '../temporal/apply-schedule.ts';
import type { TemporalAccess } from '../temporal/open-temporal.ts';
import { planSchedules } from '../temporal/schedule-plan.ts';
import { bounded, type Finding } from './finding.ts';

const NOTE_CHARS_MAX = 200;

export async function quietSchedules(access: TemporalAccess, config: ReconConfig): Promise<readonly Finding[]> {
  const daily = planSchedules(config).map(({ scheduleId, accounts, zone }) => ({
    scheduleId,
    what: `${accounts.length} account(s) of ${zone} are not reconciled`,
    resume: `${TYPED_AS} schedule resume --zone ${zone}`,
  }));
  const hourly = {
    scheduleId: HOUSEKEEPING_SCHEDULE,
    what: 'nothing that could not be sent is sent again',
    resume: `temporal schedule toggle --schedule-id ${HOUSEKEEPING_SCHEDULE} --unpause`,
  };
  const found = await Promise.all(
    [...daily, hourly].map(async ({ scheduleId, what, resume }): Promise<Finding[]> => {
      const severity = scheduleId === HOUSEKEEPING_SCHEDULE ? 'medium' : 'high';
      const description = await describeSchedule(access.client, scheduleId);
      if (description === undefined) {
        const detail = `does not exist: ${what}`;
        return [{ cause: 'schedule_missing', about: scheduleId, severity, detail, next: `${TYPED_AS} setup` }];
      }
      if (!description.state.paused) return [];
      const note = description.state.note ?? '';
      const detail = `is paused${note === '' ? '' : ` (${note.slice(0, NOTE_CHARS_MAX)})`}: ${what}`;
      return [{ cause: 'schedule_paused', about: scheduleId, severity, detail, next: resume }];
    }),
  );
  return bounded(found.flat());
}
