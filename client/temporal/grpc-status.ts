// Status codes of Temporal's answers that decide what we do next. https://grpc.io/docs/guides/status-codes/
import { chain } from '../explain-error.ts';

export const GRPC_STATUS = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  failedPrecondition: 9,
  unimplemented: 12,
} as const;

type Status = (typeof GRPC_STATUS)[keyof typeof GRPC_STATUS];

export function hasGrpcStatus(error: unknown, ...statuses: readonly Status[]): boolean {
  return chain(error).some((cause) => 'code' in cause && statuses.includes(cause.code as Status));
}

/** What the server said, without the code in front of it. */
export function grpcDetails(error: unknown): string {
  const said = chain(error).find((cause) => 'details' in cause);
  return said !== undefined && 'details' in said ? String(said.details) : String(error);
}
