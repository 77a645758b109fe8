/** A refusal that the server turns into an HTTP answer: status and a sentence that says what was wrong. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Whether what is left of the request's body should not be read: the connection is closed after the answer. */
    readonly closeConnection = false,
  ) {
    super(message);
    this.name = 'Problem';
  }
}
