// Decides which fact an error of S3 is. By its name and status, never by its text; what the operator has to do is the
// message.
import { S3ServiceException } from '@aws-sdk/client-s3';
import { AuthRejected, RateLimited, SourceError, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { errorCode } from '../request/error-code.ts';

const NEEDED = 's3:ListBucket on the bucket, s3:GetObject on the prefix, and kms:Decrypt for its key';

const REFUSED: Readonly<Record<string, string>> = {
  AccessDenied: `denies access: the role needs ${NEEDED}`,
  AccountProblem: 'denies access: there is a problem with the AWS account, ask AWS',
  AllAccessDisabled: 'denies access: access to it is switched off',
  InvalidAccessKeyId: 'does not know the access key: give the worker a valid one, better a role',
  SignatureDoesNotMatch: 'does not accept the secret access key: give the worker a valid one, better a role',
  ExpiredToken: "the worker's AWS session has expired: renew it, better give the worker a role",
  InvalidToken: "the worker's AWS session is not valid: renew it, better give the worker a role",
  CredentialsProviderError: 'no AWS credentials found: give the task a role, or set a profile',
  TokenProviderError: 'no AWS credentials found: give the task a role, or set a profile',
};

const REJECTED: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist: create it, or correct the location',
  NoSuchKey: 'there is no such object any more: put it back, or start a new run',
  NotFound: 'there is no such object any more: put it back, or start a new run',
  InvalidObjectState: 'is archived: restore it from the archive first',
  PermanentRedirect: "is in another region: set the location's region",
  AuthorizationHeaderMalformed: "is in another region: set the location's region",
  IllegalLocationConstraintException: "is in another region: set the location's region",
};

const WAIT: ReadonlySet<string> = new Set([
  'SlowDown',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
]);

/** The object is there, and is another one. */
export class ObjectChanged extends SourceUnavailable {}

/** `place`: the bucket or the object, for the message. */
export function s3Error(error: unknown, place: string): SourceError {
  if (error instanceof SourceError) return error;
  const name = error instanceof Error ? error.name : 'unknown error';
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const options = { cause: error };
  if (WAIT.has(name) || status === 429) return new RateLimited(place, null, options);
  const refused = REFUSED[name] ?? (status === 401 || status === 403 ? REFUSED.AccessDenied : undefined);
  // An archived object answers with 403 as well.
  const rejected = REJECTED[name] ?? (status === 301 ? REJECTED.PermanentRedirect : undefined);
  if (rejected !== undefined) return new SourceRejected(place, rejected, options);
  if (refused !== undefined) return new AuthRejected(place, refused, options);
  if (status === 412) return new ObjectChanged(place, 'changed while it was read', options);
  if (status !== undefined && status >= 400 && status < 500) {
    return new SourceRejected(place, `refuses the request (${status} ${name})`, options);
  }
  if (status !== undefined) return new SourceUnavailable(place, `failed with status ${status}`, options);
  const code = errorCode(error) ?? name;
  return new SourceUnavailable(place, `cannot be reached or took too long (${code})`, options);
}
