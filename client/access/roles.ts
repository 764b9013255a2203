// What a person can be. The database has a role for each: recon_operator, recon_approver, recon_auditor, recon_admin.
export const ROLES = ['operator', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function databaseRole(role: Role): `recon_${Role}` {
  return `recon_${role}`;
}
