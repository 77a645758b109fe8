/**
 * A number with what it counts: "1 reader", "6 readers".
 *
 * @param many of a plural that does not end in s: "studies"
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
