// Decides which version of each key is the one that was put there first, and what happened to the key since. Pure.
import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';

export interface FirstVersion {
  readonly key: string;
  readonly versionId: string;
  readonly disturbed: string | null;
}

interface Found {
  readonly key: string;
  readonly versionId: string;
  readonly isMarker: boolean;
}

/** In the order of their keys. */
export function firstVersions(pages: readonly ListObjectVersionsCommandOutput[]): FirstVersion[] {
  // S3 lists the versions of a key newest first, and markers apart from them.
  const found = pages.flatMap(({ Versions = [], DeleteMarkers = [] }) => [
    ...Versions.map((one) => ({ ...one, isMarker: false })),
    ...DeleteMarkers.map((one) => ({ ...one, isMarker: true })),
  ]);
  const byKey = Map.groupBy(
    found.map(({ Key = '', VersionId = '', isMarker }): Found => ({ key: Key, versionId: VersionId, isMarker })),
    ({ key }) => key,
  );
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, versions]) => firstOf(key, versions));
}

function firstOf(key: string, found: readonly Found[]): FirstVersion[] {
  const versions = found.filter(({ isMarker }) => !isMarker);
  // Of markers alone nothing can be read: under object lock the version below them would still be there.
  const first = versions.at(-1);
  if (first === undefined) return [];
  return [{ key, versionId: first.versionId, disturbed: disturbance(versions.length, found.length) }];
}

function disturbance(versions: number, found: number): string | null {
  if (found > versions) return 'was hidden by a delete marker after it was written';
  return versions > 1 ? 'had another version put over it after it was written' : null;
}
