/** What is used of OHIF's DICOMweb source. */
export interface ForgetfulSource {
  deleteStudyMetadataPromise?(name: string): void;
  getConfig?(): { name?: unknown } | undefined;
}

/**
 * Lets the viewer ask for a study's metadata anew. OHIF keeps the promise of each request (`retrieveStudyMetadata.js`), one that
 * was rejected too: without this, what failed once fails until the page is loaded again.
 */
export function forgetMetadata(source: ForgetfulSource | undefined, studyInstanceUid: string): void {
  const name = source?.getConfig?.()?.name;
  // Kept as `<source>:<study>`, and deleted by whatever name is given: releases before that kept it by the study alone.
  for (const each of [studyInstanceUid, `${String(name)}:${studyInstanceUid}`])
    source?.deleteStudyMetadataPromise?.(each);
}
