/** Which of the trained labels is meant of a validation image: in turn. */
export function validationLabel(trained: readonly number[], index: number): number {
  return trained[index % trained.length];
}
