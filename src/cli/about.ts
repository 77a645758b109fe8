import * as z from 'zod';
import { readGivenUtf8 } from '../io/read-given-file';
import { modelCardSchema } from '../models/card';

const aboutSchema = z.strictObject({
  fit: modelCardSchema.shape.input.shape.fit.optional(),
  card: modelCardSchema
    .pick({
      id: true,
      version: true,
      title: true,
      researchUseNotice: true,
      intendedUse: true,
      weightsTerms: true,
      classes: true,
      independent: true,
      applicability: true,
      defaultMethod: true,
    })
    .partial({ classes: true }),
  /** Of a classifier that was trained elsewhere. */
  trainingData: z
    .strictObject({ description: z.string().min(1), counts: z.record(z.string(), z.json()).optional() })
    .optional(),
  architecture: z.string().min(1).optional(),
});

/** What an `about.json` says of a model (docs/model-card.md). */
export type About = z.infer<typeof aboutSchema>;

/** Of a classifier that was trained elsewhere, whatever is known. */
const partialAboutSchema = aboutSchema.extend({ card: aboutSchema.shape.card.partial().optional() });

export type PartialAbout = z.infer<typeof partialAboutSchema>;

/**
 * Reads `--about` before hours of work, not after.
 *
 * @throws Error naming each field that is wrong
 */
export function readAbout(file: string): Promise<About> {
  return readAs(aboutSchema, file);
}

/** Reads `--about` of an import, where nothing has to be stated. @throws as {@link readAbout} */
export function readPartialAbout(file: string): Promise<PartialAbout> {
  return readAs(partialAboutSchema, file);
}

async function readAs<T>(schema: z.ZodType<T>, file: string): Promise<T> {
  const text = await readGivenUtf8(file);
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${file} cannot be used (docs/model-card.md): ${reason}`);
  }
}
