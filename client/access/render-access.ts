// How access is shown: people first, then what each role may do. What was granted past recon access add stands out.
import type { Palette } from '../terminal/palette.ts';
import { renderTable } from '../terminal/table.ts';
import type { Access } from './read-access.ts';
import { limitOnTheWire, limitWords } from './write-off-limit.ts';

const ROLES_SHOWN = ['worker', 'operator', 'approver', 'auditor', 'admin'];

export function renderAccess(palette: Palette, { people, grants, functions }: Access): string {
  return [peopleTable(palette, people), grantTable(palette, grants), functionTable(palette, functions)].join('\n\n');
}

function peopleTable(palette: Palette, people: Access['people']): string {
  const columns = [
    { title: 'Login' },
    { title: 'Roles' },
    { title: 'Accounts' },
    { title: 'May give up within 24 h' },
    { title: 'Entered' },
    { title: 'Remark' },
  ];
  const rows = people.map((one) => [
    one.login,
    one.granted.join(', ') || 'none',
    one.allAccounts ? 'all' : one.accounts.join(', '),
    one.entered?.includes('approver') ? limitWords(one.limits) : '',
    one.changedAtMs === null ? '' : `${new Date(one.changedAtMs).toISOString().slice(0, 10)} by ${one.changedBy}`,
    palette.warning(remarkOn(one)),
  ]);
  return renderTable(palette, columns, rows);
}

/** What an administrator should look at; empty where all is as it was entered. */
export function remarkOn({ entered, granted }: Pick<Access['people'][number], 'entered' | 'granted'>): string {
  if (entered === null) {
    const beyond = granted.filter((role) => role !== 'worker' && role !== 'auditor');
    return beyond.length === 0 ? '' : 'not entered: may not act, though the role was granted';
  }
  const missing = entered.filter((role) => !granted.includes(role));
  const beyond = granted.filter((role) => !entered.includes(role));
  return [
    ...(missing.length === 0 ? [] : [`entered as ${missing.join(', ')}, which the login is not`]),
    ...(beyond.length === 0 ? [] : [`granted ${beyond.join(', ')} past recon access add`]),
  ].join('; ');
}

function grantTable(palette: Palette, grants: Access['grants']): string {
  const tables = [...new Set(grants.map(({ table }) => table))];
  const columns = [{ title: 'Table' }, ...ROLES_SHOWN.map((title) => ({ title }))];
  const rows = tables.map((table) => [
    table,
    ...ROLES_SHOWN.map(
      (role) => grants.find((one) => one.table === table && one.role === `recon_${role}`)?.verbs.join(' ') ?? '',
    ),
  ]);
  return renderTable(palette, columns, rows);
}

function functionTable(palette: Palette, functions: Access['functions']): string {
  return renderTable(
    palette,
    [{ title: 'Function' }, { title: 'May be called by' }],
    functions.map(({ name, roles }) => [name, roles.join(', ')]),
  );
}

export function accessOnTheWire({ people, grants, functions }: Access): object {
  return {
    people: people.map(({ changedAtMs, limits, ...one }) => ({
      ...one,
      writeOffLimits: limits.map(limitOnTheWire),
      changedAt: changedAtMs === null ? null : new Date(changedAtMs).toISOString(),
      remark: remarkOn(one),
    })),
    grants,
    functions,
  };
}
