// Makes sure that the server knows the attributes that runs are filtered by, and waits until they can be used: a workflow
// that sets an unknown one is refused. Idempotent by name; never removes or retypes one.
import { pollUntil } from '../../local/poll-until.ts';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';
import { CannotDo } from '../cannot-do.ts';
import type { SetupStep } from '../setup-step.ts';
import { GRPC_STATUS, grpcDetails, hasGrpcStatus } from './grpc-status.ts';
import type { TemporalAccess } from './open-temporal.ts';

// temporal.api.enums.v1.IndexedValueType
const INDEXED_VALUE_TYPE = { TEXT: 1, KEYWORD: 2, INT: 3, DOUBLE: 4, BOOL: 5, DATETIME: 6, KEYWORD_LIST: 7 } as const;
const USABLE_TIMEOUT_MS = 60_000;
const USABLE_EVERY_MS = 250;

export interface SearchAttributeState {
  readonly missing: readonly string[];
  /** There under another type: only an administrator can mend that. */
  readonly mistyped: readonly string[];
}

export async function searchAttributeState({ connection, namespace }: TemporalAccess): Promise<SearchAttributeState> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const known = customAttributes ?? {};
  return {
    missing: SEARCH_ATTRIBUTES.filter(({ name }) => known[name] === undefined).map(({ name }) => name),
    mistyped: SEARCH_ATTRIBUTES.filter(
      ({ name, type }) => known[name] !== undefined && known[name] !== INDEXED_VALUE_TYPE[type],
    ).map(({ name }) => name),
  };
}

/** @throws CannotDo where one is there under another type, or the server does not let us add any. */
export async function ensureSearchAttributes(access: TemporalAccess): Promise<SetupStep> {
  const step = 'search attributes';
  const { missing, mistyped } = await searchAttributeState(access);
  if (mistyped.length > 0) {
    throw new CannotDo(
      `the search attributes ${mistyped.join(', ')} have another type on this server: use a namespace of its own for recon (temporal.namespace in the configuration)`,
    );
  }
  const all = SEARCH_ATTRIBUTES.map(({ name }) => name).join(', ');
  if (missing.length === 0) return { step, state: 'unchanged', detail: all };
  const types = SEARCH_ATTRIBUTES.filter(({ name }) => missing.includes(name));
  try {
    await access.connection.operatorService.addSearchAttributes({
      namespace: access.namespace,
      searchAttributes: Object.fromEntries(types.map(({ name, type }) => [name, INDEXED_VALUE_TYPE[type]])),
    });
  } catch (error) {
    if (!hasGrpcStatus(error, GRPC_STATUS.permissionDenied, GRPC_STATUS.unimplemented)) throw error;
    const wanted = types.map(({ name, type }) => `${name} (${type.toLowerCase()})`).join(', ');
    throw new CannotDo(
      `the server does not let this login add search attributes (${grpcDetails(error)}): add ${wanted} where it is administered, then run setup again`,
      { cause: error },
    );
  }
  await untilUsable(access);
  return { step, state: 'changed', detail: `added ${missing.join(', ')}` };
}

async function untilUsable({ client }: TemporalAccess): Promise<void> {
  const query = SEARCH_ATTRIBUTES.map(({ name }) => `${name} IS NULL`).join(' AND ');
  await pollUntil({
    what: 'Temporal to know its new search attributes',
    timeoutMs: USABLE_TIMEOUT_MS,
    intervalMs: USABLE_EVERY_MS,
    check: async () => {
      try {
        await client.workflow.count(query);
        return true;
      } catch (error) {
        if (hasGrpcStatus(error, GRPC_STATUS.invalidArgument)) return undefined;
        throw error;
      }
    },
  });
}
