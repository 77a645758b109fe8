/** Of webpack's run time: where the chunks lie; absent where the worker's code is not bundled (tests). */
declare let __webpack_public_path__: string | undefined;

/**
 * Says where the parts of the worker lie that are fetched on first use. The worker's own address does not tell: where the page
 * is of another origin, it is that of a blob.
 *
 * @param baseUrl folder of the worker's script, ending in '/'
 */
export function fetchChunksFrom(baseUrl: string): void {
  if (typeof __webpack_public_path__ === 'undefined') return;
  __webpack_public_path__ = baseUrl;
}
