/** Kills workers of one queue at random and counts what became of the images. */
export function killWorkers(options: {
  redis: string;
  images: number;
  workers: number;
  kills: number;
  seed?: number;
  betweenMs?: readonly [least: number, most: number];
  explanationMs?: number;
}): Promise<{
  images: number;
  held: number;
  lost: number;
  /** How often an image was explained again: delivery is at least once, and the archive keeps one. */
  offeredAgain: number;
  kills: number;
  seconds: number;
}>;
