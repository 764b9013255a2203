// What one step of `setup` (or `schedule apply`) did: changed something, found it right, or was not let.
export interface SetupStep {
  readonly step: string;
  /** refused: the server does not let us; `detail` says what to do by hand. */
  readonly state: 'changed' | 'unchanged' | 'refused';
  readonly detail: string;
}
