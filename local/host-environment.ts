// The one place in local/ that reads the process's environment; everything else takes it as an argument.

export type Environment = Readonly<Record<string, string | undefined>>;

export function hostEnvironment(): Environment {
  return process.env;
}

/**
 * What a server child inherits: enough to be found and to find its home, nothing that could redirect it (PG*,
 * TEMPORAL_*, AWS_*).
 */
export function bareEnvironment(environment: Environment): Record<string, string> {
  const bare: Record<string, string> = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of ['PATH', 'HOME', 'TMPDIR']) {
    const value = environment[name];
    if (value !== undefined) bare[name] = value;
  }
  return bare;
}

/** The environment as a child process takes it: names without a value are left out. */
export function definedEnvironment(environment: Environment): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) defined[name] = value;
  return defined;
}
