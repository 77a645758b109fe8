import * as z from 'zod';

const figure = z.strictObject({
  name: z.string().min(1),
  value: z.number().nullable(),
  low: z.number().optional(),
  high: z.number().optional(),
  /** The same of what it is compared with, e.g. pairs of random maps. */
  control: z.number().optional(),
});

const check = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  /** Method that was checked; absent for checks of a whole model. */
  method: z.string().optional(),
  /** When it counts as passed, in words. */
  rule: z.string().min(1),
  /** Paper that the check and its rule come from. */
  source: z.string().min(1),
  /** Null where the rule could not be applied; `note` says why. */
  passed: z.boolean().nullable(),
  note: z.string().optional(),
  /** Passed because the maps it asks about are empty: most of them, or so many that the others would not pass. */
  throughEmptyMaps: z.boolean().optional(),
  figures: z.array(figure),
});

/** Schema of a file for `--trust`: outcomes of checks that could embarrass a map. */
const trustSchema = z.object({
  /** How the checks were run. */
  command: z.string().optional(),
  /** What a reader must know of the images that were checked on. */
  notes: z.array(z.string()).optional(),
  checks: z.array(check).min(1),
});

export type TrustResults = z.infer<typeof trustSchema>;
export type TrustCheck = TrustResults['checks'][number];

/** @throws Error naming what is wrong with the text */
export function parseTrust(text: string, file: string): TrustResults {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}`);
  }
  const result = trustSchema.safeParse(value);
  if (!result.success)
    throw new Error(`${file} does not hold trust checks:\n${z.prettifyError(result.error)}`);
  return result.data;
}
