/** What each room of src may import. */
export const rooms: Readonly<Record<string, { imports: readonly string[]; runs?: string }>>;
/** Rooms in an order in which each comes after all that it imports. @throws Error that names a circle */
export function inOrder(table?: Readonly<Record<string, { imports: readonly string[] }>>): string[];
