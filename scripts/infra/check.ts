// One offline check of what production is made of.
export interface InfraCheck {
  readonly name: string;
  run(): Promise<{ readonly checked: string; readonly problems: readonly string[] }>;
}
