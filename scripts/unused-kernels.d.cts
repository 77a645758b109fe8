declare function withoutUnused(source: string): string;
declare namespace withoutUnused {
  const unused: readonly string[];
  const unusedParts: readonly string[];
}
export = withoutUnused;
