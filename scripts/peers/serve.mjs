/** Answers {id, call, request} by {id, reply} or {id, error}. */
export function serve(handlers) {
  globalThis.onmessage = async ({ data: { id, call, request } }) => {
    try {
      globalThis.postMessage({ id, reply: await handlers[call](request) });
    } catch (error) {
      globalThis.postMessage({ id, error: `${error.message}` });
    }
  };
}
