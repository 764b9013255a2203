// One thing that is checked of what runs the system: containers, Terraform, delivery, monitoring. `npm run check:infra` runs them all.

export interface InfraCheck {
  readonly name: string;
  /** problems: one line each, with the place. checked: how much was looked at, in a few words. */
  run(): Promise<{ readonly checked: string; readonly problems: readonly string[] }>;
}
