/** A time limit in milliseconds; E2E_PATIENCE=4 makes all of them four times as long, for a busy machine. */
export function patience(milliseconds: number): number {
  return milliseconds * Number(process.env.E2E_PATIENCE ?? 1);
}
