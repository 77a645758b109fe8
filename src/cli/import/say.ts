/** Tells the user, beside what a command puts out. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
